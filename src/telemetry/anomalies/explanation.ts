import type { RhythmName } from './season.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

export type ChannelName = 'level' | 'recent level' | 'season' | 'short mix' | 'long mix' | 'course'

/** What a channel saw, in numbers. */
export interface Sight {
  channel: ChannelName
  at: number
  since: number
  /** The value, or the rate a second of a counter. */
  value: number
  rate: boolean
  /** What the series usually is: of the last thousand values, and at this time of the day or week. */
  middle: number
  low: number
  high: number
  forecast: { rhythm: RhythmName; value: number } | undefined
  /** Median of the last values, and milliseconds they took. */
  recently: number
  stretch: number
}

/** A sentence whose subject is the series: "is 4.2 × its usual Tuesday 10:00 level (51, usually 12) since 10:14". Times are UTC. */
export function sentence(sight: Sight): string {
  const { channel, since, at } = sight
  const start = since < at ? ` since ${clock(since, at)}` : ` at ${clock(at, at)}`
  if (channel === 'season' && sight.forecast) {
    const { rhythm, value } = sight.forecast
    const time = rhythm === 'week' ? `${DAYS[new Date(at).getUTCDay()]} ${clock(at, at)}` : clock(at, at)
    return `is ${compared(sight, value, `its usual ${time} level`)}${start}`
  }
  if (channel === 'level' || channel === 'recent level' || channel === 'season')
    return `is ${compared(sight, sight.middle, 'its usual level')}${start}`
  const lately = `the last ${duration(sight.stretch)} (${number(sight.recently)} in the middle, usually ${number(sight.low)} to ${number(sight.high)})`
  return channel === 'course'
    ? `runs as never before over ${lately}${start}`
    : `mixes high and low values as never before in ${lately}${start}`
}

function compared({ value, rate }: Sight, usual: number, name: string): string {
  const unit = rate ? ' a second' : ''
  const figures = `(${number(value)}${unit}, usually ${number(usual)}${unit})`
  const ratio = value / usual
  if (ratio >= 0 && ratio <= 0.95 && usual > 0) return `${Math.round(100 * ratio)} % of ${name} ${figures}`
  if (ratio >= 1.05 && usual > 0) return `${number(ratio)} × ${name} ${figures}`
  return `${value < usual ? 'below' : 'above'} ${name} ${figures}`
}

/** Three digits that matter. */
const number = (value: number): string =>
  Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(3)))

/** The time of day, with the date when that is another than the reader's. */
function clock(moment: number, now: number): string {
  const text = new Date(moment).toISOString()
  return text.slice(0, 10) === new Date(now).toISOString().slice(0, 10)
    ? text.slice(11, 16)
    : `${text.slice(0, 10)} ${text.slice(11, 16)}`
}

function duration(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`
  return `${Math.round(ms / 3_600_000)} h`
}
