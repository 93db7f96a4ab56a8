import { ScorerError, type ScorerType } from './scorer.ts'

/** 1 when the answer took at most `limit` milliseconds; null when that is not known. */
export const latency: ScorerType = {
  type: 'latency',
  create: ({ name, limit }) => {
    if (limit === undefined)
      throw new ScorerError(`scorer ${name}: type latency needs limit in milliseconds, such as 2500`)
    return ({ latencyMs }) => (latencyMs === undefined ? null : Number(latencyMs <= limit))
  },
}
