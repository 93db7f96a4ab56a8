import type { Clock } from '../../lib/clock.ts'
import type { AccessKeySnapshot, BudgetSnapshot, SnapshotContent } from '../snapshot.ts'
import { Account } from './account.ts'
import { budgetKey, budgetPrefix, limitPrefix, nanoUsd, prefixOf } from './budget-window.ts'
import type { Counter } from './counter.ts'
import { SlotAccount } from './slot-account.ts'

/** One limit that a call must fit in. */
export interface Rule {
  account: Account
  unit: 'requests' | 'tokens' | 'usd'
  /** Absent for a limit per minute of the key. */
  budget?: BudgetSnapshot
}

/** Everything a call of one key to one route must fit in. */
export interface Plan {
  slots?: SlotAccount
  /** Limits of the key first: they are cheaper to wait for than a budget. */
  rules: readonly Rule[]
}

/** Finds, once for each key and route of a snapshot, what their calls must fit in. Accounts outlive snapshots. */
export class Plans {
  readonly #counter: Counter
  readonly #clock: Clock
  readonly #owner: string
  #budgets: readonly BudgetSnapshot[] = []
  #plans = new WeakMap<AccessKeySnapshot, Map<string, Plan>>()
  #minutes = new WeakMap<AccessKeySnapshot, readonly Rule[]>()
  readonly #accounts = new Map<string, Account>()
  readonly #slots = new Map<string, SlotAccount>()

  constructor({ counter, clock, owner }: { counter: Counter; clock: Clock; owner: string }) {
    this.#counter = counter
    this.#clock = clock
    this.#owner = owner
  }

  apply({ budgets, accessKeys }: Pick<SnapshotContent, 'budgets' | 'accessKeys'>): void {
    this.#budgets = budgets
    this.#plans = new WeakMap()
    this.#minutes = new WeakMap()
    const prefixes = new Set([...budgets.map(budgetPrefix), ...accessKeys.map(limitPrefix)])
    for (const [key, account] of this.#accounts)
      if (!prefixes.has(prefixOf(key)) && !account.tick()) this.#accounts.delete(key)
    for (const [key, slots] of this.#slots)
      if (!prefixes.has(prefixOf(key)) && !slots.tick()) this.#slots.delete(key)
  }

  of(key: AccessKeySnapshot, route: string): Plan {
    let routes = this.#plans.get(key)
    if (!routes) {
      routes = new Map()
      this.#plans.set(key, routes)
    }
    const known = routes.get(route)
    if (known) return known
    const plan = this.#make(key, route)
    routes.set(route, plan)
    return plan
  }

  /** Limits per minute of a key. */
  minute(key: AccessKeySnapshot): readonly Rule[] {
    const known = this.#minutes.get(key)
    if (known) return known
    const rule = (unit: 'requests' | 'tokens', limit: number | undefined): Rule[] =>
      limit === undefined
        ? []
        : [{ unit, account: this.#account(`${limitPrefix(key)}${unit}`, 'minute', limit) }]
    const { requestsPerMinute, tokensPerMinute } = key.limits ?? {}
    const rules = [...rule('requests', requestsPerMinute), ...rule('tokens', tokensPerMinute)]
    this.#minutes.set(key, rules)
    return rules
  }

  /** Called once a second. @returns whether there is anything to call it for again */
  tick(): boolean {
    let busy = false
    for (const account of this.#accounts.values()) busy = account.tick() || busy
    for (const slots of this.#slots.values()) busy = slots.tick() || busy
    return busy
  }

  async close(): Promise<void> {
    await Promise.all([...this.#accounts.values(), ...this.#slots.values()].map(account => account.close()))
  }

  #make(key: AccessKeySnapshot, route: string): Plan {
    const rules: Rule[] = [...this.minute(key)]
    for (const budget of this.#budgets) {
      if (!matches(budget, key, route)) continue
      const add = (unit: 'tokens' | 'usd', limit: number | undefined) => {
        if (limit === undefined) return
        const at = budgetKey(budget, unit, holderOf(budget, key, route))
        rules.push({ unit, budget, account: this.#account(at, budget.period, limit) })
      }
      add('tokens', budget.tokens)
      add('usd', budget.usd === undefined ? undefined : nanoUsd(budget.usd))
    }
    const concurrency = key.limits?.concurrency
    return concurrency === undefined ? { rules } : { rules, slots: this.#slotsOf(key, concurrency) }
  }

  #account(key: string, period: BudgetSnapshot['period'], limit: number): Account {
    const known = this.#accounts.get(key)
    if (known) {
      known.setLimit(limit)
      return known
    }
    const account = new Account(this.#counter, { key, period, limit }, this.#clock.now())
    this.#accounts.set(key, account)
    return account
  }

  #slotsOf(key: AccessKeySnapshot, limit: number): SlotAccount {
    const at = `${limitPrefix(key)}concurrency`
    const known = this.#slots.get(at)
    if (known) {
      known.setLimit(limit)
      return known
    }
    const slots = new SlotAccount(this.#counter, { key: at, owner: this.#owner, limit })
    this.#slots.set(at, slots)
    return slots
  }
}

function matches(budget: BudgetSnapshot, key: AccessKeySnapshot, route: string): boolean {
  if (budget.namespace !== key.namespace) return false
  if (budget.keys && !budget.keys.includes(key.name)) return false
  if (budget.teams && (key.team === undefined || !budget.teams.includes(key.team))) return false
  return !budget.routes || budget.routes.includes(route)
}

/** Keys without a team share one amount where each team has one. */
function holderOf({ each }: BudgetSnapshot, key: AccessKeySnapshot, route: string): string {
  if (each === 'key') return key.name
  if (each === 'team') return key.team ?? ''
  return each === 'route' ? route : ''
}
