import { describe, expect, test } from 'vitest'
import { call, feedback } from '../telemetry.contract.ts'
import type { CallRecord, Feedback } from '../telemetry.ts'
import type { CallCountQuery, CallHistory } from './call-history.ts'

/** What every CallHistory must do. */
export function callHistoryContract(
  name: string,
  open: (calls: CallRecord[], said: Feedback[]) => Promise<CallHistory>,
): void {
  const count = async (calls: CallRecord[], query: Partial<CallCountQuery> = {}, said: Feedback[] = []) => {
    const history = await open(calls, said)
    return history.counts({
      namespace: 'support',
      route: 'triage',
      window: { from: 0, to: 600_000 },
      stepMs: 60_000,
      good: { kind: 'answered' },
      ...query,
    })
  }

  describe(`call history in ${name}`, () => {
    test('good and bad calls are counted by the minute they were asked, and the window ends before its end', async () => {
      const calls = [
        call('a', { at: 0 }),
        call('b', { at: 59_999, error: 'provider_timeout', status: 504 }),
        call('c', { at: 120_000 }),
        call('d', { at: 600_000 }),
      ]
      expect(await count(calls)).toEqual([
        { at: 0, valid: 2, bad: 1 },
        { at: 120_000, valid: 1, bad: 0 },
      ])
      expect(await count(calls, { window: { from: 60_000, to: 120_000 } })).toEqual([])
    })

    test('only calls that users of the route were shown count, and no mistake of a client', async () => {
      const calls = [
        call('a', { arm: 'candidate' }),
        call('b', { arm: 'shadow' }),
        call('c', { arm: 'evaluation' }),
        call('d', { route: 'other' }),
        call('e', { namespace: 'other' }),
        call('f', { error: 'invalid_request', status: 400 }),
        call('g', { error: 'client_closed', status: 499 }),
      ]
      expect(await count(calls)).toEqual([{ at: 0, valid: 1, bad: 0 }])
    })

    test('an answer in time is good up to the very millisecond', async () => {
      const calls = [call('a', { latencyMs: 500 }), call('b', { latencyMs: 500.5 })]
      expect(await count(calls, { good: { kind: 'answered', withinMs: 500 } })).toEqual([
        { at: 0, valid: 2, bad: 1 },
      ])
    })

    test('the first token counts of streams only, and one that never came is bad', async () => {
      const calls = [
        call('a', { streamed: true, firstByteMs: 10 }),
        call('b', { streamed: true, firstByteMs: 30 }),
        call('c', { streamed: true, error: 'provider_timeout' }),
        call('d', { firstByteMs: 30 }),
      ]
      expect(await count(calls, { good: { kind: 'first-token', withinMs: 20 } })).toEqual([
        { at: 0, valid: 3, bad: 2 },
      ])
    })

    test('of scores the last word counts, people and clients before scorers, those before the gateway', async () => {
      const good = { kind: 'score', name: 'polite', atLeast: 0.5 } as const
      const calls = ['a', 'b', 'c', 'd', 'e'].map(id => call(id, id === 'd' ? { scores: { polite: 0 } } : {}))
      const said = [
        feedback('a', { scores: { polite: 0 } }),
        feedback('a', { scores: { polite: 1 }, source: 'scorer' }),
        feedback('b', { scores: { polite: 1 }, source: 'scorer' }),
        feedback('b', { scores: { polite: 0.4 }, source: 'scorer' }),
        feedback('b', { scores: { other: 1 } }),
        feedback('c', { scores: { polite: 0.5 } }),
        feedback('e', { label: 'x' }),
      ]
      expect(await count(calls, { good }, said)).toEqual([{ at: 0, valid: 4, bad: 3 }])
    })

    test('a sample is of the routes and the window, and the same each time', async () => {
      const calls = Array.from({ length: 40 }, (_, i) =>
        call(`0000-${i}`, { at: 1000 * i, route: i % 2 === 0 ? 'triage' : 'desk', input: `q${i}` }),
      )
      const query = { namespace: 'support', window: { from: 10_000, to: 30_000 }, limit: 8 }
      const ids = async (history: CallHistory, routes: string[], limit = 8) =>
        (await history.sample({ ...query, routes, limit })).map(({ id }) => id).sort()
      const history = await open([...calls, call('x', { at: 15_000, arm: 'shadow' })], [])
      const again = await open(calls.toReversed(), [])
      expect(await ids(history, ['triage'])).toHaveLength(8)
      expect(await ids(again, ['triage'])).toEqual(await ids(history, ['triage']))
      expect(await ids(history, ['triage', 'desk'], 100)).toHaveLength(20)
      const [first] = await history.sample({ ...query, routes: ['desk'] })
      expect(first?.input).toMatch(/^q/)
    })
  })
}
