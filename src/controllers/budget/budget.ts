import { setCondition } from '../../api/conditions.ts'
import { Budget } from '../../api/kinds/budget.ts'
import { budgetPrefix, parseBudgetKey, usdOf } from '../../gateway/accounting/budget-window.ts'
import type { Counter } from '../../gateway/accounting/counter.ts'
import { periodAt } from '../../gateway/accounting/period.ts'
import { timestamp } from '../../lib/clock.ts'
import { canonicalJson } from '../../lib/digest.ts'
import { type Reconciler, ready, requeueIn } from '../runtime/reconciler.ts'

/** How often the figures are read. */
const readMs = 10_000
const mostHolders = 100

type Holder = NonNullable<NonNullable<Budget['status']>['holders']>[number]

/** Shows what has been spent of a budget, who spent it, and until when. Gateways enforce it without asking here. */
export const budgetReconciler = ({
  counter,
}: {
  counter: Pick<Counter, 'list'>
}): Reconciler<typeof Budget> => ({
  name: 'budget',
  kind: Budget,
  concurrency: 4,
  async reconcile(budget, { clock }) {
    const { spec, status, metadata } = budget
    const now = clock.now()
    const { from, until } = periodAt(spec.period, now)
    const counted = await counter.list(
      budgetPrefix({ namespace: metadata.namespace ?? '', name: metadata.name, period: spec.period }),
    )
    const holders = holdersOf(
      spec,
      counted.filter(window => window.from === from),
    )
    const sum = (field: 'spentUsd' | 'spentTokens' | 'refused') =>
      rounded(holders.reduce((total, holder) => total + (holder[field] ?? 0), 0))
    const figures = {
      from: spec.period === 'total' ? undefined : text(from),
      until: spec.period === 'total' ? undefined : text(until),
      spentUsd: spec.usd === undefined ? undefined : sum('spentUsd'),
      spentTokens: spec.tokens === undefined ? undefined : sum('spentTokens'),
      refused: sum('refused'),
      holders: holders.slice(0, mostHolders),
    }
    const changed = Object.entries(figures).some(
      ([name, value]) => canonicalJson(status[name as keyof typeof figures]) !== canonicalJson(value),
    )
    Object.assign(status, figures)
    if (changed || status.asOf === undefined) status.asOf = timestamp(clock)
    status.conditions = setCondition(
      status.conditions,
      {
        type: 'Exhausted',
        ...exhausted(spec, holders, figures.refused),
        observedGeneration: metadata.generation ?? 0,
      },
      timestamp(clock),
    )
    const spent = [
      ...(spec.usd === undefined ? [] : [`$${figures.spentUsd} of $${spec.usd}`]),
      ...(spec.tokens === undefined ? [] : [`${figures.spentTokens} of ${spec.tokens} tokens`]),
    ].join(' and ')
    const whose = spec.each ? ` for each ${spec.each}` : ''
    const end = spec.period === 'total' ? 'in total' : `until ${text(until)}`
    return requeueIn(
      Math.min(readMs, until - now),
      spec.mode === 'enforce'
        ? ready('Enforced', `spent ${spent}${whose} ${end}`)
        : ready('Shadow', `spent ${spent}${whose} ${end}; calls are counted and none is refused`),
    )
  },
})

/** The one with the smallest share left first. */
function holdersOf(spec: Budget['spec'], counted: Awaited<ReturnType<Counter['list']>>): Holder[] {
  const holders = new Map<string, Holder>()
  for (const { key, spent } of counted) {
    const { unit, holder: name } = parseBudgetKey(key) ?? {}
    if (unit === undefined || name === undefined) continue
    const holder = holders.get(name) ?? { name }
    holders.set(name, holder)
    if (unit === 'usd' && spec.usd !== undefined) {
      holder.spentUsd = rounded(usdOf(spent))
      holder.leftUsd = rounded(Math.max(0, spec.usd - usdOf(spent)))
    } else if (unit === 'tokens' && spec.tokens !== undefined) {
      holder.spentTokens = spent
      holder.leftTokens = Math.max(0, spec.tokens - spent)
    } else if (unit === 'refused') holder.refused = spent
  }
  return [...holders.values()].sort((a, b) => share(a, spec) - share(b, spec) || (a.name < b.name ? -1 : 1))
}

/** Of the amount, what is left: 0 to 1. */
const share = ({ leftUsd, leftTokens }: Holder, { usd, tokens }: Budget['spec']): number =>
  Math.min(
    leftUsd === undefined ? 1 : leftUsd / (usd || 1),
    leftTokens === undefined ? 1 : leftTokens / (tokens || 1),
  )

function exhausted(spec: Budget['spec'], holders: readonly Holder[], refused: number) {
  const empty = holders.filter(({ leftUsd, leftTokens }) => leftUsd === 0 || leftTokens === 0)
  const whose = spec.each
    ? `: ${empty
        .slice(0, 5)
        .map(({ name }) => name || `no ${spec.each}`)
        .join(', ')}`
    : ''
  const would = spec.mode === 'shadow' ? 'would have been' : 'were'
  const calls = `${refused} ${refused === 1 ? 'call' : 'calls'} ${would} refused in this period`
  if (empty.length > 0)
    return { status: 'True' as const, reason: 'Spent', message: `nothing is left${whose}; ${calls}` }
  if (refused > 0) return { status: 'True' as const, reason: 'CallsRefused', message: calls }
  return { status: 'False' as const, reason: 'AmountLeft', message: 'there is room for calls' }
}

/** To millionths: what is less is noise to a reader, and would be written at each reading. */
const rounded = (amount: number): number => Math.round(amount * 1e6) / 1e6

const text = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z')
