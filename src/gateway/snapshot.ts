import { digestOfValue } from '../lib/digest.ts'

/**
 * SERVE: everything a gateway needs to answer, in one immutable value. The control plane publishes snapshots, a gateway
 * takes whole ones only, checks their digest, keeps the last good one on disk (secrets encrypted) and serves on
 * with it when the control plane is gone.
 */
export interface SnapshotContent {
  routes: RouteSnapshot[]
  releases: Record<string, ReleaseSnapshot>
  accessKeys: AccessKeySnapshot[]
  budgets: BudgetSnapshot[]
  /** Secret values by `namespace/name/key`; never logged, encrypted at rest. */
  secrets: Record<string, string>
}

export interface Snapshot {
  /** `sha256:…` of the canonical JSON of content. */
  digest: string
  /** Milliseconds since the epoch; a gateway never goes back to an older snapshot of the same control plane. */
  at: number
  content: SnapshotContent
}

export interface RouteSnapshot {
  namespace: string
  name: string
  /** The model name clients send. */
  model: string
  /** Key into releases (`namespace/name`); absent until a first release is live. */
  stable?: string
  candidate?: { release: string; weight: number; shadow: boolean }
  /** Identity of the rollout step, written into call records. */
  phase: string
  unit: 'session' | 'call'
  record: RecordSettings
  cache?: CacheSettings
}

/** What call records keep of the content of a call. */
export interface RecordSettings {
  /** `all`: input and documents too. */
  content: 'none' | 'output' | 'all'
  /** Personal data and secrets are masked in what is kept. */
  redact: boolean
}

export interface CacheSettings {
  ttlMs: number
  maxBytes: number
  /** Who gets an answer made for a key: that key alone, or every key of the route. */
  scope: 'key' | 'route'
}

export interface ReleaseSnapshot {
  namespace: string
  route: string
  name: string
  digest: string
  bundle: Bundle
}

/** What a ModelRoute resolves to: content only, so that equal content has an equal digest. */
export type Bundle = (
  | { serve: 'model'; format: string; artefact: string }
  | ({
      serve: 'provider'
      parameters: Record<string, string | number | boolean>
      prompt?: PromptContent
      /** Further targets that share the load with the first, and how. */
      alternatives?: WeightedTarget[]
      /** Of the first target, when there are alternatives. */
      weight?: number
      spread?: 'weighted' | 'least-busy' | 'fastest'
      /** Tried in order when the targets fail in one of these ways. */
      fallbacks?: FallbackTarget[]
      /** Absent: the gateway's defaults. */
      resilience?: ResilienceSettings
    } & ProviderTarget)
) & { guardrails?: GuardrailContent[] }

export interface ProviderTarget {
  provider: ProviderSettings
  /** Name of the model at the provider. */
  model: string
}
export type WeightedTarget = ProviderTarget & { weight: number }
export type FallbackTarget = ProviderTarget & {
  /** Classes of provider errors, such as `context_overflow`; absent: every retryable one, and an overflow. */
  on?: string[]
}

/** What one backend is opened for. */
export type Target =
  | { serve: 'model'; format: string; artefact: string }
  | ({ serve: 'provider' } & ProviderTarget)

export interface ResilienceSettings {
  /** Tries of one target, the first included. */
  attempts: number
  /** Time limits in milliseconds, until the first token and between two; absent: the provider's timeout. */
  firstTokenMs?: number
  betweenTokensMs?: number
  /** Failures in a row after which a target is left alone for `cooldownMs`. */
  failures: number
  cooldownMs: number
}

export interface ProviderSettings {
  /** Of the ModelProvider, for records and messages. */
  name?: string
  protocol: string
  /** How an endpoint of the OpenAI API differs from OpenAI's own. */
  dialect?: string
  endpoint?: string
  /** `namespace/name/key` into secrets. */
  secret?: string
  /** What a protocol needs beyond endpoint and key, such as region, project or apiVersion. */
  options?: Record<string, string>
  /** Digest and format of the recorded answers. */
  cassette?: { digest: string; format: 'csv' | 'jsonl' }
  timeoutMs: number
  /** Tokens of input and output together, and of output alone. */
  contextWindow?: number
  maxOutputTokens?: number
  /** Overrides the price catalogue. */
  price?: PriceSettings
  /** Id of the provider in the price catalogue, where it is not told by protocol and endpoint. */
  catalogue?: string
}

/** USD per million tokens of each bucket; a bucket without a price has that of input or output. */
export interface PriceSettings {
  inputPerMillionUsd: number
  outputPerMillionUsd: number
  cacheReadPerMillionUsd?: number
  cacheWritePerMillionUsd?: number
  inputAudioPerMillionUsd?: number
  outputAudioPerMillionUsd?: number
  reasoningPerMillionUsd?: number
}

export interface PromptContent {
  messages: readonly PromptMessage[]
  variables: Readonly<Record<string, PromptVariable>>
  partials: Readonly<Record<string, string>>
  outputSchema?: Record<string, unknown>
}

export interface PromptMessage {
  /** `messages` stands for those of the request. */
  role: 'system' | 'user' | 'assistant' | 'messages'
  content: string
}

export interface PromptVariable {
  type: 'string' | 'number' | 'boolean' | 'array' | 'object'
  /** A value of the type, or its text. Absent and required: the request must send one. */
  default?: unknown
  required?: boolean | undefined
  /** As text, of scalars only. */
  enum?: readonly string[] | undefined
  /** RE2, found anywhere in the text unless anchored. */
  pattern?: string | undefined
  /** Characters of a text, or members of an array. */
  maxLength?: number | undefined
  /** JSON schema, 2020-12. */
  schema?: Record<string, unknown> | undefined
  /** Values come from a document or a tool: guardrails of that zone look at them. */
  zone?: 'document' | 'tool' | undefined
}

export interface GuardrailContent {
  /** Of the Guardrail. */
  name: string
  mode: 'shadow' | 'enforce'
  /** What happens when a rule can not be run. */
  onError: 'block' | 'allow'
  rules: GuardrailRule[]
}

export interface GuardrailRule {
  name: string
  /** Name of a detector. */
  detector: string
  zones: ('user' | 'document' | 'tool' | 'output')[]
  /** Scores at or above it count; absent: the detector's own for the zone. */
  threshold?: number
  /** mask: what was found is replaced, and put back in the answer. */
  action: 'block' | 'flag' | 'mask'
  options: Record<string, unknown>
}

export interface AccessKeySnapshot {
  namespace: string
  name: string
  /** `sha256:<hex>` of the key. */
  hash: string
  /** Empty: all routes of the namespace. */
  routes: string[]
  /** Milliseconds since the epoch. */
  expiresAt?: number
  team?: string
  limits?: RateLimits
}

export interface RateLimits {
  requestsPerMinute?: number
  tokensPerMinute?: number
  /** Calls at the same time. */
  concurrency?: number
}

/** A limit of money or tokens in a period, for all calls that match; every budget that matches a call must have room. */
export interface BudgetSnapshot {
  namespace: string
  name: string
  /** Which calls: all given fields must match. None: all of the namespace. */
  keys?: string[]
  teams?: string[]
  routes?: string[]
  /** each: every key, team or route has the amount for itself; absent: they share it. */
  each?: 'key' | 'team' | 'route'
  period: 'minute' | 'hour' | 'day' | 'week' | 'month' | 'total'
  usd?: number
  tokens?: number
  /** What happens to a call whose price is unknown, when money is limited. */
  unknownPrice: 'refuse' | 'allow'
  mode: 'shadow' | 'enforce'
}

/** The name a release has in a snapshot. */
export const releaseKey = (namespace: string, name: string): string => `${namespace}/${name}`

export const makeSnapshot = (content: SnapshotContent, at: number): Snapshot => ({
  digest: digestOfValue(content),
  at,
  content,
})

/** @throws Error when the content is not what the digest says. */
export function checkSnapshot(snapshot: Snapshot): Snapshot {
  const found = digestOfValue(snapshot.content)
  if (found !== snapshot.digest)
    throw new Error(`snapshot ${snapshot.digest} has content ${found}: refused, the last good one stays`)
  return snapshot
}
