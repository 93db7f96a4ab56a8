import type { Distribution } from '../../signals/signal.ts'
import { explicitDistribution } from '../distribution.ts'
import type { TimedSample } from './points.ts'
import { type Labels, seriesKey } from './series.ts'

/** The parts of one histogram at one time, which come as samples of their own. */
export interface HistogramParts {
  name: string
  labels: Labels
  at: number
  /** How many values are at most as large as each bound. */
  upTo: Map<number, number>
  sum?: number
  count?: number
}

/** Puts histograms together from their buckets, sum and count; to be given all buckets before sums and counts. */
export class HistogramAssembly {
  readonly parts = new Map<string, HistogramParts>()
  readonly #begun: ReadonlyMap<string, HistogramParts>

  /** @param begun of which parts came before; they stay as they are, those here get what comes now */
  constructor(begun: ReadonlyMap<string, HistogramParts>) {
    this.#begun = begun
  }

  /** Whether the sample is a bucket. */
  bucket({ name, labels: { le, ...labels }, at, value }: TimedSample): boolean {
    const bound = name.endsWith(bucketSuffix) ? boundOf(le) : undefined
    if (bound === undefined) return false
    const family = name.slice(0, -bucketSuffix.length)
    const key = timedKey(family, labels, at)
    const parts = this.#known(key) ?? { name: family, labels, at, upTo: new Map<number, number>() }
    parts.upTo.set(bound, value)
    this.parts.set(key, parts)
    return true
  }

  /** Whether the sample is the sum or the count of a histogram that has buckets. */
  total({ name, labels, at, value }: TimedSample): boolean {
    const suffix = name.endsWith('_sum') ? 'sum' : name.endsWith('_count') ? 'count' : undefined
    if (!suffix) return false
    const key = timedKey(name.slice(0, -suffix.length - 1), labels, at)
    const parts = this.#known(key)
    if (!parts) return false
    parts[suffix] = value
    this.parts.set(key, parts)
    return true
  }

  #known(key: string): HistogramParts | undefined {
    const begun = this.#begun.get(key)
    return this.parts.get(key) ?? (begun && { ...begun, upTo: new Map(begun.upTo) })
  }
}

export const isWhole = ({ upTo, sum, count }: HistogramParts): boolean =>
  upTo.has(Number.POSITIVE_INFINITY) && sum !== undefined && count !== undefined

/** Undefined when counts fall from one bound to the next. */
export function distributionOf({ upTo, sum = 0 }: HistogramParts): Distribution | undefined {
  const buckets = [...upTo].sort(([a], [b]) => a - b)
  const bounds = buckets.map(([bound]) => bound).slice(0, -1)
  const counts = buckets.map(([, count], at) => count - (buckets[at - 1]?.[1] ?? 0))
  return explicitDistribution(bounds, counts, sum, 0)
}

const bucketSuffix = '_bucket'

function boundOf(le: string | undefined): number | undefined {
  if (le === undefined || le === '') return undefined
  const bound = le === '+Inf' || le === 'Inf' ? Number.POSITIVE_INFINITY : Number(le)
  return Number.isNaN(bound) ? undefined : bound
}

const timedKey = (name: string, labels: Labels, at: number): string => `${at}\0${seriesKey(name, labels)}`
