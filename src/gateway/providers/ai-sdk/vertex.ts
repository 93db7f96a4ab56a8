import { createGoogleVertex } from '@ai-sdk/google-vertex/edge'
import { googleOptions, googleUsage } from './google.ts'
import { type GoogleToken, googleToken } from './google-token.ts'
import { fieldsOf, keyOf, type Service } from './service.ts'

/**
 * Gemini on Vertex AI. The secret is an API key (express mode), or the JSON key file of a service account, with which
 * the project and location of the ModelProvider are called.
 */
export const vertex: Service = {
  title: 'Vertex AI',
  namespace: 'googleVertex',
  thoughts: { signature: 'thoughtSignature' },
  connect: ({ endpoint, options = {} }) => {
    const regional = endpoint ?? regionalEndpoint(options)
    let token: { secret: string; get: GoogleToken } | undefined
    return access => {
      const secret = keyOf(access, 'Vertex AI')
      const account = fieldsOf(secret)
      if (!account)
        return models(createGoogleVertex({ apiKey: secret, fetch: access.fetch, ...base(endpoint) }))
      if (token?.secret !== secret) token = { secret, get: googleToken(account, access) }
      const { get } = token
      return models(
        createGoogleVertex({
          // The package would fetch tokens past the gateway's connections, so it is told of a key that is a token.
          apiKey: () => get(),
          fetch: (url, init) => access.fetch(url, { ...init, headers: bearer(init?.headers) }),
          ...base(regional),
        }),
      )
    }
  },
  options: request => googleOptions('googleVertex', request),
  usage: googleUsage,
}

const base = (url: string | undefined) => (url === undefined ? {} : { baseURL: url })

const models = (provider: ReturnType<typeof createGoogleVertex>) => ({
  language: provider.languageModel,
  embedding: provider.embeddingModel,
})

/** Where a project answers (https://cloud.google.com/vertex-ai/docs/reference/rest); undefined: express mode only. */
function regionalEndpoint({ project, location }: Record<string, string>): string | undefined {
  if (project === undefined && location === undefined) return undefined
  for (const [name, value] of Object.entries({ project, location }))
    if (value === undefined || !/^[a-z][a-z0-9:.-]{0,62}$/.test(value))
      throw new Error(`Vertex AI needs options.project and options.location; ${name} is missing or malformed`)
  const host =
    location === 'global'
      ? 'aiplatform.googleapis.com'
      : location === 'eu' || location === 'us'
        ? `aiplatform.${location}.rep.googleapis.com`
        : `${location}-aiplatform.googleapis.com`
  return `https://${host}/v1beta1/projects/${project}/locations/${location}/publishers/google`
}

function bearer(given: ConstructorParameters<typeof Headers>[0]): Headers {
  const headers = new Headers(given)
  headers.set('authorization', `Bearer ${headers.get('x-goog-api-key')}`)
  headers.delete('x-goog-api-key')
  return headers
}
