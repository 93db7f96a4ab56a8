import type { Clock } from '../../lib/clock.ts'
import { totalTokens, type Usage } from '../canonical/usage.ts'
import { GatewayError } from '../failure.ts'
import { nanoUsd } from './budget-window.ts'
import type { CounterWindow } from './counter.ts'
import type { Plan, Rule } from './plans.ts'
import { budgetRefusal, rateRefusal, slotRefusal } from './refusal.ts'
import type { Reservation, SpendingCall } from './spending.ts'

export interface ReservationContext {
  clock: Clock
  /** A call found no room in a budget, whether or not that is enforced. */
  refused(rule: Rule): void
  /** Something is leased that will have to be given back. */
  leased(): void
}

/** The amounts that one call holds in the accounts of its plan. */
export class OpenReservation implements Reservation {
  readonly shadowRefusals: string[] = []
  readonly #plan: Plan
  readonly #call: SpendingCall
  readonly #context: ReservationContext
  /** Of the rules up to the last one that was taken. */
  readonly #windows: CounterWindow[] = []
  readonly #amounts: number[] = []
  #slot = false
  #open = true

  constructor(plan: Plan, call: SpendingCall, context: ReservationContext) {
    this.#plan = plan
    this.#call = call
    this.#context = context
  }

  /** Takes what the leases have. @returns false when the counter has to be asked for the rest */
  takeLeased(): boolean {
    const { slots, rules } = this.#plan
    if (slots) {
      if (!slots.tryTake()) return false
      this.#slot = true
    }
    const now = this.#context.clock.now()
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]
      if (!rule) break
      const amount = amountOf(rule, this.#call)
      const window = rule.account.tryTake(amount, now)
      if (!window) return false
      this.#windows.push(window)
      this.#amounts.push(amount)
    }
    return true
  }

  /** Takes the rest, asking the counter. @throws GatewayError after everything was given back */
  async takeRest(): Promise<Reservation> {
    const { slots, rules } = this.#plan
    const { key } = this.#call
    this.#context.leased()
    try {
      if (slots && !this.#slot) {
        if (!(await slots.take())) throw slotRefusal(key, slots.limit)
        this.#slot = true
      }
      for (const rule of rules.slice(this.#windows.length)) await this.#take(rule)
      return this
    } catch (error) {
      this.#close(0, 0, false)
      if (error instanceof GatewayError) throw error
      const message = `what AccessKey ${key.namespace}/${key.name} has spent can not be counted now; try again`
      throw new GatewayError('overloaded', message, {}, { cause: error })
    }
  }

  settle(usage: Usage, costUsd: number | undefined): void {
    this.#close(totalTokens(usage), costUsd === undefined ? undefined : nanoUsd(costUsd), true)
  }

  release(): void {
    this.#close(0, 0, true)
  }

  async #take(rule: Rule): Promise<void> {
    const { account, budget } = rule
    const { clock, refused } = this.#context
    const amount = amountOf(rule, this.#call)
    let window = await account.take(amount, clock.now()).catch((error: unknown) => {
      // A budget in shadow mode never stops a call; the account counts later.
      if (budget?.mode === 'shadow') return undefined
      throw error
    })
    if (!window) {
      refused(rule)
      const now = clock.now()
      if (!budget) throw rateRefusal(rule, this.#call.key, amount, now)
      if (budget.mode === 'enforce') throw budgetRefusal(rule.account, budget, rule.unit, amount, now)
      this.shadowRefusals.push(`${budget.namespace}/${budget.name}`)
      window = account.owe(amount, now)
    }
    this.#windows.push(window)
    this.#amounts.push(amount)
  }

  /** @param nano undefined: as much as was reserved */
  #close(tokens: number, nano: number | undefined, counts: boolean): void {
    if (!this.#open) return
    this.#open = false
    const { slots, rules } = this.#plan
    if (this.#slot) slots?.give()
    for (let i = 0; i < this.#windows.length; i++) {
      const rule = rules[i]
      const window = this.#windows[i]
      const taken = this.#amounts[i] ?? 0
      if (!rule || !window) break
      const used = rule.unit === 'tokens' ? tokens : rule.unit === 'usd' ? (nano ?? taken) : counts ? 1 : 0
      rule.account.settle(window, taken, used)
    }
    this.#context.leased()
  }
}

function amountOf({ unit }: Rule, { inputTokens, maxOutputTokens, maxUsd }: SpendingCall): number {
  if (unit === 'requests') return 1
  return unit === 'tokens' ? Math.ceil(inputTokens + maxOutputTokens) : nanoUsd(maxUsd ?? 0)
}
