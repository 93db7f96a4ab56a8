import { FakeClock } from '../../lib/clock.fake.ts'
import { noUsage, type Usage } from '../canonical/usage.ts'
import type { AccessKeySnapshot, BudgetSnapshot, RateLimits } from '../snapshot.ts'
import { budgetWindow } from './budget-window.ts'
import type { Counter } from './counter.ts'
import { memoryCounter } from './memory-counter.ts'
import { createSpending, type Reservation, type Spending, type SpendingCall } from './spending.ts'

export const keyOf = (name: string, fields: Partial<AccessKeySnapshot> = {}): AccessKeySnapshot => ({
  namespace: 'default',
  name,
  hash: `sha256:${name}`,
  routes: [],
  ...fields,
})
export const budgetOf = (fields: Partial<BudgetSnapshot> = {}): BudgetSnapshot => ({
  namespace: 'default',
  name: 'b',
  period: 'month',
  unknownPrice: 'refuse',
  mode: 'enforce',
  ...fields,
})
export const used = (tokens: number): Usage => ({ ...noUsage, output: tokens })

interface Setting {
  clock: FakeClock
  counter: Counter & { questions: number }
  gateways: Spending[]
  spent(budget: BudgetSnapshot, unit: 'usd' | 'tokens' | 'refused', holder?: string): Promise<number>
  ask(call?: Partial<SpendingCall>, gateway?: number): Promise<Reservation>
}

/** Gateways of one installation at 2026-01-10T10:00:20Z. */
export function setting(budgets: BudgetSnapshot[], keys: AccessKeySnapshot[] = [], count = 1): Setting {
  const clock = new FakeClock(Date.UTC(2026, 0, 10, 10, 0, 20))
  const inner = memoryCounter({ clock })
  const counter = {
    ...inner,
    questions: 0,
    take: (...args: Parameters<Counter['take']>) => {
      counter.questions++
      return inner.take(...args)
    },
    giveBack: (...args: Parameters<Counter['giveBack']>) => {
      counter.questions++
      return inner.giveBack(...args)
    },
  }
  const gateways = Array.from({ length: count }, (_, i) =>
    createSpending({ counter, clock, owner: `gateway-${i}` }),
  )
  for (const gateway of gateways) gateway.apply({ budgets, accessKeys: keys })
  const [first = keyOf('web')] = keys
  return {
    clock,
    counter,
    gateways,
    spent: (budget, unit, holder = '') => inner.spent(budgetWindow(budget, unit, holder, clock.now())),
    ask: async (call = {}, gateway = 0) => {
      const found = gateways[gateway]
      if (!found) throw new Error(`there is no gateway ${gateway}`)
      return found.reserve({
        key: first,
        route: 'chat',
        inputTokens: 0,
        maxOutputTokens: 10,
        maxUsd: 0.01,
        ...call,
      })
    },
  }
}

export const limited = (limits: RateLimits) => keyOf('web', { limits })
