import { inputTokens, type Usage } from '../canonical/usage.ts'
import type { PriceSettings } from '../snapshot.ts'

/** What the tokens of one model cost, resolved once per target, so that a call's cost is a few multiplications. */
export interface Price {
  /** Where it came from: the catalogue with its date, or the ModelProvider. */
  source: string
  /** The last one that holds at a time is meant; the first holds always. */
  spans: readonly [PriceSpan, ...PriceSpan[]]
}

export interface PriceSpan {
  /** Begins at this time, in milliseconds since the epoch; or holds daily between two times of day (UTC, in milliseconds). */
  when?: { from: number } | { dailyFrom: number; dailyUntil: number }
  rates: Rates
}

/** USD per token of each bucket of usage; tiers are by the number of input tokens. */
export interface Rates {
  input: Rate
  cacheRead: Rate
  cacheWrite: Rate
  cacheWriteLong: Rate
  inputAudio: Rate
  output: Rate
  reasoning: Rate
  outputAudio: Rate
  /** USD for the call itself. */
  call: number
}

/** All tokens of a call have the price of the highest tier whose start its input exceeds. */
export type Rate = number | { base: number; tiers: readonly { above: number; rate: number }[] }

/**
 * What a call cost, each bucket at its own rate.
 * @param at when the call was made, for prices that depend on the date or time of day
 * @returns undefined when there is no price: unknown is never 0
 */
export function costOf(
  price: Price | undefined,
  usage: Usage,
  at: number,
): { usd: number; source: string } | undefined {
  if (!price) return undefined
  const rates = ratesAt(price, at)
  const size = inputTokens(usage)
  const long = usage.cacheWriteLong ?? 0
  const usd =
    rates.call +
    usage.input * rateAt(rates.input, size) +
    usage.cacheRead * rateAt(rates.cacheRead, size) +
    (usage.cacheWrite - long) * rateAt(rates.cacheWrite, size) +
    long * rateAt(rates.cacheWriteLong, size) +
    usage.inputAudio * rateAt(rates.inputAudio, size) +
    usage.output * rateAt(rates.output, size) +
    usage.reasoning * rateAt(rates.reasoning, size) +
    usage.outputAudio * rateAt(rates.outputAudio, size)
  return { usd, source: price.source }
}

/** The most that a call with so many tokens can cost, whatever buckets they turn out to be in. */
export function mostUsd(price: Price, input: number, output: number, at: number): number {
  const rates = ratesAt(price, at)
  let top = Math.max(
    rateAt(rates.input, input),
    rateAt(rates.cacheRead, input),
    rateAt(rates.cacheWrite, input),
  )
  top = Math.max(top, rateAt(rates.cacheWriteLong, input), rateAt(rates.inputAudio, input))
  const topOut = Math.max(rateAt(rates.output, input), rateAt(rates.reasoning, input))
  return rates.call + input * top + output * Math.max(topOut, rateAt(rates.outputAudio, input))
}

/** A price that people wrote: a bucket without one has that of input or output. */
export function writtenPrice(settings: PriceSettings, source: string): Price {
  const perToken = (perMillion: number | undefined, otherwise: number) => (perMillion ?? otherwise) / 1e6
  const { inputPerMillionUsd: input, outputPerMillionUsd: output } = settings
  const cacheWrite = perToken(settings.cacheWritePerMillionUsd, input)
  const rates: Rates = {
    input: input / 1e6,
    cacheRead: perToken(settings.cacheReadPerMillionUsd, input),
    cacheWrite,
    cacheWriteLong: cacheWrite,
    inputAudio: perToken(settings.inputAudioPerMillionUsd, input),
    output: output / 1e6,
    reasoning: perToken(settings.reasoningPerMillionUsd, output),
    outputAudio: perToken(settings.outputAudioPerMillionUsd, output),
    call: 0,
  }
  return { source, spans: [{ rates }] }
}

/** Of models that are served here: tokens cost nothing, which is known. */
export const noCharge: Price = writtenPrice({ inputPerMillionUsd: 0, outputPerMillionUsd: 0 }, 'served here')

function ratesAt({ spans }: Price, at: number): Rates {
  for (let i = spans.length - 1; i > 0; i--) {
    const span = spans[i]
    if (span && holds(span, at)) return span.rates
  }
  return spans[0].rates
}

function holds({ when }: PriceSpan, at: number): boolean {
  if (!when) return true
  if ('from' in when) return at >= when.from
  const time = at % 86_400_000
  const { dailyFrom, dailyUntil } = when
  return dailyFrom <= dailyUntil
    ? time >= dailyFrom && time < dailyUntil
    : time >= dailyFrom || time < dailyUntil
}

function rateAt(rate: Rate, size: number): number {
  if (typeof rate === 'number') return rate
  let found = rate.base
  for (const tier of rate.tiers) if (size > tier.above) found = tier.rate
  return found
}
