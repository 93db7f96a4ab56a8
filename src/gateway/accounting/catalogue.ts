import { type ConditionalPrice, calcPrice, findProvider, type ModelPrice } from '@pydantic/genai-prices'
import type { Price, PriceSpan, Rate, Rates } from './prices.ts'

/** Version and publication day of the catalogue that is built in; a test compares it with the installed package. */
export const catalogueEdition = { version: '0.1.8', date: '2026-09-23' }

/** Ids in the catalogue of those who are paid, where the protocol alone tells it. */
const byProtocol: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  bedrock: 'aws',
  cohere: 'cohere',
  gemini: 'google',
  mistral: 'mistral',
  vertex: 'google',
}

/** Whose prices a provider has. @returns undefined for those nobody knows, such as a server of one's own */
export function catalogueProvider({
  protocol,
  endpoint,
}: {
  protocol: string
  endpoint?: string
}): string | undefined {
  // A proxy of one's own may speak any protocol, and what it costs is not in any catalogue.
  return endpoint === undefined ? byProtocol[protocol] : findProvider({ providerApiUrl: endpoint })?.id
}

/**
 * The price of a model by the catalogue of `@pydantic/genai-prices`, which is part of this installation: nothing is
 * fetched. Tiers, changes of price by date and hours of the day are kept.
 * @returns undefined when the provider or model is not in it, or has no price for tokens
 */
export function cataloguePrice(provider: string, model: string): Price | undefined {
  const id = findProvider({ providerId: provider })?.id
  // Without a known provider the library would guess one by the model's name.
  if (id === undefined) return undefined
  const found = calcPrice({}, model, { providerId: id, timestamp: new Date(0) })
  if (!found) return undefined
  const [first, ...more] = spansOf(found.model.prices)
  if (!first) return undefined
  const { version, date } = catalogueEdition
  return { source: `genai-prices ${version} (${date}) ${id}/${found.model.id}`, spans: [first, ...more] }
}

/** Nothing when one of them has no price for input: what is missing is unknown, not free. */
function spansOf(prices: ModelPrice | ConditionalPrice[]): PriceSpan[] {
  const spans = (Array.isArray(prices) ? prices : [{ prices }]).map(
    (conditional: ConditionalPrice): PriceSpan | undefined => {
      const rates = ratesOf(conditional.prices)
      const { constraint } = conditional
      if (!rates) return undefined
      if (!constraint) return { rates }
      if (constraint.type === 'start_date')
        return { rates, when: { from: Date.parse(constraint.start_date) } }
      return {
        rates,
        when: { dailyFrom: timeOfDay(constraint.start_time), dailyUntil: timeOfDay(constraint.end_time) },
      }
    },
  )
  const known = spans.filter(span => span !== undefined)
  return known.length === spans.length ? known : []
}

/** A bucket without a price of its own has that of what it is part of, as the catalogue's own calculation does. */
function ratesOf(prices: ModelPrice): Rates | undefined {
  const input = rateOf(prices.input_mtok)
  if (input === undefined) return undefined
  const output = rateOf(prices.output_mtok) ?? 0
  const cacheWrite = rateOf(prices.cache_write_mtok) ?? input
  return {
    input,
    cacheRead: rateOf(prices.cache_read_mtok) ?? input,
    cacheWrite,
    cacheWriteLong: rateOf(prices.cache_write_1h_mtok) ?? cacheWrite,
    inputAudio: rateOf(prices.input_audio_mtok) ?? input,
    output,
    reasoning: rateOf(prices.output_reasoning_mtok) ?? output,
    outputAudio: rateOf(prices.output_audio_mtok) ?? output,
    call: typeof prices.requests_kcount === 'number' ? prices.requests_kcount / 1000 : 0,
  }
}

function rateOf(price: ModelPrice[string]): Rate | undefined {
  if (price === undefined) return undefined
  if (typeof price === 'number') return price / 1e6
  const tiers = price.tiers.map(tier => ({ above: tier.start, rate: tier.price / 1e6 }))
  return { base: price.base / 1e6, tiers: tiers.sort((a, b) => a.above - b.above) }
}

/** Milliseconds since midnight UTC of a time such as `16:30:00Z` or `08:00:00+08:00`. */
function timeOfDay(text: string): number {
  const dayMs = 86_400_000
  return ((Date.parse(`1970-01-02T${text}`) % dayMs) + dayMs) % dayMs
}
