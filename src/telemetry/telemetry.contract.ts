import { describe, expect, test } from 'vitest'
import type { CallRecord, Feedback, Telemetry, UnitQuery } from './telemetry.ts'

export const call = (id: string, fields: Partial<CallRecord> = {}): CallRecord => ({
  id,
  at: 1000,
  namespace: 'support',
  route: 'triage',
  release: 'triage-1',
  digest: 'sha256:1',
  arm: 'stable',
  phase: 'c/1/5',
  unit: `unit-${id}`,
  accessKey: 'web',
  status: 200,
  latencyMs: 12,
  streamed: false,
  provider: 'model',
  model: 'linear-text',
  usageSource: 'none',
  output: 'spam',
  ...fields,
})

export const feedback = (id: string, fields: Partial<Feedback> = {}): Feedback => ({
  call: id,
  at: 1100,
  ...fields,
})

export const query: UnitQuery = {
  namespace: 'support',
  route: 'triage',
  phase: 'c/1/5',
  closeAfterMs: 1000,
  until: 100_000,
  limit: 100,
}

/** What every Telemetry must do. */
export function telemetryContract(name: string, open: () => Promise<Telemetry>): void {
  describe(`telemetry in ${name}`, () => {
    test('a call is found with everything it was recorded with and its feedback', async () => {
      const telemetry = await open()
      const whole = call('a', {
        pair: 'b',
        error: 'provider_timeout',
        firstByteMs: 3,
        inputTokens: 0,
        outputTokens: 7,
        usageSource: 'provider',
        costUsd: 0.0001,
        scores: { schema: 1 },
        usage: {
          input: 1,
          cacheRead: 2,
          cacheWrite: 3,
          inputAudio: 0,
          output: 4,
          reasoning: 5,
          outputAudio: 0,
        },
        priceSource: 'catalogue 2026-08-01',
        protocol: 'openai-chat',
        operation: 'chat',
        finish: 'stop',
        cache: 'hit',
        savedUsd: 0.5,
        guards: [
          {
            guardrail: 'g',
            rule: 'r',
            zone: 'user',
            verdict: 'deny',
            action: 'none',
            score: 0.5,
            reason: 'x',
          },
        ],
        attempts: [{ provider: 'p', model: 'm', error: 'provider_timeout', latencyMs: 1.5 }],
        trace: { traceId: '0af7', spanId: 'b7ad', sampled: false },
        inputDigest: 'in',
        outputDigest: 'out',
        input: 'question',
        context: 'document',
        output: 'line 1\nline "2" €',
        streamed: true,
      })
      await telemetry.append(
        [whole, call('b', { arm: 'shadow' })],
        [feedback('a', { scores: { correct: 1 } }), feedback('a', { label: 'ham', at: 1200 })],
      )
      expect(await telemetry.call('a')).toEqual({
        ...whole,
        feedback: [
          { call: 'a', at: 1100, scores: { correct: 1 } },
          { call: 'a', at: 1200, label: 'ham' },
        ],
      })
      expect(await telemetry.call('none')).toBeUndefined()
    })

    test('a call reported twice counts once', async () => {
      const telemetry = await open()
      await telemetry.append([call('a')], [])
      await telemetry.append([call('a'), call('b')], [])
      expect(await telemetry.calls({ limit: 10 })).toHaveLength(2)
      expect(await telemetry.units(query)).toHaveLength(2)
    })

    test('calls are listed newest first and by what was asked', async () => {
      const telemetry = await open()
      await telemetry.append(
        [call('a', { at: 1 }), call('b', { at: 3 }), call('c', { at: 2, release: 'triage-2' })],
        [],
      )
      await telemetry.append(
        [call('d', { at: 4, route: 'other' }), call('e', { at: 5, namespace: 'sales' })],
        [],
      )
      const ids = async (by: Parameters<Telemetry['calls']>[0]) =>
        (await telemetry.calls(by)).map(({ id }) => id)
      expect(await ids({ limit: 2 })).toEqual(['e', 'd'])
      expect(await ids({ namespace: 'support', route: 'triage', limit: 9 })).toEqual(['b', 'c', 'a'])
      expect(await ids({ release: 'triage-2', limit: 9 })).toEqual(['c'])
    })

    test('a unit closes exactly closeAfterMs after its first call', async () => {
      const telemetry = await open()
      await telemetry.append([call('a', { at: 1500, unit: 'u' }), call('b', { at: 1000, unit: 'u' })], [])
      expect(await telemetry.units({ ...query, until: 1999 })).toEqual([])
      const units = await telemetry.units({ ...query, until: 2000 })
      expect(
        units.map(({ unit, closedAt, answers }) => [unit, closedAt, answers.map(answer => answer.call)]),
      ).toEqual([['u', 2000, ['b', 'a']]])
    })

    test('calls and feedback that come when a unit has closed are left out', async () => {
      const telemetry = await open()
      await telemetry.append(
        [call('a', { unit: 'u' }), call('late', { unit: 'u', at: 2000 })],
        [
          feedback('a', { at: 1999, scores: { correct: 1 } }),
          feedback('a', { at: 2000, scores: { correct: 0, polite: 1 }, label: 'ham' }),
        ],
      )
      const [unit] = await telemetry.units(query)
      expect(unit?.answers).toEqual([
        { call: 'a', arm: 'stable', at: 1000, latencyMs: 12, output: 'spam', scores: { correct: 1 } },
      ])
    })

    test('units come in the order of (closedAt, unit) and a cursor goes on behind the last one', async () => {
      const telemetry = await open()
      const calls = Array.from({ length: 25 }, (_, i) =>
        call(`c${i}`, { at: 1000 + (i % 5), unit: `u${String(i).padStart(2, '0')}` }),
      )
      await telemetry.append(calls, [])
      const all = await telemetry.units(query)
      const sorted = [...all].sort((a, b) => a.closedAt - b.closedAt || (a.unit < b.unit ? -1 : 1))
      expect(all).toEqual(sorted)
      const pages = []
      let after: UnitQuery['after']
      for (;;) {
        const page = await telemetry.units({ ...query, limit: 4, ...(after ? { after } : {}) })
        const last = page.at(-1)
        if (!last) break
        pages.push(...page)
        after = { closedAt: last.closedAt, unit: last.unit }
      }
      expect(pages).toEqual(all)
      expect(pages).toHaveLength(25)
    })

    test('records that come after units were read are found by the next reading', async () => {
      const telemetry = await open()
      await telemetry.append([call('a', { at: 1000 })], [])
      const [first] = await telemetry.units(query)
      expect(first?.unit).toBe('unit-a')
      await telemetry.append([call('b', { at: 1001 })], [feedback('b', { label: 'ham' })])
      const next = await telemetry.units({ ...query, after: { closedAt: 2000, unit: 'unit-a' } })
      expect(next.map(({ unit, answers }) => [unit, answers[0]?.label])).toEqual([['unit-b', 'ham']])
    })

    test('a shadow answer takes the label of its pair and not its scores', async () => {
      const telemetry = await open()
      await telemetry.append(
        [
          call('a', { unit: 'u', scores: { schema: 1 } }),
          call('s', { unit: 'u', arm: 'shadow', pair: 'a', scores: { schema: 0 } }),
        ],
        [feedback('a', { scores: { correct: 1 }, label: 'spam' })],
      )
      const [unit] = await telemetry.units(query)
      expect(unit?.answers.map(({ arm, scores, label }) => ({ arm, scores, label }))).toEqual([
        { arm: 'stable', scores: { schema: 1, correct: 1 }, label: 'spam' },
        { arm: 'shadow', scores: { schema: 0 }, label: 'spam' },
      ])
    })

    test('feedback that comes before its call counts, and the last word of several does', async () => {
      const telemetry = await open()
      await telemetry.append([], [feedback('a', { at: 1300, scores: { correct: 1 } })])
      await telemetry.append([call('a')], [feedback('a', { at: 1200, scores: { correct: 0 } })])
      const [unit] = await telemetry.units(query)
      expect(unit?.answers[0]?.scores).toEqual({ correct: 1 })
    })

    test('units of other phases, routes and namespaces, and evaluations, are left out', async () => {
      const telemetry = await open()
      await telemetry.append(
        [
          call('a'),
          call('b', { phase: 'c/1/25' }),
          call('c', { phase: '' }),
          call('d', { route: 'other' }),
          call('e', { namespace: 'sales' }),
          call('f', { arm: 'evaluation' }),
        ],
        [],
      )
      expect((await telemetry.units(query)).map(({ unit }) => unit)).toEqual(['unit-a'])
    })

    test('traffic counts what users were shown, its units and how much of it got feedback', async () => {
      const telemetry = await open()
      await telemetry.append(
        [
          call('a', { unit: 'u', at: 900 }),
          call('b', { unit: 'u', arm: 'candidate' }),
          call('c', { unit: 'v' }),
          call('d', { unit: 'w' }),
          call('s', { arm: 'shadow' }),
          call('x', { arm: 'evaluation' }),
          call('old', { at: 1 }),
        ],
        [
          feedback('a', { label: 'ham' }),
          feedback('a', { scores: { correct: 1 } }),
          feedback('s', { label: 'ham' }),
        ],
      )
      expect(await telemetry.traffic({ namespace: 'support', route: 'triage', since: 500 })).toEqual({
        calls: 4,
        units: 3,
        feedback: 0.25,
        firstAt: 900,
      })
      expect(await telemetry.traffic({ namespace: 'support', route: 'none', since: 0 })).toEqual({
        calls: 0,
        units: 0,
        feedback: 0,
      })
    })

    test('a scorer counts where nobody else gave that score, for shadow answers too', async () => {
      const telemetry = await open()
      await telemetry.append(
        [call('a', { unit: 'u' }), call('s', { unit: 'u', arm: 'shadow', pair: 'a' })],
        [
          feedback('a', { scores: { correct: 1 } }),
          feedback('a', { at: 1200, source: 'scorer', scores: { correct: 0, polite: 0 } }),
          feedback('a', { at: 1300, source: 'scorer', scores: { polite: 0.5 } }),
          feedback('s', { at: 1200, source: 'scorer', scores: { correct: 0 } }),
        ],
      )
      const [unit] = await telemetry.units(query)
      expect(unit?.answers.map(({ scores }) => scores)).toEqual([{ correct: 1, polite: 0.5 }, { correct: 0 }])
    })
  })
}
