import type { Resource as KubernetesObject } from '../../api/kind.ts'
import type { SignalStore, Window } from '../signals/signal-store.ts'
import type { Telemetry } from '../telemetry.ts'
import type { Cleaning } from './cleaning.ts'
import type { Draft } from './draft.ts'
import type { BundleIncident } from './incident.ts'

export interface BundleQuery extends Window {
  /** What it is about; without, only alerts that were told in the window. */
  incident?: BundleIncident
  /** Only this service, what it calls directly or not, and what calls it. */
  service?: string
  /** Milliseconds between two rows of metrics; of the window when absent. */
  stepMs?: number
  /** Of all files together; 64 MiB when absent. */
  maxBytes?: number
}

export interface BundleSources {
  signals: BundleReader
  /** What the gateway recorded of calls. */
  calls?: Pick<Telemetry, 'usage' | 'reviewed'>
  /** Objects and Events of a cluster; says what of them it could not get, and of which kinds it got all. */
  objects?(leaveOut: (what: string) => void, whole: (kind: string) => void): AsyncIterable<KubernetesObject>
  /** Masks secrets and personal data; undefined when that can not be told of a text. */
  redact(text: string): string | undefined
}

/** The questions that a bundle is made of. */
export const bundleQuestions = [
  'series',
  'metrics',
  'requests',
  'top',
  'serviceGraph',
  'templates',
  'logs',
  'trace',
  'spans',
  'events',
  'changes',
] as const satisfies (keyof SignalStore)[]
export type BundleReader = Pick<SignalStore, (typeof bundleQuestions)[number]>

/** What every part is written with. */
export interface Writing {
  query: BundleQuery
  sources: BundleSources
  draft: Draft
  clean: Cleaning
  stepMs: number
  /** Sorted services with spans or logs, of those that are wanted. */
  services: readonly string[]
  wants(service: string): boolean
  /** The name of the service's file, without ending. */
  nameOf(service: string): string
}

export const pretty = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`
