import type { Clock } from '../../lib/clock.ts'
import type { CanonicalRequest } from '../canonical/request.ts'
import type { Usage } from '../canonical/usage.ts'
import type { AccessKeySnapshot, SnapshotContent } from '../snapshot.ts'
import type { Counter, CounterWindow } from './counter.ts'
import { estimateInput } from './estimate.ts'
import { limitHeaders } from './limit-headers.ts'
import { Plans, type Rule } from './plans.ts'
import { mostUsd, type Price } from './prices.ts'
import { unknownPriceRefusal } from './refusal.ts'
import { OpenReservation } from './reservation.ts'

/** How often idle leases are given back and slots are renewed. */
const tickMs = 1000

/**
 * What calls may spend: rate limits of keys and budgets, enforced before the provider is called.
 * `reserve` takes the most a call can need from every limit that matches it, all or nothing, and `settle` replaces that
 * by what it did need. So N gateways on one counter together spend more than a limit only by what calls used
 * beyond their own reservation; a killed gateway forgets its leases (at most 1/8 of what was left when it asked
 * last) and the reservations of its calls under way, which then count as spent.
 */
export interface Spending {
  /** Makes the limits and budgets of a snapshot those that hold from now on; what was spent stays spent. */
  apply(content: Pick<SnapshotContent, 'budgets' | 'accessKeys'>): void
  /**
   * Reserves what a call may need. Most calls are answered at once; a promise comes where the shared counter is asked.
   * @throws GatewayError `rate_limited` or `budget_exceeded`, at once or by the promise; `overloaded` when
   *   the counter does not answer
   */
  reserve(call: SpendingCall): Reservation | Promise<Reservation>
  /** Headers that tell a limited key its state, for every answer to it; none for a key without limits per minute. */
  headers(key: AccessKeySnapshot, protocol: 'openai' | 'anthropic'): Record<string, string>
  /** Gives back everything that is leased. */
  stop(): Promise<void>
}

export interface SpendingCall {
  key: AccessKeySnapshot
  /** Name of a ModelRoute in the key's namespace. */
  route: string
  /** An estimate. */
  inputTokens: number
  /** The most the answer can have; for n answers n times that of one. */
  maxOutputTokens: number
  /** The most the call can cost; undefined when the price is unknown. */
  maxUsd: number | undefined
}

/** What one call has reserved. The first of `settle` and `release` counts, later ones do nothing. */
export interface Reservation {
  /** Budgets in shadow mode that would have refused the call, as `namespace/name`. */
  readonly shadowRefusals: readonly string[]
  /**
   * The call is over, whether or not its answer was complete.
   * @param costUsd undefined when unknown: then money stays spent as it was reserved
   */
  settle(usage: Usage, costUsd: number | undefined): void
  /** The call used nothing: tokens and money are free again; it stays counted as a request. */
  release(): void
}

/** Output that is reserved for one answer when neither client nor ModelProvider limits it. */
const usualOutput = 4096
/** Estimates of input are too low for some texts; what was reserved in vain is free again when the call ends. */
const inputMargin = 4 / 3

/**
 * What a call may need at most.
 * @param targets those that may answer: the dearest counts, and one of unknown price makes the call's unknown
 * @param at when it is made, for prices that depend on it
 * @param cached the answer is there already: the call counts as a request and uses nothing
 */
export function reservationFor(
  key: AccessKeySnapshot,
  { name: route }: { name: string },
  targets: readonly { price?: Price; maxOutputTokens?: number }[],
  request: CanonicalRequest,
  at: number,
  cached = false,
): SpendingCall {
  if (cached) return { key, route, inputTokens: 0, maxOutputTokens: 0, maxUsd: 0 }
  const inputTokens = Math.ceil(estimateInput(request) * inputMargin)
  const answers = request.operation === 'embeddings' ? 0 : request.choices
  let [maxOutputTokens, maxUsd]: [number, number | undefined] = [0, 0]
  for (const target of targets) {
    const output = answers * (request.maxTokens ?? target.maxOutputTokens ?? usualOutput)
    maxOutputTokens = Math.max(maxOutputTokens, output)
    const usd = target.price && mostUsd(target.price, inputTokens, output, at)
    maxUsd = usd === undefined || maxUsd === undefined ? undefined : Math.max(maxUsd, usd)
  }
  return { key, route, inputTokens, maxOutputTokens, maxUsd }
}

/** @param options.owner names this gateway process among those that share the counter */
export function createSpending(options: { counter: Counter; clock: Clock; owner: string }): Spending {
  const { counter, clock } = options
  const plans = new Plans(options)
  const refusals = new Map<string, { window: CounterWindow; calls: number }>()
  let cancel: (() => void) | undefined

  const countRefusals = async (): Promise<void> => {
    const counted = [...refusals.values()]
    refusals.clear()
    // How often a budget refused is a hint for people; losing some when the counter fails does no harm.
    for (const { window, calls } of counted) await counter.giveBack(window, -calls).catch(() => undefined)
  }
  const tick = () => {
    cancel = undefined
    void countRefusals()
    if (plans.tick()) leased()
  }
  const leased = () => {
    cancel ??= clock.after(tickMs, tick)
  }
  const refused = ({ account, budget }: Rule) => {
    if (!budget) return
    const window = account.window(clock.now())
    const key = window.key.replace(/\/(usd|tokens)\/([^/]*)$/, '/refused/$2')
    const known = refusals.get(key)
    refusals.set(key, { window: { ...window, key }, calls: (known?.calls ?? 0) + 1 })
    leased()
  }
  const context = { clock, leased, refused }

  /** @throws GatewayError when money is limited and must be known */
  const needPrice = (rules: readonly Rule[], route: string) => {
    for (const rule of rules) {
      const { unit, budget } = rule
      if (unit !== 'usd' || budget?.mode !== 'enforce' || budget.unknownPrice === 'allow') continue
      refused(rule)
      throw unknownPriceRefusal(budget, route)
    }
  }

  return {
    apply: content => plans.apply(content),
    reserve(call) {
      const plan = plans.of(call.key, call.route)
      if (call.maxUsd === undefined) needPrice(plan.rules, call.route)
      const reservation = new OpenReservation(plan, call, context)
      return reservation.takeLeased() ? reservation : reservation.takeRest()
    },
    headers(key, protocol) {
      if (!key.limits) return {}
      return limitHeaders(plans.minute(key), protocol, clock.now())
    },
    async stop() {
      cancel?.()
      cancel = () => {}
      await countRefusals()
      await plans.close()
    },
  }
}
