import type { AccessKeySnapshot, BudgetSnapshot } from '../snapshot.ts'
import type { CounterWindow } from './counter.ts'
import { periodAt } from './period.ts'

/** What is counted of a budget: tokens, money in billionths of a USD, and calls that were (or would be) refused. */
export type BudgetUnit = 'usd' | 'tokens' | 'refused'

type Counted = Pick<BudgetSnapshot, 'namespace' | 'name' | 'period'>

/** The key under which a budget is counted, for one holder; a holder of '' is everybody, or nobody. */
export const budgetKey = (budget: Counted, unit: BudgetUnit, holder: string): string =>
  `${budgetPrefix(budget)}${unit}/${holder}`

/** How all keys of one budget begin. */
export const budgetPrefix = ({ namespace, name, period }: Counted): string =>
  `budget/${namespace}/${name}/${period}/`

/** How all keys of the limits of one access key begin. */
export const limitPrefix = ({ namespace, name }: Pick<AccessKeySnapshot, 'namespace' | 'name'>): string =>
  `limit/${namespace}/${name}/`

/** The beginning, as of `budgetPrefix` and `limitPrefix`, of a key that is counted. */
export const prefixOf = (key: string): string =>
  `${key.split('/', key.startsWith('budget/') ? 4 : 3).join('/')}/`

/** What of a budget is counted where. @returns undefined for a key of something else */
export function parseBudgetKey(key: string): { unit: BudgetUnit; holder: string } | undefined {
  const [kind, , , , unit, holder] = key.split('/')
  if (
    kind !== 'budget' ||
    holder === undefined ||
    (unit !== 'usd' && unit !== 'tokens' && unit !== 'refused')
  )
    return undefined
  return { unit, holder }
}

/** Where one holder's share of a budget is counted at a time. */
export const budgetWindow = (
  budget: Counted,
  unit: BudgetUnit,
  holder: string,
  now: number,
): CounterWindow => ({
  key: budgetKey(budget, unit, holder),
  ...periodAt(budget.period, now),
})

/** Money is counted in billionths of a USD: a token of the cheapest models costs some of them. */
export const nanoUsd = (usd: number): number => Math.ceil(usd * 1e9 - 1e-3)

export const usdOf = (nano: number): number => nano / 1e9
