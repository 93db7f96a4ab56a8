import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { calcPrice, findProvider } from '@pydantic/genai-prices'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inputTokens, noUsage, outputTokens, type Usage } from '../canonical/usage.ts'
import type { ProviderSettings } from '../snapshot.ts'
import { catalogueEdition, cataloguePrice, catalogueProvider } from './catalogue.ts'
import { costOf, mostUsd, type Price } from './prices.ts'
import { priceOf } from './target-price.ts'

const provider = (fields: Partial<ProviderSettings> = {}): ProviderSettings => ({
  protocol: 'openai',
  timeoutMs: 1000,
  ...fields,
})
const priceFor = (fields: Partial<ProviderSettings>, model: string): Price | undefined =>
  priceOf({ serve: 'provider', provider: provider(fields), model })
const openai = { endpoint: 'https://api.openai.com/v1' }
const noon = Date.UTC(2026, 0, 15, 12)
const night = Date.UTC(2026, 0, 15, 20)

describe('a call costs', () => {
  const million = 1e6
  const cases: [
    what: string,
    at: Partial<ProviderSettings>,
    model: string,
    usage: Partial<Usage>,
    time: number,
    usd: number,
  ][] = [
    ['input and output at their rates', openai, 'gpt-4o', { input: 1000, output: 100 }, noon, 0.0035],
    [
      'cached input of OpenAI at its own',
      openai,
      'gpt-4o',
      { input: 200, cacheRead: 800, output: 0 },
      noon,
      0.0015,
    ],
    ['reasoning as output', openai, 'gpt-5', { output: 100, reasoning: 900 }, noon, 0.01],
    ['a dated name of a model as the model', openai, 'gpt-4o-2024-08-06', { input: million }, noon, 2.5],
    [
      'reads of the cache of Anthropic',
      { protocol: 'anthropic' },
      'claude-sonnet-4-5',
      { cacheRead: 10_000 },
      noon,
      0.003,
    ],
    [
      'writes for five minutes',
      { protocol: 'anthropic' },
      'claude-sonnet-4-5',
      { cacheWrite: 10_000 },
      noon,
      0.0375,
    ],
    [
      'writes for an hour',
      { protocol: 'anthropic' },
      'claude-sonnet-4-5',
      { cacheWrite: 10_000, cacheWriteLong: 4000 },
      noon,
      0.0465,
    ],
    [
      'a long context up to the edge',
      { protocol: 'gemini' },
      'gemini-2.5-pro',
      { input: 200_000, output: 1000 },
      noon,
      0.26,
    ],
    [
      'a long context beyond it',
      { protocol: 'gemini' },
      'gemini-2.5-pro',
      { input: 200_001, output: 1000 },
      noon,
      0.5150025,
    ],
    [
      'a long context by cached input too',
      { protocol: 'gemini' },
      'gemini-2.5-pro',
      { input: 1, cacheRead: 200_000 },
      noon,
      0.0500025,
    ],
    [
      'more by day',
      { protocol: 'openai', catalogue: 'deepseek' },
      'deepseek-chat',
      { input: million },
      noon,
      0.27,
    ],
    [
      'less by night',
      { protocol: 'openai', catalogue: 'deepseek' },
      'deepseek-chat',
      { input: million },
      night,
      0.135,
    ],
    ['what it cost on its day', openai, 'o3', { input: million }, Date.UTC(2025, 4, 1), 10],
    ['what it costs since', openai, 'o3', { input: million }, Date.UTC(2025, 5, 10), 2],
    ['audio at its own rate', { protocol: 'gemini' }, 'gemini-2.5-flash', { inputAudio: million }, noon, 1],
  ]
  test.each(cases)('%s', (_, at, model, usage, time, usd) => {
    expect(costOf(priceFor(at, model), { ...noUsage, ...usage }, time)?.usd).toBeCloseTo(usd, 9)
  })
})

describe('a price', () => {
  test('says where it came from, with the day of the catalogue', () => {
    expect(priceFor(openai, 'gpt-4o')?.source).toBe('genai-prices 0.1.8 (2026-09-23) openai/gpt-4o')
  })

  test('that a ModelProvider has goes before the catalogue, and buckets without one have that of input or output', () => {
    const price = { inputPerMillionUsd: 4, outputPerMillionUsd: 8, cacheReadPerMillionUsd: 1 }
    const usage = { ...noUsage, input: 1e6, cacheRead: 1e6, cacheWrite: 1e6, output: 1e6, reasoning: 1e6 }
    expect(costOf(priceFor({ ...openai, name: 'ours', price }, 'gpt-4o'), usage, noon)).toEqual({
      usd: 4 + 1 + 4 + 8 + 8,
      source: 'ModelProvider ours',
    })
  })

  test('of a model nobody knows is unknown, and so is the cost', () => {
    expect(priceFor(openai, 'our-own-model')).toBeUndefined()
    expect(costOf(undefined, { ...noUsage, input: 5 }, noon)).toBeUndefined()
  })

  test('is not guessed from the name of a model on a server of ones own', () => {
    expect(priceFor({ endpoint: 'http://127.0.0.1:8000/v1' }, 'gpt-4o')).toBeUndefined()
    expect(
      priceFor({ protocol: 'anthropic', endpoint: 'https://proxy.example.com' }, 'claude-sonnet-4-5'),
    ).toBeUndefined()
    expect(priceFor({ ...openai, catalogue: 'nobody-we-know' }, 'gpt-4o')).toBeUndefined()
  })

  test('without any number in the catalogue is unknown, not free', () => {
    expect(calcPrice({ input_tokens: 5 }, 'gemma-3', { providerId: 'google' })?.total_price).toBe(0)
    expect(cataloguePrice('google', 'gemma-3')).toBeUndefined()
  })

  test('of a model that is served here is known to be nothing', () => {
    const price = priceOf({ serve: 'model', format: 'linear-text', artefact: 'sha256:1' })
    expect(costOf(price, { ...noUsage, input: 5 }, noon)).toEqual({ usd: 0, source: 'served here' })
  })

  test('bounds what a call of so many tokens can cost', () => {
    const count = fc.nat(300_000)
    fc.assert(
      fc.property(fc.constantFrom(...sample), usages(), count, (price, usage, more) => {
        const most = mostUsd(price, inputTokens(usage), outputTokens(usage) + more, noon)
        expect(costOf(price, usage, noon)?.usd ?? 0).toBeLessThanOrEqual(most * (1 + 1e-12))
      }),
    )
  })

  test('edition of the catalogue is the one that is installed', () => {
    const main = createRequire(import.meta.url).resolve('@pydantic/genai-prices')
    const manifest = JSON.parse(readFileSync(join(dirname(main), '../package.json'), 'utf8')) as {
      version: string
    }
    expect(catalogueEdition.version, 'set version and date (npm view @pydantic/genai-prices time)').toBe(
      manifest.version,
    )
  })

  test.each([
    ['https://api.openai.com/v1', 'openai'],
    ['https://api.groq.com/openai/v1', 'groq'],
    ['https://openrouter.ai/api/v1', 'openrouter'],
    ['https://ours.openai.azure.com/openai', 'azure'],
    ['https://llm.example.com/v1', undefined],
  ])('of %s is that of %s', (endpoint, id) => {
    expect(catalogueProvider({ protocol: 'openai', endpoint })).toBe(id)
  })
})

/** Every model of these providers with a price for tokens. */
const models = ['openai', 'anthropic', 'google', 'deepseek', 'mistral', 'x-ai', 'perplexity', 'aws'].flatMap(
  id => (findProvider({ providerId: id })?.models ?? []).map(model => ({ provider: id, model: model.id })),
)
const priced = models.flatMap(({ provider: id, model }) => {
  const price = cataloguePrice(id, model)
  return price ? [{ id, model, price }] : []
})
const sample = priced.map(({ price }) => price)

function usages(): fc.Arbitrary<Usage> {
  const count = fc.oneof(fc.constant(0), fc.nat(2000), fc.nat(400_000))
  return fc
    .record({
      input: count,
      cacheRead: count,
      cacheWrite: count,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      inputAudio: count,
      output: count,
      reasoning: count,
      outputAudio: count,
    })
    .map(({ share, ...buckets }) => ({
      ...buckets,
      cacheWriteLong: Math.floor(buckets.cacheWrite * share),
      source: 'provider' as const,
    }))
}

/** Usage in the words of the library, where a total includes its parts. */
const libraryUsage = (usage: Usage) => ({
  input_tokens: inputTokens(usage),
  cache_read_tokens: usage.cacheRead,
  cache_write_tokens: usage.cacheWrite,
  cache_write_1h_tokens: usage.cacheWriteLong,
  input_audio_tokens: usage.inputAudio,
  output_tokens: outputTokens(usage),
  output_audio_tokens: usage.outputAudio,
  output_reasoning_tokens: usage.reasoning,
  // Where two of them meet: our buckets do not overlap.
  cache_audio_read_tokens: 0,
  cache_audio_write_tokens: 0,
  cache_audio_write_1h_tokens: 0,
  output_audio_reasoning_tokens: 0,
})

describe('the calculation', () => {
  test(`is the library's own for ${priced.length} models on any usage at any time`, () => {
    expect(priced.length).toBeGreaterThan(200)
    const time = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2027, 0) })
    fc.assert(
      fc.property(fc.constantFrom(...priced), usages(), time, ({ id, model, price }, usage, at) => {
        const theirs = calcPrice(libraryUsage(usage), model, { providerId: id, timestamp: new Date(at) })
        expect(costOf(price, usage, at)?.usd).toBeCloseTo(theirs?.total_price ?? Number.NaN, 9)
      }),
      { numRuns: 2000 },
    )
  })

  test('adds up over disjoint buckets', () => {
    const buckets = [
      'input',
      'cacheRead',
      'cacheWrite',
      'inputAudio',
      'output',
      'reasoning',
      'outputAudio',
    ] as const
    const flat = sample.filter(({ spans }) =>
      spans.every(({ rates }) => Object.values(rates).every(rate => typeof rate === 'number')),
    )
    fc.assert(
      fc.property(fc.constantFrom(...flat), usages(), (price, usage) => {
        const callUsd = costOf(price, noUsage, noon)?.usd ?? 0
        let sum = callUsd
        for (const bucket of buckets) {
          const part = { ...noUsage, [bucket]: usage[bucket] }
          if (bucket === 'cacheWrite') part.cacheWriteLong = usage.cacheWriteLong ?? 0
          sum += (costOf(price, part, noon)?.usd ?? 0) - callUsd
        }
        expect(costOf(price, usage, noon)?.usd).toBeCloseTo(sum, 9)
      }),
    )
  })
})
