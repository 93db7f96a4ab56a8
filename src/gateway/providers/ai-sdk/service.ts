import type { EmbeddingModelV4, JSONObject, LanguageModelV4 } from '@ai-sdk/provider'
import type { Clock } from '../../../lib/clock.ts'
import type { CanonicalRequest } from '../../canonical/request.ts'
import type { Usage } from '../../canonical/usage.ts'
import type { ProviderSettings } from '../../snapshot.ts'
import { ProviderError } from '../provider.ts'

/** One service behind a provider package of the Vercel AI SDK: how it is reached, and where it differs. */
export interface Service {
  /** Name in errors. */
  title: string
  /** Key of the service's own options and metadata in the SDK. */
  namespace: string
  /** Fields of the metadata of reasoning that the service wants back: a proof of it, and what nobody may read. */
  thoughts?: { signature: string; redacted?: string }
  /** @throws Error when a setting is missing, so that the target can never answer */
  connect(settings: ProviderSettings): Connect
  /** The service's own options for what a request asks. */
  options?(request: CanonicalRequest): Record<string, JSONObject>
  /** Vector length as the service's own option, where its package knows no other. */
  dimensions?(length: number): JSONObject
  /** Buckets of its own count of tokens that the SDK does not tell apart. */
  usage?(raw: JSONObject, usage: Usage): Usage
}

/** Models for the key of one call. @throws ProviderError when the key is not what the service needs */
export type Connect = (access: Access) => Models

export interface Access {
  /** Value of the provider's secret. */
  secret: string | undefined
  /** The one way to the network. */
  fetch: typeof globalThis.fetch
  clock: Clock
}

export interface Models {
  language(model: string): LanguageModelV4
  embedding(model: string): EmbeddingModelV4
}

/** @throws ProviderError when there is no secret; without one a package would look for keys in the environment */
export function keyOf({ secret }: Access, title: string): string {
  if (secret) return secret
  throw new ProviderError(
    'provider_unauthorized',
    `${title} needs a key: name its Secret in the ModelProvider`,
  )
}

/** Text fields of a secret that is a JSON object; undefined when it is plain text. Values never get into errors. */
export function fieldsOf(secret: string): Record<string, string> | undefined {
  if (!secret.trimStart().startsWith('{')) return undefined
  let value: unknown
  try {
    value = JSON.parse(secret)
  } catch {
    throw new ProviderError(
      'provider_unauthorized',
      'the Secret of the ModelProvider holds JSON that does not parse',
    )
  }
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).flatMap(([name, field]) =>
      typeof field === 'string' ? [[name, field]] : [],
    ),
  )
}
