const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Rhythms of systems that people use: how often each comes again, in how many slots, how many rounds are kept. */
const RHYTHMS = [
  // Unix time begins on a Thursday: weeks are counted from the Monday after.
  { name: 'day', period: DAY, start: 0, slots: 144, rounds: 7 },
  { name: 'week', period: 7 * DAY, start: 4 * DAY, slots: 168, rounds: 4 },
] as const
/** Past values around a slot that make a forecast. */
const LEAST_VALUES = 4
/** Forecasts by which a rhythm is known well enough to be preferred to another. */
const LEAST_FORECASTS = 200
/** How much better a longer rhythm must foretell before it is believed. */
const MARGIN = 0.9
/** Weight of one distance in the recent mean. */
const ALPHA = 0.002
/** One wild value may count as this many usual distances, no more. */
const MOST_ERROR = 10

export type RhythmName = (typeof RHYTHMS)[number]['name']

/** What a series usually is at this time of the day or of the week, whichever foretold it better so far. */
export interface Season {
  rhythms: Rhythm[]
}

export interface Forecast {
  rhythm: RhythmName
  value: number
}

interface Rhythm {
  /** Mean values of past rounds, slot by slot. */
  values: Float64Array
  counts: Uint32Array
  slot: number
  sum: number
  points: number
  forecast: number
  forecasts: number
  error: number
}

export const season = (): Season => ({
  rhythms: RHYTHMS.map(({ slots, rounds }) => ({
    values: new Float64Array(slots * rounds),
    counts: new Uint32Array(slots),
    slot: -1,
    sum: 0,
    points: 0,
    forecast: Number.NaN,
    forecasts: 0,
    error: 0,
  })),
})

/** Takes in a value and gives what was expected of it from earlier ones: nothing while rounds are too few. */
export function foretell(season: Season, at: number, value: number): Forecast | undefined {
  let best: Forecast | undefined
  let least = Number.POSITIVE_INFINITY
  season.rhythms.forEach((rhythm, index) => {
    const shape = RHYTHMS[index]
    if (shape === undefined) return
    enter(rhythm, shape, at)
    rhythm.sum += value
    rhythm.points++
    if (Number.isNaN(rhythm.forecast)) return
    const known = rhythm.forecasts >= LEAST_FORECASTS
    if (best === undefined || (known && rhythm.error < MARGIN * least)) {
      best = { rhythm: shape.name, value: rhythm.forecast }
      least = rhythm.error
    }
    judge(rhythm, value)
  })
  return best
}

/** Moves to the slot of this time: what was gathered in the last one becomes past, and the new one is foretold. */
function enter(rhythm: Rhythm, shape: (typeof RHYTHMS)[number], at: number): void {
  const { period, start, slots, rounds } = shape
  const phase = (((at - start) % period) + period) % period
  const slot = Math.min(slots - 1, Math.floor((phase / period) * slots))
  if (slot === rhythm.slot) return
  if (rhythm.points > 0) {
    const count = rhythm.counts[rhythm.slot] ?? 0
    rhythm.values[rhythm.slot * rounds + (count % rounds)] = rhythm.sum / rhythm.points
    rhythm.counts[rhythm.slot] = count + 1
  }
  Object.assign(rhythm, { slot, sum: 0, points: 0 })
  rhythm.forecast = typical(rhythm, slots, rounds)
}

/** The median of past values in this slot and the two beside it, as rhythms of people are not to the minute. */
function typical({ values, counts, slot }: Rhythm, slots: number, rounds: number): number {
  let size = 0
  for (let step = -1; step <= 1; step++) {
    const beside = (slot + step + slots) % slots
    const kept = Math.min(rounds, counts[beside] ?? 0)
    for (let i = 0; i < kept; i++) {
      const value = values[beside * rounds + i] ?? 0
      let place = size++
      for (; place > 0 && (near[place - 1] ?? 0) > value; place--) near[place] = near[place - 1] ?? 0
      near[place] = value
    }
  }
  return size < LEAST_VALUES ? Number.NaN : (near[size >> 1] ?? 0)
}

/** Reused, as this runs for every value of every series. */
const near = new Float64Array(3 * Math.max(...RHYTHMS.map(({ rounds }) => rounds)))

function judge(rhythm: Rhythm, value: number): void {
  const distance = Math.abs(value - rhythm.forecast)
  rhythm.forecasts++
  const first = 1 / rhythm.forecasts
  const bounded = rhythm.forecasts < 50 ? distance : Math.min(distance, MOST_ERROR * rhythm.error || distance)
  rhythm.error += Math.max(first, ALPHA) * (bounded - rhythm.error)
}
