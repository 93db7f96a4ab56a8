import type { Sample, Usage } from '../evidence/usage.ts'
import { decayingHistogram } from './histogram.ts'

/** What a container asks for, in cores and bytes; absent where it says nothing. */
export interface Sizes {
  cpuRequest?: number
  cpuLimit?: number
  memoryRequest?: number
  memoryLimit?: number
}

export interface SizingOptions {
  /** Of CPU usage that the request covers: 0.95 (KRR) or 0.99. */
  cpuQuantile: number
  /** It was killed for memory while it had today's limit. */
  killed: boolean
}

/** KRR's `points_required` and a whole day, so that no part of the day is unseen. */
export const least = { points: 100, days: 1 } as const
/** On top of the highest memory seen: KRR's `memory_buffer_percentage`, VPA's `recommendation-margin-fraction`. */
export const headroom = 1.15
/** VPA's `oom-bump-up-ratio` and `oom-min-bump-up-bytes`. */
const bump = { ratio: 1.2, bytes: 100 * 2 ** 20 } as const
/** What no container is sized below: VPA's `pod-recommendation-min-cpu-millicores`, and a process that starts. */
const floor = { cpu: 0.025, memory: 32 * 2 ** 20 } as const
/** A limit that throttles is raised to this multiple of the p99 of usage, which it has cut off. */
const throttledRaise = 1.5
/** Throttled more than this share of periods is felt. */
export const throttledShare = 0.05

export const peakOf = (samples: readonly Sample[]): number =>
  samples.reduce((peak, { value }) => Math.max(peak, value), 0)

/** Enough is known of one resource to size it. */
export const isKnown = (samples: readonly Sample[], { days }: Pick<Usage, 'days'>): boolean =>
  samples.length >= least.points && days >= least.days

/** Where the highest memory use lies when the last container was killed at its limit: at least there. */
export const afterKill = (limit: number): number => Math.max(limit * bump.ratio, limit + bump.bytes)

/**
 * Sizes by what was used: CPU request is the chosen quantile of the decaying histogram, memory the highest use ever seen
 * plus 15 %, and after a kill at least what VPA gives (its limit × 1.2, and 100 MiB more). Where a memory limit is
 * declared, request and limit become the same, as KRR has it: what a container may use is kept for it. A CPU limit
 * stays, unless it throttles or would be below the request. What is not known well enough is left as it is.
 */
export function sizesFor(usage: Usage, now: Sizes, { cpuQuantile, killed }: SizingOptions): Sizes {
  const sizes: Sizes = { ...now }
  if (isKnown(usage.cpu, usage)) {
    const histogram = decayingHistogram(0.01)
    for (const { at, value } of usage.cpu) histogram.add(at, value)
    sizes.cpuRequest = Math.max(floor.cpu, histogram.quantile(cpuQuantile))
    if (now.cpuLimit !== undefined) {
      const throttles = (usage.throttled ?? 0) > throttledShare
      const raised = throttles ? throttledRaise * histogram.quantile(0.99) : 0
      sizes.cpuLimit = Math.max(now.cpuLimit, sizes.cpuRequest, raised)
    }
  }
  const peak = peakOf(usage.memory)
  const killedAt = killed ? (now.memoryLimit ?? Math.max(peak, now.memoryRequest ?? 0)) : undefined
  if (isKnown(usage.memory, usage) || (killedAt ?? 0) > 0) {
    const needed = Math.max(floor.memory, peak * headroom, killedAt === undefined ? 0 : afterKill(killedAt))
    sizes.memoryRequest = needed
    if (now.memoryLimit !== undefined) sizes.memoryLimit = needed
  }
  return sizes
}

/**
 * How likely a day's peak passes what was seen, if days are alike: the next of n + 1 such days is the highest once in
 * n + 1 (exchangeability).
 */
export const passingShare = (days: number): number => 1 / (Math.floor(days) + 1)

/** Share of samples above a level. */
export const shareAbove = (samples: readonly Sample[], level: number): number =>
  samples.length === 0 ? 0 : samples.filter(({ value }) => value > level).length / samples.length
