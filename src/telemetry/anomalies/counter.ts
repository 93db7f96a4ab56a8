/** Values to see before a series is taken for a counter. */
const LEAST_VALUES = 60
/** A counter at work rises at least in this share of its values. */
const LEAST_RISES = 0.5
/** A counter that begins anew comes back below this share of where it was. */
const RESET = 0.5

/** Whether a series only ever rises, as counters do until their process starts again. */
export interface Counter {
  values: number
  rises: number
  fell: boolean
  last: number
  lastAt: number
}

export const counter = (): Counter => ({
  values: 0,
  rises: 0,
  fell: false,
  last: Number.NaN,
  lastAt: Number.NaN,
})

/**
 * Takes in a value and says what to watch: the value itself, or the rate a second of a counter, which is unknown (NaN)
 * for the interval in which it began anew.
 */
export function watched(counter: Counter, at: number, value: number): { value: number; rate: boolean } {
  const { last, lastAt } = counter
  counter.values++
  if (value > last) counter.rises++
  if (value < last && !(value >= 0 && value < RESET * last)) counter.fell = true
  counter.last = value
  counter.lastAt = at
  const rate = !counter.fell && counter.values > LEAST_VALUES && counter.rises >= LEAST_RISES * counter.values
  if (!rate) return { value, rate }
  const seconds = Math.max(1, at - lastAt) / 1000
  return { value: value < last ? Number.NaN : (value - last) / seconds, rate }
}
