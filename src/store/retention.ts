/** How much history of a resource is kept for watches and lists at a past revision. */
export interface Retention {
  /** Changes younger than this are kept, in milliseconds, unless there are more than `rows`. */
  ms: number
  /** Never more changes than this, however young: a write storm must not fill the disk. */
  rows: number
}

const ordinary: Retention = { ms: 10 * 60_000, rows: 100_000 }

/** Heartbeats and events are many, and no client resumes them from far behind. */
const brief: Retention = { ms: 60_000, rows: 10_000 }
const briefly = new Set(['events', 'leases.coordination.k8s.io'])

/** @param historyMs asks for more history than the ordinary ten minutes, in milliseconds */
export const retentionOf = (resource: string, historyMs: number): Retention =>
  briefly.has(resource) ? brief : { ...ordinary, ms: Math.max(ordinary.ms, historyMs) }
