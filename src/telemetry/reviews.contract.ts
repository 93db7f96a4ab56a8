import { describe, expect, test } from 'vitest'
import { call, feedback, query } from './telemetry.contract.ts'
import type { CallRecord, Feedback, Telemetry } from './telemetry.ts'

/** What every Telemetry must do for those who look at calls afterwards: scorers and people. */
export function reviewsContract(name: string, open: () => Promise<Telemetry>): void {
  describe(`reviews in ${name}`, () => {
    test('what no scorer looked at is read in the order it was written, each call once', async () => {
      const telemetry = await open()
      const unscored = async (after: number, limit = 10) => {
        const { calls, next } = await telemetry.unscored({
          namespace: 'support',
          route: 'triage',
          after,
          since: 500,
          limit,
        })
        return { ids: calls.map(({ id }) => id), next }
      }
      expect(await unscored(0)).toEqual({ ids: [], next: 0 })
      await telemetry.append(
        [
          call('a', { at: 1002 }),
          call('b', { at: 1001 }),
          call('s', { arm: 'shadow', pair: 'a' }),
          call('old', { at: 499 }),
          call('e', { arm: 'evaluation' }),
          call('o', { route: 'other' }),
        ],
        [],
      )
      const first = await unscored(0, 2)
      expect(first.ids).toEqual(['a', 'b'])
      const second = await unscored(first.next)
      expect(second.ids).toEqual(['s'])
      await telemetry.append([call('late', { at: 900 })], [feedback('a', { source: 'scorer' })])
      expect((await unscored(second.next)).ids).toEqual(['late'])
      await telemetry.append([], [feedback('b'), feedback('s', { source: 'scorer', scores: { x: 1 } })])
      expect((await unscored(0)).ids).toEqual(['b', 'late'])
    })

    test('a call is given whole, without what is only stored', async () => {
      const telemetry = await open()
      const whole = call('a', {
        input: 'What is "this"?',
        context: 'A thing.',
        usage: {
          input: 1,
          cacheRead: 0,
          cacheWrite: 0,
          inputAudio: 0,
          output: 2,
          reasoning: 0,
          outputAudio: 0,
        },
        guards: [{ guardrail: 'g', rule: 'pii', zone: 'user', verdict: 'allow', action: 'none' }],
        attempts: [{ provider: 'p', model: 'm', error: 'provider_timeout', latencyMs: 1 }],
        trace: { traceId: 't', spanId: 's' },
        cache: 'hit',
        savedUsd: 0.01,
      })
      await telemetry.append([whole], [])
      const { calls } = await telemetry.unscored({
        namespace: 'support',
        route: 'triage',
        after: 0,
        since: 0,
        limit: 1,
      })
      expect(calls).toEqual([whole])
    })

    test('what users were shown is read newest first with what was said of it', async () => {
      const telemetry = await open()
      const by = { namespace: 'support', route: 'triage', limit: 2 }
      const facts = ({ output: _, ...rest }: CallRecord) => rest
      const unrecorded = facts(call('b', { at: 2 }))
      await telemetry.append(
        [
          call('a', { at: 1 }),
          unrecorded,
          call('c', { at: 3, arm: 'candidate' }),
          call('s', { at: 4, arm: 'shadow' }),
        ],
        [
          feedback('a', { source: 'person', by: 'ada', scores: { correct: 0 } }),
          feedback('a', { source: 'scorer', scores: { correct: 1 } }),
          feedback('c', { label: 'ham' }),
        ],
      )
      expect(await telemetry.reviewed(by)).toEqual([
        {
          ...facts(call('c', { at: 3, arm: 'candidate' })),
          recorded: true,
          feedback: [{ call: 'c', at: 1100, label: 'ham' }],
        },
        { ...facts(unrecorded), recorded: false, feedback: [] },
      ])
      const window = { from: 3, to: 4 }
      expect((await telemetry.reviewed({ ...by, window })).map(({ id }) => id)).toEqual(['c'])
      const labelled = await telemetry.reviewed({ ...by, source: 'person' })
      expect(labelled.map(({ id, feedback }) => [id, feedback.map(({ source }) => source)])).toEqual([
        ['a', ['person', 'scorer']],
      ])
    })

    test('verdicts of a judge are counted with their cost, and those of unknown cost apart', async () => {
      const telemetry = await open()
      const verdict = (by: string, costUsd?: number, at = 1100): Feedback => ({
        ...feedback('a', { at, source: 'scorer', by }),
        ...(costUsd === undefined ? {} : { costUsd }),
      })
      await telemetry.append(
        [call('a')],
        [
          verdict('kind@judge-1', 0.25),
          verdict('kind@judge-2', 0.5),
          verdict('kind@judge-2'),
          verdict('kind@judge-1', 9, 10),
          verdict('kinder@judge-1', 9),
          feedback('a', { source: 'scorer', scores: { kind: 1 } }),
        ],
      )
      const use = { namespace: 'support', route: 'triage', scorer: 'kind', since: 1000 }
      expect(await telemetry.judgeUse(use)).toEqual({ verdicts: 3, usd: 0.75, unknown: 1 })
      expect(await telemetry.judgeUse({ ...use, route: 'none' })).toEqual({ verdicts: 0, usd: 0, unknown: 0 })
    })

    test('content of a route before a time is forgotten, also where units are read; everything else stays', async () => {
      const telemetry = await open()
      const content = { input: 'in', context: 'doc', output: 'out' }
      const old = call('a', { ...content, at: 1000, inputDigest: 'd' })
      const kept = [
        call('b', { ...content, at: 2000 }),
        call('c', { ...content, route: 'other' }),
        call('d', { ...content, namespace: 'sales' }),
      ]
      await telemetry.append([old, ...kept], [feedback('a', { label: 'ham' })])
      expect((await telemetry.units(query))[0]?.answers[0]?.output).toBe('out')
      const route = { namespace: 'support', route: 'triage' }
      expect(await telemetry.forget({ ...route, before: 2000 })).toBe(1)
      expect(await telemetry.forget({ ...route, before: 2000 })).toBe(0)
      const { input: _, context: __, output: ___, ...rest } = old
      expect(await telemetry.call('a')).toEqual({
        ...rest,
        feedback: [{ call: 'a', at: 1100, label: 'ham' }],
      })
      for (const one of kept) expect(await telemetry.call(one.id)).toEqual({ ...one, feedback: [] })
      expect((await telemetry.units(query)).map(({ answers }) => answers[0]?.output)).toEqual([
        undefined,
        'out',
      ])
    })
  })
}
