import type { Provider } from '../provider.ts'
import type { Service } from './service.ts'

/** Nothing of a service is loaded before a release needs it: a gateway without them pays no start-up time or memory. */
const service = (protocol: string, load: () => Promise<Service>): Provider => ({
  protocol,
  open: async (target, context) => {
    const [{ openService }, loaded] = await Promise.all([import('./backend.ts'), load()])
    return openService(loaded, target, context)
  },
})

/** Services that are called through the provider packages of the Vercel AI SDK. */
export const aiSdkProviders: readonly Provider[] = [
  service('gemini', async () => (await import('./gemini.ts')).gemini),
  service('vertex', async () => (await import('./vertex.ts')).vertex),
  service('bedrock', async () => (await import('./bedrock.ts')).bedrock),
  service('mistral', async () => (await import('./mistral.ts')).mistral),
  service('cohere', async () => (await import('./cohere.ts')).cohere),
]
