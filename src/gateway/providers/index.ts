import { modelProvider } from './model/provider.ts'
import { openaiProvider } from './openai/provider.ts'
import type { Provider } from './provider.ts'
import { recordedProvider } from './recorded/provider.ts'

/** Every provider; a release finds its own by protocol. */
export const providers: readonly Provider[] = [modelProvider, recordedProvider, openaiProvider]
