import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CostRecord, MetricPoint } from '../../telemetry/signals/signal.ts'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import { skillScene } from '../context.fake.ts'
import { skillSuite } from '../skill.contract.ts'
import { costAnomaly } from './cost-anomaly.ts'
import { deviationOf } from './robust.ts'

const now = Date.UTC(2026, 0, 15, 12)
const day = 86_400_000

const cost = (daysAgo: number, owner: string, usd: number): CostRecord => ({
  kind: 'cost',
  resource: { service: `${owner}-app`, namespace: 'shop' },
  at: now - daysAgo * day + 3_600_000,
  until: now - daysAgo * day + 7_200_000,
  usd,
  category: 'compute',
  owner,
  attributes: {},
})
const usual = (owner: string, usd: number, days = 11) =>
  Array.from({ length: days }, (_, i) => cost(i + 2, owner, usd * (1 + 0.02 * ((i % 3) - 1))))

const call = (id: string, at: number, release: string, costUsd: number, inputTokens: number): CallRecord => ({
  id,
  at,
  namespace: 'shop',
  route: 'triage',
  release,
  digest: release,
  arm: 'stable',
  phase: '',
  unit: id,
  accessKey: 'k',
  status: 200,
  latencyMs: 100,
  streamed: false,
  provider: 'openai',
  model: 'm',
  usageSource: 'provider',
  costUsd,
  inputTokens,
  outputTokens: 10,
})
/** What the gateway's intake makes of calls by the minute. */
const spent = (at: number, usd: number): MetricPoint[] =>
  (
    [
      ['keelway.gateway.calls', '{call}', 1],
      ['keelway.gateway.cost', '{usd}', usd],
    ] as const
  ).map(([name, unit, value]) => ({
    kind: 'metric',
    resource: { service: 'triage', namespace: 'shop', workload: 'ModelRoute/triage' },
    at,
    name,
    unit,
    type: 'delta',
    value,
    attributes: { 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'm' },
  }))

skillSuite(costAnomaly)

describe('cost-anomaly', () => {
  test('names who costs more than usual, and leaves who varies as ever', async () => {
    await using scene = await skillScene()
    await scene.signals([
      ...usual('payments', 10),
      cost(1, 'payments', 30),
      ...usual('mail', 5),
      cost(1, 'mail', 5.1),
    ])
    const { output } = await scene.run(costAnomaly, {})
    expect(output).toMatchObject({ outcome: 'answered', windows: 11 })
    expect(output.anomalies.map(({ by, key }) => `${by} ${key}`)).toEqual([
      'category compute',
      'namespace shop',
      'owner payments',
      'service payments-app',
    ])
    expect(output.text).toContain('- owner payments: $30, usually $10')
  })

  test('abstains without a past, and says when all is as usual', async () => {
    await using scene = await skillScene()
    await scene.signals([...usual('mail', 5, 2), cost(1, 'mail', 50)])
    expect((await scene.run(costAnomaly, {})).output).toMatchObject({ outcome: 'nothing', windows: 2 })
    await scene.signals([...usual('mail', 5).slice(2)])
    const calm = await scene.run(costAnomaly, { until: '24h' })
    expect(calm.output.text).toContain('as usual')
    expect((await scene.run(costAnomaly, { leastUsd: 100 })).output.outcome).toBe('nothing')
  })

  test('says whether more or dearer calls did it, and which commit', async () => {
    await using scene = await skillScene()
    scene.add({
      apiVersion: 'keelway.dev/v1alpha1',
      kind: 'RouteRelease',
      metadata: { name: 'triage-2', namespace: 'shop' },
      spec: { route: 'triage' },
      status: {
        commits: [
          { revision: 'c'.repeat(40), author: 'Bo <bo@x>', title: 'More examples', delivery: 'shop/shop' },
        ],
      },
    })
    const calls: CallRecord[] = []
    const points: MetricPoint[] = []
    for (let back = 8; back >= 1; back--)
      for (let i = 0; i < 30; i++) {
        const at = now - back * day + i * 60_000
        const dear = back === 1
        calls.push(
          call(`${back}-${i}`, at, dear ? 'triage-2' : 'triage-1', dear ? 0.5 : 0.1, dear ? 5000 : 1000),
        )
        points.push(...spent(at, dear ? 0.5 : 0.1))
      }
    await scene.telemetry.append(calls, [])
    await scene.signals(points)
    const { output } = await scene.run(costAnomaly, { route: 'triage' })
    expect(output.causes).toEqual([
      expect.objectContaining({
        route: 'triage',
        release: 'triage-2',
        commit: 'c'.repeat(40),
        author: 'Bo <bo@x>',
      }),
    ])
    expect(output.text).toContain('$0.1 → $0.5; 1000 → 5000 tokens in')
    expect(output.text).toContain(
      'calls of release triage-2 cost 5 times those of triage-1 (30 calls), from commit cccccccccccc "More examples" by Bo <bo@x>',
    )
  })
})

test('one dear day among the past does not move what is usual, and scale does not matter', () => {
  const costs = fc.array(fc.double({ min: 1, max: 2, noNaN: true }), { minLength: 5, maxLength: 14 })
  fc.assert(
    fc.property(costs, fc.double({ min: 0.001, max: 1000, noNaN: true }), (past, factor) => {
      const plain = deviationOf(10, past)
      expect(plain.usual).toBeGreaterThanOrEqual(1)
      expect(deviationOf(10, [...past.slice(1), 1e6]).usual).toBeLessThanOrEqual(2)
      const scaled = deviationOf(
        10 * factor,
        past.map(one => one * factor),
      )
      expect(scaled.score / plain.score).toBeCloseTo(1, 6)
    }),
  )
})
