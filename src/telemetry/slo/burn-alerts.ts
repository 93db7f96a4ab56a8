const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export type Severity = 'page' | 'ticket'

/** Tells when errors use up the budget too fast: both windows above `factor` times the rate that spends it in time. */
export interface BurnAlert {
  severity: Severity
  factor: number
  /** Shows that it matters. */
  longMs: number
  /** Shows that it still goes on. */
  shortMs: number
  /** Goes on for this long after it was true, so that a rate around the factor is told once. */
  holdMs: number
}

/** What is spent of the budget in the long window when an alert tells. */
const table = [
  { severity: 'page', spent: 0.02, longMs: hour, shortMs: 5 * minute, holdMs: 5 * minute },
  { severity: 'page', spent: 0.05, longMs: 6 * hour, shortMs: 30 * minute, holdMs: 5 * minute },
  { severity: 'ticket', spent: 0.1, longMs: day, shortMs: 2 * hour, holdMs: 30 * minute },
  { severity: 'ticket', spent: 0.1, longMs: 3 * day, shortMs: 6 * hour, holdMs: 30 * minute },
] as const

/**
 * The alerts of an objective over `periodMs`, fastest first: 14.4, 6, 3 and 1 for 30 days (Site Reliability Workbook,
 * chapter 5, "Multiwindow, Multi-Burn-Rate Alerts"; the third is Sloth's). Other periods keep the share of the budget
 * and get other factors, but none below 1: an objective that is met must not tell.
 */
export const burnAlerts = (periodMs: number): BurnAlert[] =>
  table.map(({ spent, ...alert }) => ({
    ...alert,
    factor: Math.max(1, Number(((spent * periodMs) / alert.longMs).toPrecision(12))),
  }))

/** `1h`, `5m`, `3d`: as Prometheus and people write it. */
export function windowText(ms: number): string {
  if (ms % day === 0) return `${ms / day}d`
  return ms % hour === 0 ? `${ms / hour}h` : `${ms / minute}m`
}
