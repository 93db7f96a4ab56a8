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
  record: 'output' | 'none'
}

export interface ReleaseSnapshot {
  namespace: string
  route: string
  name: string
  digest: string
  bundle: Bundle
}

/** What a ModelRoute resolves to: content only, so that equal content has an equal digest. */
export type Bundle =
  | { serve: 'model'; format: string; artefact: string }
  | {
      serve: 'provider'
      provider: ProviderSettings
      model: string
      parameters: Record<string, string | number | boolean>
      prompt?: PromptContent
    }

export interface ProviderSettings {
  protocol: string
  endpoint?: string
  /** `namespace/name/key` into secrets. */
  secret?: string
  /** Digest and format of the recorded answers. */
  cassette?: { digest: string; format: 'csv' | 'jsonl' }
  timeoutMs: number
  price?: { inputPerMillionUsd: number; outputPerMillionUsd: number }
}

export interface PromptContent {
  messages: { role: 'system' | 'user' | 'assistant'; content: string }[]
  variables: Record<string, { type: 'string' | 'number' | 'boolean'; default?: string | undefined }>
  partials: Record<string, string>
  outputSchema?: Record<string, unknown>
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
