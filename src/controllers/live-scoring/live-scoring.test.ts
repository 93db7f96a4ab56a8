import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startTestServer } from '../../../test/api-server.ts'
import { apiVersionOf } from '../../api/kind.ts'
import { kinds } from '../../api/kinds/index.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { createClient } from '../../client/api-client.ts'
import { scoreAnswer } from '../../gates/scorers/index.ts'
import type { EvaluationAnswer, EvaluationRequest } from '../../gateway/gateway.ts'
import { FakeClock } from '../../lib/clock.fake.ts'
import { seededRandom } from '../../lib/random.ts'
import { openDuckDbTelemetry } from '../../telemetry/duckdb.ts'
import { call as callOf } from '../../telemetry/telemetry.contract.ts'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import { createManager } from '../runtime/manager.ts'
import { liveScoringReconciler } from './live-scoring.ts'

const call = (id: string, fields: Partial<CallRecord> = {}) => callOf(id, { namespace: 'default', ...fields })
const polite = { name: 'answered', type: 'refusal' }
const kind = (fields: object = {}, scorer: object = {}) => ({
  name: 'kind',
  type: 'judge',
  sample: 100,
  judge: { route: 'judge', rubric: 'The answer is kind.', ...fields },
  ...scorer,
})

/** An API server, DuckDB, and a gateway whose judge likes answers with "please". */
async function scoringWorld(
  scorers: object[],
  answer: (request: EvaluationRequest) => EvaluationAnswer | Promise<EvaluationAnswer> = ({ input }) => ({
    output: JSON.stringify({ verdict: /ANSWER\n.*please/i.test(input) ? 'yes' : 'no', reason: 'r' }),
    latencyMs: 1,
    costUsd: 0.01,
  }),
) {
  await using starting = new AsyncDisposableStack()
  const clock = new FakeClock()
  const directory = await mkdtemp(join(tmpdir(), 'keelway-scoring-'))
  starting.defer(() => rm(directory, { recursive: true }))
  const telemetry = await openDuckDbTelemetry({ path: join(directory, 'telemetry.duckdb') })
  starting.defer(() => telemetry.close())
  const { transport } = starting.use(await startTestServer({ clock }))
  const random = seededRandom(1)
  const client = createClient(transport, { clock, random })
  const asked: EvaluationRequest[] = []
  const route = (name: string, spec: object) => ({
    apiVersion: apiVersionOf(ModelRoute),
    kind: 'ModelRoute',
    metadata: { name, namespace: 'default' },
    spec: { model: name, serve: { model: { ref: 'm' } }, ...spec },
  })
  await client.create(ModelRoute, route('triage', { scorers, record: { content: 'output' } }))
  const judge = await client.create(ModelRoute, route('judge', {}))
  await client.updateStatus(ModelRoute, { ...judge, status: { stable: 'judge-1' } })
  const start = async () => {
    const manager = createManager({
      client,
      kinds,
      clock,
      random,
      log: () => {},
      reconcilers: [
        liveScoringReconciler({
          telemetry,
          score: scoreAnswer,
          random,
          gateway: {
            answer: async request => {
              asked.push(request)
              return answer(request)
            },
          },
        }) as never,
      ],
    })
    await manager.start()
    return manager
  }
  let manager = await start()
  starting.defer(() => manager.stop())
  const running = starting.move()
  const advance = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      clock.advance(Math.min(left, 500))
      await manager.settle()
    }
  }
  return {
    clock,
    telemetry,
    client,
    asked,
    advance,
    /** Records calls now, and waits until they were looked at. */
    async record(...calls: CallRecord[]) {
      await telemetry.append(
        calls.map(one => ({ ...one, at: clock.now() })),
        [],
      )
      await advance(2000)
    },
    /** What was said of a call, without when. */
    async said(id: string) {
      return (await telemetry.call(id))?.feedback.map(({ at: _, call: __, ...feedback }) => feedback)
    },
    events: async () => {
      const { items } = await client.list(kinds.find(({ kind }) => kind === 'Event') as never)
      return (items as unknown as { reason: string; message: string }[]).map(
        ({ reason, message }) => `${reason}: ${message}`,
      )
    },
    async restart() {
      await manager.stop()
      manager = await start()
      await advance(2000)
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

test('calls are scored once by what needs no label, and failed or unrecorded answers by nothing', async () => {
  await using world = await scoringWorld([
    polite,
    { name: 'short', type: 'instructions', instructions: [{ id: 'punctuation:no_comma' }] },
    { name: 'same', type: 'language' },
    { name: 'quick', type: 'latency', limit: 10 },
    { name: 'right', type: 'exact' },
    { name: 'listed', type: 'instructions' },
  ])
  const { output: _, ...unrecorded } = call('d')
  await world.record(
    call('a', { output: 'Your order, it comes today.', input: 'When will my order arrive today?' }),
    call('b', { output: "I'm sorry, but I can't help with that.", arm: 'shadow', pair: 'a' }),
    call('c', { error: 'provider_timeout' }),
    unrecorded,
    call('e', { arm: 'evaluation' }),
    call('f', { route: 'other' }),
  )
  expect(await world.said('a')).toEqual([
    { source: 'scorer', scores: { answered: 1, short: 0, same: 1, quick: 0 } },
  ])
  expect(await world.said('b')).toEqual([{ source: 'scorer', scores: { answered: 0, short: 0, quick: 0 } }])
  expect(await world.said('d')).toEqual([{ source: 'scorer', scores: { quick: 0 } }])
  for (const id of ['c', 'e', 'f']) expect(await world.said(id)).toEqual([])
  await world.advance(5000)
  await world.restart()
  expect(await world.said('a')).toHaveLength(1)
})

test('scores reach the units that rollouts read', async () => {
  await using world = await scoringWorld([polite])
  await world.record(call('a', { output: 'Yes.' }))
  const units = await world.telemetry.units({
    namespace: 'default',
    route: 'triage',
    phase: 'c/1/5',
    closeAfterMs: 60_000,
    until: world.clock.now() + 60_000,
    limit: 10,
  })
  expect(units[0]?.answers[0]?.scores).toEqual({ answered: 1 })
})

test('a judge is asked through its route, and its score comes with cost and release', async () => {
  await using world = await scoringWorld([polite, kind()])
  await world.record(call('a', { output: 'Please wait.' }), call('b', { output: 'Wait.' }))
  const scored = (kind: number) => [
    { source: 'scorer', scores: { answered: 1 } },
    { source: 'scorer', by: 'kind@judge-1', costUsd: 0.01, scores: { kind } },
  ]
  expect(await world.said('a')).toEqual(scored(1))
  expect(await world.said('b')).toEqual(scored(0))
  expect(world.asked.map(({ release }) => release)).toEqual(['default/judge-1', 'default/judge-1'])
})

test('a judge sees the share of calls it is meant to see, whichever process asks', async () => {
  await using world = await scoringWorld([kind({}, { sample: 25 })])
  const calls = Array.from({ length: 300 }, (_, i) => call(`call-${i}`, { output: 'Wait.' }))
  await world.record(...calls.slice(0, 150))
  await world.restart()
  await world.record(...calls.slice(150))
  await world.restart()
  expect(world.asked.length).toBeGreaterThan(45)
  expect(world.asked.length).toBeLessThan(110)
  const seen = await world.telemetry.reviewed({
    namespace: 'default',
    route: 'triage',
    source: 'scorer',
    limit: 1000,
  })
  expect(seen).toHaveLength(world.asked.length)
  expect(seen.every(({ feedback }) => feedback.length === 1)).toBe(true)
})

test('the budget of a day ends questions, survives a restart, and is new on the next day', async () => {
  await using world = await scoringWorld([kind({ atMost: { verdicts: 3 } })])
  const calls = (day: string) => Array.from({ length: 5 }, (_, i) => call(`${day}-${i}`, { output: 'Wait.' }))
  await world.record(...calls('one'))
  expect(world.asked).toHaveLength(3)
  expect(await world.events()).toContainEqual(expect.stringContaining('JudgeBudgetSpent: scorer kind'))
  await world.restart()
  expect(world.asked).toHaveLength(3)
  world.clock.advance(86_400_000)
  await world.record(...calls('two'))
  expect(world.asked).toHaveLength(6)
})

test('a budget in USD ends with the money, and at once when a cost is not known', async () => {
  const cheap = async (costUsd: number | undefined) => {
    await using world = await scoringWorld([kind({ atMost: { usd: 0.1 } })], () => ({
      output: '{"verdict": "yes"}',
      latencyMs: 1,
      ...(costUsd === undefined ? {} : { costUsd }),
    }))
    for (let i = 0; i < 8; i++) await world.record(call(`c${i}`, { output: 'Wait.' }))
    return world.asked.length
  }
  expect(await cheap(0.04)).toBe(3)
  expect(await cheap(undefined)).toBe(1)
})

test('a pairwise judge scores the shadow answer and the one it is compared with', async () => {
  await using world = await scoringWorld([kind({ against: 'stable' })], ({ input }) => {
    const [, a = ''] = input.match(/BEGIN ANSWER A\n(.*)\n/) ?? []
    return { output: JSON.stringify({ verdict: a === 'better' ? 'A' : 'B' }), latencyMs: 1, costUsd: 0.02 }
  })
  await world.record(
    call('a', { output: 'worse' }),
    call('s', { output: 'better', arm: 'shadow', pair: 'a' }),
    call('b', { output: 'alone' }),
  )
  expect(await world.said('s')).toEqual([
    { source: 'scorer', by: 'kind@judge-1', costUsd: 0.02, scores: { kind: 1 } },
  ])
  expect(await world.said('a')).toEqual([{ source: 'scorer', scores: { kind: 0 } }])
  expect(await world.said('b')).toEqual([])
  expect(world.asked).toHaveLength(1)
})

test('an unreadable verdict gives no score and counts in the cost', async () => {
  await using world = await scoringWorld([kind()], () => ({ output: 'Yes!', latencyMs: 1, costUsd: 0.03 }))
  await world.record(call('a', { output: 'Wait.' }))
  expect(await world.said('a')).toEqual([{ source: 'scorer', by: 'kind@judge-1', costUsd: 0.03 }])
  const used = { namespace: 'default', route: 'triage', scorer: 'kind', since: 0 }
  expect(await world.telemetry.judgeUse(used)).toEqual({ verdicts: 1, usd: 0.03, unknown: 0 })
})

test('a judge that fails or is missing leaves the other scores, and says so', async () => {
  await using failing = await scoringWorld([polite, kind()], () => ({
    error: 'provider_timeout',
    latencyMs: 1,
  }))
  await failing.record(call('a', { output: 'Wait.' }))
  expect(await failing.said('a')).toEqual([{ source: 'scorer', scores: { answered: 1 } }])
  expect(await failing.events()).toContainEqual(
    expect.stringContaining('JudgeFailed: scorer kind: judge-1 failed: provider_timeout'),
  )
  await using missing = await scoringWorld([polite, kind({ route: 'nobody' })])
  await missing.record(call('a', { output: 'Wait.' }))
  expect(await missing.said('a')).toEqual([{ source: 'scorer', scores: { answered: 1 } }])
  expect(await missing.events()).toContainEqual(expect.stringContaining('ModelRoute nobody serves nothing'))
})

test('while no gateway answers, judged calls wait, and each is scored once when it does', async () => {
  let away = true
  await using world = await scoringWorld([polite, kind()], () => {
    if (away) throw new Error('no gateway serves the current snapshot')
    return { output: '{"verdict": "yes"}', latencyMs: 1, costUsd: 0.01 }
  })
  await world.record(call('a', { output: 'Wait.' }), call('b', { output: 'Go.' }))
  expect(await world.said('a')).toEqual([])
  away = false
  await world.advance(60_000)
  for (const id of ['a', 'b'])
    expect(await world.said(id)).toEqual([
      { source: 'scorer', scores: { answered: 1 } },
      { source: 'scorer', by: 'kind@judge-1', costUsd: 0.01, scores: { kind: 1 } },
    ])
})

test('what was recorded while nothing ran is scored after the start, however late it was reported', async () => {
  await using world = await scoringWorld([polite])
  await world.record(call('a', { output: 'Yes.' }))
  const at = world.clock.now() - 600_000
  await world.telemetry.append(
    [call('late', { at, output: 'Yes.' }), call('older', { at: at - 3_600_000 })],
    [],
  )
  await world.restart()
  expect(await world.said('late')).toHaveLength(1)
  expect(await world.said('older')).toEqual([])
})

test('never asks more than four questions at once', async () => {
  let [open, most] = [0, 0]
  await using world = await scoringWorld([kind()], async () => {
    most = Math.max(most, ++open)
    await new Promise(resolve => setImmediate(resolve))
    open--
    return { output: '{"verdict": "yes"}', latencyMs: 1, costUsd: 0 }
  })
  await world.record(...Array.from({ length: 30 }, (_, i) => call(`c${i}`, { output: 'Wait.' })))
  expect({ asked: world.asked.length, most }).toEqual({ asked: 30, most: 4 })
})
