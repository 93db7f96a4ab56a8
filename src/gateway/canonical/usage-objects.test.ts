import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyUsage } from '../protocols/protocol.world.ts'
import { inputTokens, outputTokens, totalTokens, type Usage } from './usage.ts'
import { usageFromAnthropic, usageToAnthropic } from './usage-anthropic.ts'
import { usageFromOpenAi, usageToOpenAi, usageToResponses } from './usage-openai.ts'

const count = fc.nat(100_000)
const maybe = fc.option(fc.oneof(count, fc.constantFrom(-1, 1.5, Number.NaN, 'x', null)), { nil: undefined })

describe('usage of OpenAI', () => {
  test('counts cached tokens, which the prompt includes, once', () => {
    expect(
      usageFromOpenAi({
        prompt_tokens: 1000,
        completion_tokens: 500,
        total_tokens: 1500,
        prompt_tokens_details: {
          cached_tokens: 600,
          cache_write_tokens: 100,
          audio_tokens: 50,
          image_tokens: 20,
        },
        completion_tokens_details: {
          reasoning_tokens: 200,
          audio_tokens: 10,
          accepted_prediction_tokens: 7,
          rejected_prediction_tokens: 3,
        },
      }),
    ).toEqual({
      input: 250,
      cacheRead: 600,
      cacheWrite: 100,
      inputAudio: 50,
      inputImage: 20,
      output: 290,
      reasoning: 200,
      outputAudio: 10,
      acceptedPrediction: 7,
      rejectedPrediction: 3,
      source: 'provider',
    } satisfies Usage)
  })

  test('has buckets whose sum is the total of the provider, whatever its details say', () => {
    fc.assert(
      fc.property(
        count,
        count,
        fc.tuple(maybe, maybe, maybe),
        fc.tuple(maybe, maybe, maybe),
        (p, c, into, out) => {
          const usage = usageFromOpenAi({
            prompt_tokens: p,
            completion_tokens: c,
            total_tokens: p + c,
            prompt_tokens_details: {
              cached_tokens: into[0],
              cache_write_tokens: into[1],
              audio_tokens: into[2],
            },
            completion_tokens_details: {
              reasoning_tokens: out[0],
              audio_tokens: out[1],
              accepted_prediction_tokens: out[2],
            },
          }) as Usage
          expect([inputTokens(usage), outputTokens(usage), totalTokens(usage)]).toEqual([p, c, p + c])
          expect(
            Math.min(...Object.values(usage).filter(value => typeof value === 'number')),
          ).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })

  test('takes reasoning that is left out of the completion from the total', () => {
    const usage = usageFromOpenAi({
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 45,
      completion_tokens_details: { reasoning_tokens: 30 },
    })
    expect(usage).toMatchObject({ input: 10, output: 5, reasoning: 30 })
  })

  test('is the same after there and back, in both shapes', () => {
    fc.assert(
      fc.property(anyUsage, usage => {
        expect(usageFromOpenAi(usageToOpenAi(usage))).toEqual(usage)
        expect(usageFromOpenAi(usageToResponses(usage))).toEqual(usage)
      }),
    )
  })

  test('that counts nothing is none, and a zero is a count', () => {
    for (const none of [undefined, null, 7, {}, { prompt_tokens: -1 }, { prompt_tokens: '5' }])
      expect(usageFromOpenAi(none)).toBeUndefined()
    expect(usageFromOpenAi({ prompt_tokens: 0, completion_tokens: 0 })).toMatchObject({ source: 'provider' })
  })
})

describe('usage of Anthropic', () => {
  test('adds what was read from and written to the cache, which the input excludes', () => {
    const usage = usageFromAnthropic({
      input_tokens: 100,
      cache_creation_input_tokens: 50,
      cache_read_input_tokens: 800,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
      output_tokens: 40,
      output_tokens_details: { thinking_tokens: 15 },
    }) as Usage
    expect(usage).toMatchObject({ input: 100, cacheRead: 800, cacheWrite: 50, cacheWriteLong: 30 })
    expect(usage).toMatchObject({ output: 25, reasoning: 15 })
    expect(totalTokens(usage)).toBe(990)
  })

  test('is cumulative in a stream: what a later count leaves out stays', () => {
    const start = usageFromAnthropic({ input_tokens: 9, cache_read_input_tokens: 4, output_tokens: 1 })
    const end = usageFromAnthropic({ output_tokens: 20, cache_read_input_tokens: null }, start)
    expect(end).toMatchObject({ input: 9, cacheRead: 4, output: 20 })
    expect(usageFromAnthropic(undefined, end)).toBe(end)
    expect(usageFromAnthropic({})).toBeUndefined()
  })

  test('is the same after there and back but for audio, which it has no word for', () => {
    fc.assert(
      fc.property(anyUsage, usage => {
        const back = usageFromAnthropic(usageToAnthropic(usage)) as Usage
        expect([inputTokens(back), outputTokens(back)]).toEqual([inputTokens(usage), outputTokens(usage)])
        const silent = { ...usage, inputAudio: 0, outputAudio: 0 }
        expect(usageFromAnthropic(usageToAnthropic(silent))).toEqual(silent)
      }),
    )
  })
})
