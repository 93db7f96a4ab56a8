/** What goes wrong, as it shows; what a change can have caused is told by these words. */
export const symptomKinds = [
  ...['memory', 'oom', 'cpu', 'throttling', 'disk', 'log-volume', 'file-handles', 'threads'],
  ...['pool-wait', 'database-load', 'slow-query', 'calls-per-request', 'lock', 'cache-miss'],
  ...['latency', 'timeout', 'error', 'crash', 'startup', 'restarts', 'silence'],
  ...['unauthorized', 'forbidden', 'not-found', 'rate-limit', 'validation', 'schema', 'config-missing'],
  ...['backlog', 'retries', 'traffic-up', 'traffic-down', 'duplicates', 'wrong-data', 'stale-data'],
  ...[
    'dns',
    'certificate',
    'refused',
    'reset',
    'unreachable',
    'image',
    'probe',
    'scheduling',
    'node',
    'clock',
  ],
  ...['quality', 'refusal', 'tokens', 'cost', 'context-overflow', 'retrieval-empty'],
] as const
export type SymptomKind = (typeof symptomKinds)[number]

export interface Symptom {
  kind: SymptomKind
  /** Empty when nothing tells it. */
  service: string
  /** 0 to 1: how sure it is and how much it stands out. */
  weight: number
  /** When it began, milliseconds since the epoch. */
  at?: number
  source: string
  detail: string
}

/** A sentence of the evidence that was not there before, or far less. */
export interface Saying {
  text: string
  service: string
  /** 0 to 1. */
  weight: number
  source: string
  /** How often it was said; 1 when nobody counted. */
  count: number
  /** When it was first said in the incident. */
  at?: number
}

/** A series that left its level. */
export interface Shift {
  service: string
  metric: string
  source: string
  before: number
  after: number
  direction: 'up' | 'down'
  /** When it left, milliseconds since the epoch. */
  at: number
  /** 0 to 1. */
  weight: number
}

/** Everything that shows in a case. */
export interface Symptoms {
  /** The strongest of each kind and service, the strongest first. */
  all: readonly Symptom[]
  /** The greatest weight of each kind. */
  kinds: ReadonlyMap<SymptomKind, number>
  sayings: readonly Saying[]
  shifts: readonly Shift[]
  /** Services by how much they suffer, 0 to 1. */
  suffering: ReadonlyMap<string, number>
  /** Milliseconds since the epoch; absent when nothing has a time. */
  onset?: { first: number; sure: number; source: string }
}
