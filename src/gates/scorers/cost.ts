import { ScorerError, type ScorerType } from './scorer.ts'

/** 1 when the answer cost at most `limit` USD; null when its cost is not known. */
export const cost: ScorerType = {
  type: 'cost',
  create: ({ name, limit }) => {
    if (limit === undefined)
      throw new ScorerError(`scorer ${name}: type cost needs limit in USD, such as 0.01`)
    return ({ costUsd }) => (costUsd === undefined ? null : Number(costUsd <= limit))
  },
}
