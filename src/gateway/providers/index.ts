import { aiSdkProviders } from './ai-sdk/provider.ts'
import { anthropicProvider } from './anthropic/provider.ts'
import { modelProvider } from './model/provider.ts'
import { openaiProvider } from './openai/provider.ts'
import type { Provider } from './provider.ts'
import { recordedProvider } from './recorded/provider.ts'
import { scriptedProvider } from './scripted/provider.ts'

/** Every provider; a target finds its own by protocol. */
export const providers: readonly Provider[] = [
  modelProvider,
  recordedProvider,
  openaiProvider,
  anthropicProvider,
  scriptedProvider,
  ...aiSdkProviders,
]
