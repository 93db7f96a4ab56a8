import type { RequestPoint } from '../../telemetry/signals/signal-store.ts'
import type { Slo } from '../../telemetry/slo/event-source.ts'

/** Objectives that people state for requests, the strictest first. */
const objectives = [99.9, 99.5, 99, 98, 95, 90] as const
/** Multiples of what is usual that a latency objective allows. */
const multiples = [1.5, 2, 3] as const
const latencyObjective = 95

const base = { window: '30d', minEvents: 10 } as const

/** Objectives about errors of a service's requests, and about their p95 beside what it usually is. */
export function candidatesFor(service: string, usual: readonly RequestPoint[]): Slo[] {
  const errors = objectives.map((objective): Slo => ({ ...base, objective, requests: { service } }))
  const times = usual.map(({ p95Ms }) => p95Ms).sort((a, b) => a - b)
  const high = times[Math.max(0, Math.ceil(0.99 * times.length) - 1)] ?? 0
  if (!(high > 0)) return errors
  const limits = [...new Set(multiples.map(multiple => twoDigits(high * multiple)))]
  const latency = limits.map(
    (atMost): Slo => ({ ...base, objective: latencyObjective, latency: { service, quantile: 0.95, atMost } }),
  )
  return [...errors, ...latency]
}

/** People state limits such as 250 ms, not 247.3. */
function twoDigits(ms: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(ms)) - 1)
  return Math.ceil(ms / unit) * unit
}
