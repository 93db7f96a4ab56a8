import { type BurnAlert, burnAlerts, type Severity } from './burn-alerts.ts'
import type { EventCounts, Events } from './event-counts.ts'

export interface Objective {
  /** Percent of events that must be good. */
  percent: number
  periodMs: number
  /** Events that a long window must have before it may tell. */
  minEvents: number
}

export interface BurnState extends BurnAlert {
  /** 1 uses up the budget in the period. */
  longRate: number
  shortRate: number
  burning: boolean
}

export interface SloState extends Events {
  /** Share of the error budget; below 0 when it is overspent. 1 without events. */
  budgetLeft: number
  /** When it is used up if the last six hours go on, milliseconds since the epoch; absent when they do not use it up. */
  exhaustedAt?: number
  burns: BurnState[]
  /** The worst that burns. */
  severity?: Severity
}

/** Alerts are looked at once a minute, as Prometheus does. */
export const lookMs = 60_000
const outlookMs = 6 * 3_600_000

/** Evidence that chance explains less often than once in a million looks. */
export const guardNats = Math.log(1e6)

/** Where an objective stands at `now`. */
export function evaluateSlo(objective: Objective, counts: EventCounts, now: number): SloState {
  const budget = budgetOf(objective)
  const events = counts.between(now - objective.periodMs, now)
  const budgetLeft = 1 - rateOf(events, budget)
  const burns = burnAlerts(objective.periodMs).map(alert => ({
    ...alert,
    longRate: rateOf(counts.between(now - alert.longMs, now), budget),
    shortRate: rateOf(counts.between(now - alert.shortMs, now), budget),
    burning: isBurning(alert, objective, counts, now),
  }))
  const severity = burns.find(({ burning }) => burning)?.severity
  const rate = rateOf(counts.between(now - outlookMs, now), budget)
  const left = Math.max(0, budgetLeft)
  return {
    ...events,
    budgetLeft,
    burns,
    ...(severity && { severity }),
    ...((rate > 1 || left === 0) && {
      exhaustedAt: now + (left === 0 ? 0 : (left * objective.periodMs) / rate),
    }),
  }
}

/** Share of events that may be bad. */
export const budgetOf = ({ percent }: Pick<Objective, 'percent'>): number =>
  Number((1 - percent / 100).toPrecision(12))

/** How many times faster than allowed the budget is spent. */
export const rateOf = ({ valid, bad }: Events, budget: number): number =>
  valid === 0 ? 0 : bad / valid / budget

function isBurning(alert: BurnAlert, objective: Objective, counts: EventCounts, now: number): boolean {
  for (let at = now; at >= now - alert.holdMs; at -= lookMs)
    if (tells(alert, objective, counts, at)) return true
  return false
}

function tells(alert: BurnAlert, objective: Objective, counts: EventCounts, at: number): boolean {
  const budget = budgetOf(objective)
  const long = counts.between(at - alert.longMs, at)
  return (
    long.valid >= objective.minEvents &&
    exceeds(long, alert.factor * budget) &&
    exceeds(counts.between(at - alert.shortMs, at), alert.factor * budget) &&
    surprise(long, budget) > guardNats
  )
}

/** Sums of rates carry rounding; an objective that is exactly met is met. */
const exceeds = ({ valid, bad }: Events, share: number): boolean => bad > share * valid * (1 + 1e-9)

/**
 * How surprising so many bad events are when each of the valid ones is bad with probability `budget`: minus the
 * logarithm of Chernoff's bound on the upper tail, `n (r ln(r/e) - r + e)` with r the share of bad events (the Poisson
 * form, which bounds the binomial tail as well). exp(-surprise) is at least the probability of as many or more. In this
 * form PromQL can say it too.
 * @returns nats; 0 when there are not more than expected
 */
export function surprise({ valid, bad }: Events, budget: number): number {
  if (valid === 0 || bad <= budget * valid) return 0
  const share = bad / valid
  return valid * (share * Math.log(share / budget) - share + budget)
}
