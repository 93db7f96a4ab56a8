import { type Cadence, cadence, follows } from './cadence.ts'
import { type Counter, counter, watched } from './counter.ts'
import { type ChannelName, sentence } from './explanation.ts'
import { interrupt as interruptMix, type Mix, mix, mixDistance } from './mix.ts'
import { began, type Onset, onset, remember } from './onset.ts'
import { insert, type OrderWindow, orderWindow, quantile, spread } from './order-window.ts'
import { news, type Quiet, quiet } from './quiet.ts'
import { type Rank, rank, surprise } from './rank.ts'
import { type Forecast, foretell, type Season, season } from './season.ts'
import { COURSE, courseDistance, interrupt as interruptShape, type Shape, shape } from './shape.ts'
import { stateOf, stateText } from './state-text.ts'

/**
 * Finds what is abnormal in one series of numbers, value by value, from earlier values alone and without settings.
 * Six channels look at it in different ways; each number they give is ranked among all that the channel gave before
 * for this series, which makes them comparable, and what they agree on adds up. A disturbance is told once, and
 * again only when it gets clearly worse; a level that stays becomes usual.
 */
export interface Detector {
  /**
   * Takes in the next value. What is no finite number counts as missing and scores 0.
   * @param at milliseconds since the Unix epoch, in order
   */
  add(at: number, value: number): Verdict
  /** All that is known of the series, as text (about 85 kB) for `createDetector`. */
  snapshot(): string
}

export interface Verdict {
  /** 0 nothing, 1 as strange as can be; above ALERT worth telling. */
  score: number
  /** What saw most of it, and in words, from NOTABLE up. */
  channel?: ChannelName
  explanation?: string
  /** When it began, in milliseconds since the Unix epoch. */
  since?: number
}

/**
 * The score from which a value is worth telling: the best on labelled series. A healthy series reaches it about once in
 * ten days, and .65 less than once in a thousand (bench/anomalies.ts): below that, let several series agree.
 */
export const ALERT = 0.5
const NOTABLE = 0.4

const VERSION = 1
const WINDOW = 1000
/** Values to see before deviations mean anything. */
const LEAST_VALUES = 20
/** Surprise below this is everyday and does not add up. */
const EVERYDAY = 0.5
/** The sum of surprise that scores one half. */
const HALF = 5.8
/** Beyond this, sums of squares would overflow. */
const LARGEST = 1e150
/** The last moment of ECMAScript's time, in milliseconds. */
const LAST_MOMENT = 8.64e15

const SHORT = 26
const LONG = 52
/** Values of the window that a new level fills soon. */
const NEAR = 100
/** The two views of the level are one voice: far ones know the whole range, near ones what is usual after a shift. */
const CHANNELS: readonly { name: ChannelName; weight: number }[] = [
  { name: 'level', weight: 0.5 },
  { name: 'recent level', weight: 0.5 },
  { name: 'season', weight: 1 },
  { name: 'short mix', weight: 1 },
  { name: 'long mix', weight: 1 },
  { name: 'course', weight: 1 },
]

interface State {
  version: number
  cadence: Cadence
  counter: Counter
  rate: boolean
  values: OrderWindow
  near: OrderWindow
  residuals: OrderWindow
  season: Season
  short: Mix
  long: Mix
  shape: Shape
  ranks: Rank[]
  quiet: Quiet
  onset: Onset
}

const fresh = (): State => ({
  version: VERSION,
  cadence: cadence(),
  counter: counter(),
  rate: false,
  values: orderWindow(WINDOW),
  near: orderWindow(NEAR),
  residuals: orderWindow(WINDOW),
  season: season(),
  short: mix(SHORT),
  long: mix(LONG),
  shape: shape(),
  ranks: CHANNELS.map(() => rank()),
  quiet: quiet(),
  onset: onset(),
})

/** @param snapshot what `snapshot()` of an earlier detector gave, to go on from there
 *  @throws Error when the snapshot is of another version */
export function createDetector(snapshot?: string): Detector {
  let state = snapshot === undefined ? fresh() : restored(snapshot)
  return {
    snapshot: () => stateText(state),
    add(at, value) {
      if (!(Math.abs(at) <= LAST_MOMENT) || !Number.isFinite(value)) return { score: 0 }
      const { value: seen, rate } = watched(state.counter, at, Math.max(-LARGEST, Math.min(LARGEST, value)))
      if (rate !== state.rate) state = { ...fresh(), cadence: state.cadence, counter: state.counter, rate }
      return Number.isNaN(seen) ? { score: 0 } : judge(state, at, seen)
    },
  }
}

function judge(state: State, at: number, value: number): Verdict {
  if (!follows(state.cadence, at)) {
    interruptMix(state.short)
    interruptMix(state.long)
    interruptShape(state.shape)
  }
  const { strangeness, forecast } = observe(state, at, value)
  let sum = 0
  let most = 0
  let channel: ChannelName = 'level'
  CHANNELS.forEach(({ name, weight }, index) => {
    const rank = state.ranks[index]
    const found = rank === undefined ? 0 : surprise(rank, strangeness[index] ?? 0)
    sum += weight * Math.max(0, found - EVERYDAY)
    if (found > most) {
      most = found
      channel = name
    }
  })
  const told = news(state.quiet, sum)
  const score = told / (told + HALF)
  return score < NOTABLE ? { score } : { score, ...described(state, at, value, channel, forecast) }
}

/** What each channel makes of the value, larger the stranger; 0 while it knows too little. */
function observe(state: State, at: number, value: number) {
  const { values, near, residuals } = state
  const forecast = foretell(state.season, at, value)
  let level = 0
  let recent = 0
  let residual = 0
  let short = 0
  let long = 0
  let course = 0
  if (values.size > LEAST_VALUES) {
    const middle = quantile(values, 0.5)
    const floor = 1e-3 * Math.max(Math.abs(quantile(values, 0.01)), Math.abs(quantile(values, 0.99))) + 1e-12
    level = Math.abs(value - middle) / Math.max(spread(values), floor)
    recent = Math.abs(value - quantile(near, 0.5)) / Math.max(spread(near), floor)
    if (forecast !== undefined && residuals.size > LEAST_VALUES)
      residual = Math.abs(value - forecast.value) / Math.max(spread(residuals), floor)
    short = mixDistance(state.short, values, value)
    long = mixDistance(state.long, values, value)
    const most = (quantile(values, 0.9) - quantile(values, 0.1)) / 2.56
    course = courseDistance(state.shape, value, middle, Math.max(most, floor))
  }
  if (forecast !== undefined) insert(residuals, value - forecast.value)
  insert(values, value)
  insert(near, value)
  remember(state.onset, at, forecast === undefined ? level : residual)
  return { strangeness: [level, recent, residual, short, long, course], forecast }
}

function described(
  state: State,
  at: number,
  value: number,
  channel: ChannelName,
  forecast: Forecast | undefined,
) {
  const { values, cadence, rate } = state
  const since = began(state.onset)
  const count = channel === 'short mix' ? SHORT : channel === 'long mix' ? LONG : COURSE
  const explanation = sentence({
    channel,
    at,
    since,
    value,
    rate,
    middle: quantile(values, 0.5),
    low: quantile(values, 0.05),
    high: quantile(values, 0.95),
    forecast,
    recently: recently(values, count),
    stretch: count * cadence.interval,
  })
  return { channel, explanation, since }
}

function recently({ ring, next, size }: OrderWindow, count: number): number {
  const last: number[] = []
  for (let i = 1; i <= Math.min(count, size); i++)
    last.push(ring[(next - i + ring.length) % ring.length] ?? 0)
  return last.sort((a, b) => a - b)[last.length >> 1] ?? 0
}

function restored(snapshot: string): State {
  const state = stateOf(snapshot) as State
  if (state.version !== VERSION)
    throw new Error(
      `snapshot of an anomaly detector has version ${state.version}, not ${VERSION}; begin anew`,
    )
  return state
}
