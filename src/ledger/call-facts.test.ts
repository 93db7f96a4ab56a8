import { expect, test } from 'vitest'
import type { CallRecord, Feedback } from '../telemetry/telemetry.ts'
import { callFacts } from './call-facts.ts'

const call = (fields: Partial<CallRecord & { feedback: Feedback[] }>) => ({
  id: 'c',
  at: 0,
  namespace: 'n',
  route: 'r',
  release: 'r-1',
  digest: 'd',
  arm: 'stable' as const,
  phase: '',
  unit: 'u',
  accessKey: 'k',
  status: 200,
  latencyMs: 1,
  streamed: false,
  provider: 'openai',
  model: 'm',
  usageSource: 'provider' as const,
  feedback: [],
  ...fields,
})

const usage = {
  input: 10,
  cacheRead: 5,
  cacheWrite: 0,
  inputAudio: 0,
  output: 7,
  reasoning: 0,
  outputAudio: 0,
}

test('tokens by bucket, cost with its source, and the tries before', () => {
  expect(
    callFacts(
      call({
        usage,
        costUsd: 0.00123,
        priceSource: 'catalogue',
        attempts: [{ provider: 'azure', model: 'm', error: 'provider_timeout', latencyMs: 1 }],
      }),
    ),
  ).toEqual([
    {
      link: 'usage',
      detail:
        'openai m; 10 input, 5 cacheRead, 7 output tokens (provider); $0.00123 (catalogue); azure failed before: provider_timeout',
    },
  ])
})

test('an unknown price is said, and so is a cached answer', () => {
  expect(callFacts(call({ usage }))[0]?.detail).toContain('price unknown')
  expect(callFacts(call({ cache: 'hit', savedUsd: 0.5 }))[0]?.detail).toBe(
    'openai m; from the cache, $0.5 saved',
  )
})

test('verdicts with what was done, and scores with who gave them', () => {
  const facts = callFacts(
    call({
      guards: [
        {
          guardrail: 'g',
          rule: 'pii',
          zone: 'user',
          verdict: 'deny',
          action: 'mask',
          reason: 'EMAIL_ADDRESS',
        },
        { guardrail: 'g', rule: 'size', zone: 'user', verdict: 'allow', action: 'none' },
      ],
      scores: { schema: 1 },
      feedback: [
        { call: 'c', at: 1, scores: { polite: 0.5 }, source: 'scorer' },
        { call: 'c', at: 2, label: 'x', by: 'alice' },
      ],
    }),
  )
  expect(facts.slice(1)).toEqual([
    {
      link: 'guardrails',
      detail: 'g/pii on user: deny (EMAIL_ADDRESS), mask; g/size on user: allow',
    },
    { link: 'scores', detail: 'schema 1 by the gateway; polite 0.5 by a scorer; a label by alice' },
  ])
})
