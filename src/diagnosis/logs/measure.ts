/** How a number that a log keeps telling moved, in a way that is worse. */
export interface Move {
  name: string
  kind: MeasureKind
  how: 'step' | 'growth'
  before: number
  after: number
  /** Which entry of the stream it begins with, as far as it was sampled; 0 of a growth. */
  at: number
  /** Entries between two samples. */
  stride: number
  /** 0 to 1: share of the variance that the step or the line explains. */
  explains: number
}

export type MeasureKind = 'memory' | 'latency' | 'load' | 'failure' | 'success'

const most = { samples: 2048, least: 40 } as const
/** A change by less is not worth a word, whatever its shape. */
const least = { rise: 2, fall: 0.6, explains: 0.6 } as const

const kinds: readonly (readonly [MeasureKind, RegExp])[] = [
  [
    'failure',
    /(?:err|fail|miss|retr|drop|reject|timeout|evict)\w{0,12}(?:[._]?(?:rate|ratio|percent\w{0,3}|count|total))?$/i,
  ],
  ['memory', /(?:^|[._])(?:mem|memory|heap|rss)(?:$|[._])|memory|heap/i],
  [
    'latency',
    /latency|duration|elapsed|response_?time|took|(?:^|[._])(?:time|ms|seconds)$|_ms$|_seconds$|wait_?time/i,
  ],
  [
    'success',
    /(?:hit|success|availab\w{0,6}|throughput|ok)(?:[._]?(?:rate|ratio|percent\w{0,3}))?$|hit_?rate|(?:^|[._])(?:rate|ratio)$/i,
  ],
  [
    'load',
    /queue|lag|backlog|pending|waiting|in_?use|active|open_?(?:files|connections)|goroutines|threads|connections|usage|util\w{0,7}|cpu/i,
  ],
]
const settings =
  /limit|max|min|total|size|available|free|capacity|threshold|timeout|interval|version|port|id$/i

/** What a number of this name stands for; undefined of settings, counters and what is unknown. */
export function measureKind(name: string): MeasureKind | undefined {
  if (settings.test(name) && !/usage/i.test(name)) return undefined
  return kinds.find(([, form]) => form.test(name))?.[0]
}

/** Values of one measure over a stream of any length, in bounded memory: of a long one every n-th. */
export class Samples {
  readonly kind: MeasureKind
  readonly values: number[] = []
  readonly places: number[] = []
  stride = 1
  #seen = 0

  constructor(kind: MeasureKind) {
    this.kind = kind
  }

  push(value: number, place: number): void {
    if (this.#seen++ % this.stride !== 0) return
    this.values.push(value)
    this.places.push(place)
    if (this.values.length < most.samples) return
    const kept = this.values.length / 2
    for (let at = 0; at < kept; at++) {
      this.values[at] = this.values[at * 2] as number
      this.places[at] = this.places[at * 2] as number
    }
    this.values.length = kept
    this.places.length = kept
    this.stride *= 2
  }

  /** The move for the worse, if there is one: the better of a single step and a straight line. */
  move(name: string): Move | undefined {
    const { values } = this
    if (values.length < most.least) return undefined
    const spread = squares(values, 0, values.length)
    if (spread === 0) return undefined
    const step = bestStep(values)
    const line = lineShare(values, spread)
    const stepShare = 1 - step.rest / spread
    const growth = line >= stepShare && line >= least.explains
    const [before, after] = growth
      ? ends(values)
      : [median(values.slice(0, step.at)), median(values.slice(step.at))]
    const explains = growth ? line : stepShare
    if (explains < least.explains || !worse(this.kind, before, after)) return undefined
    return {
      ...{ name, kind: this.kind, before, after, stride: this.stride, explains },
      how: growth ? 'growth' : 'step',
      at: growth ? 0 : (this.places[step.at] ?? 0),
    }
  }
}

function worse(kind: MeasureKind, before: number, after: number): boolean {
  if (kind === 'success') return before > 0 && after <= before * least.fall
  return after >= Math.max(before, 1e-9) * least.rise && after - before > floors[kind]
}
/** Rises below these are noise, whatever they are measured in. */
const floors: Readonly<Record<MeasureKind, number>> = {
  memory: 1,
  latency: 0.2,
  load: 2,
  failure: 0.02,
  success: 0,
}

/** The split that leaves the least squares, by prefix sums. */
function bestStep(values: readonly number[]): { at: number; rest: number } {
  const n = values.length
  const margin = Math.max(5, Math.floor(n / 20))
  const [sums, sumsOfSquares] = [[0], [0]]
  for (const value of values) {
    sums.push((sums.at(-1) as number) + value)
    sumsOfSquares.push((sumsOfSquares.at(-1) as number) + value * value)
  }
  const rest = (from: number, to: number): number => {
    const sum = (sums[to] as number) - (sums[from] as number)
    return (sumsOfSquares[to] as number) - (sumsOfSquares[from] as number) - (sum * sum) / (to - from)
  }
  let best = { at: margin, rest: Number.POSITIVE_INFINITY }
  for (let at = margin; at <= n - margin; at++) {
    const left = rest(0, at) + rest(at, n)
    if (left < best.rest) best = { at, rest: left }
  }
  return best
}

function squares(values: readonly number[], from: number, to: number): number {
  let sum = 0
  for (let at = from; at < to; at++) sum += values[at] as number
  const mean = sum / (to - from)
  let found = 0
  for (let at = from; at < to; at++) found += ((values[at] as number) - mean) ** 2
  return found
}

/** Share of the variance that a straight line explains. */
function lineShare(values: readonly number[], spread: number): number {
  const n = values.length
  const middle = (n - 1) / 2
  let together = 0
  for (let at = 0; at < n; at++) together += (at - middle) * (values[at] as number)
  return (together * together) / (((n * (n * n - 1)) / 12) * spread)
}

/** Of what grows all the time, the first and the last; three of each, for one may be off. */
const ends = (values: readonly number[]): [number, number] => [
  median(values.slice(0, 3)),
  median(values.slice(-3)),
]

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
