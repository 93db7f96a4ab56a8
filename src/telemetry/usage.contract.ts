import { describe, expect, test } from 'vitest'
import { call } from './telemetry.contract.ts'
import type { CallRecord, Telemetry, UsageQuery } from './telemetry.ts'

const buckets = {
  input: 5,
  cacheRead: 3,
  cacheWrite: 2,
  inputAudio: 0,
  output: 4,
  reasoning: 1,
  outputAudio: 0,
}
const paid: Partial<CallRecord> = {
  usage: buckets,
  inputTokens: 10,
  outputTokens: 5,
  usageSource: 'provider',
  costUsd: 0.5,
  provider: 'openai',
  model: 'gpt',
}

/** What every Telemetry must do for those who ask what was used and what it cost. */
export function usageContract(name: string, open: () => Promise<Telemetry>): void {
  const ask = async (calls: CallRecord[], query: Partial<UsageQuery> = {}) => {
    const telemetry = await open()
    await telemetry.append(calls, [])
    return telemetry.usage({ by: 'key', since: 0, until: 1e13, ...query })
  }

  describe(`usage in ${name}`, () => {
    test('tokens by bucket, cost and savings are summed by key', async () => {
      const rows = await ask([
        call('a', paid),
        call('b', {
          ...paid,
          usage: { ...buckets, cacheWriteLong: 1 },
          costUsd: 0.25,
          usageSource: 'estimated',
        }),
        call('c', { cache: 'hit', savedUsd: 0.5, costUsd: 0 }),
        call('d', { ...paid, accessKey: 'other' }),
      ])
      expect(rows).toEqual([
        {
          namespace: 'support',
          group: 'other',
          calls: 1,
          tokens: { ...buckets, cacheWriteLong: 0 },
          inputTokens: 10,
          outputTokens: 5,
          costUsd: 0.5,
          unpriced: 0,
          estimated: 0,
          cached: 0,
          savedUsd: 0,
          unreconciled: 0,
        },
        {
          namespace: 'support',
          group: 'web',
          calls: 3,
          tokens: {
            input: 10,
            cacheRead: 6,
            cacheWrite: 4,
            cacheWriteLong: 1,
            inputAudio: 0,
            output: 8,
            reasoning: 2,
            outputAudio: 0,
          },
          inputTokens: 20,
          outputTokens: 10,
          costUsd: 0.75,
          unpriced: 0,
          estimated: 1,
          cached: 1,
          savedUsd: 0.5,
          unreconciled: 0,
        },
      ])
    })

    test.each([
      ['key', ['web']],
      ['route', ['triage', 'urgent']],
      ['model', ['model/linear-text', 'openai/gpt']],
      ['release', ['triage-1', 'triage-2']],
    ] as const)('groups are by %s', async (by, groups) => {
      const rows = await ask([call('a', paid), call('b', { route: 'urgent', release: 'triage-2' })], { by })
      expect(rows.map(({ group }) => group)).toEqual(groups)
    })

    test('a call of unknown price is counted, and not as free', async () => {
      const { costUsd: _, ...unpriced } = paid
      const rows = await ask([call('a', unpriced), call('b', paid), call('c')])
      expect(rows).toMatchObject([{ calls: 3, unpriced: 1, costUsd: 0.5 }])
    })

    test('a call whose buckets do not sum to the total of its provider is told', async () => {
      const rows = await ask([
        call('a', paid),
        call('b', { ...paid, inputTokens: 11 }),
        call('c', { ...paid, outputTokens: 4 }),
        call('d', { inputTokens: 7, outputTokens: 1, usageSource: 'provider' }),
      ])
      expect(rows).toMatchObject([{ unreconciled: 2, tokens: { input: 5 * 3 + 7, output: 4 * 3 + 1 } }])
    })

    test('only calls of the time and namespace asked for count, all arms of them', async () => {
      const calls = [
        call('a', { ...paid, at: 999 }),
        call('b', { ...paid, at: 1000 }),
        call('c', { ...paid, at: 1999, arm: 'shadow' }),
        call('d', { ...paid, at: 2000 }),
        call('e', { ...paid, at: 1500, namespace: 'sales', arm: 'evaluation' }),
      ]
      expect(await ask(calls, { since: 1000, until: 2000, namespace: 'support' })).toMatchObject([
        { calls: 2 },
      ])
      expect(await ask(calls, { since: 1000, until: 2000 })).toMatchObject([
        { namespace: 'sales', calls: 1 },
        { namespace: 'support', calls: 2 },
      ])
      expect(await ask([])).toEqual([])
    })
  })
}
