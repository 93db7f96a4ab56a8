import { expect, test } from 'vitest'
import { Monitor } from '../../api/kinds/monitor.ts'
import { span } from '../../telemetry/signals/signal-store.fake.ts'
import { call, feedback } from '../../telemetry/telemetry.contract.ts'
import { type MonitorWorld, monitorWorld } from './monitor.world.ts'

const minute = 60_000
const slo = { objective: 99, requests: { service: 'checkout' } }

let spans = 0
/** Requests in the minute that ends now. */
const requests = (world: MonitorWorld, count: number, errors: number) =>
  world.signals.append(
    Array.from({ length: count }, (_, i) =>
      span(`${spans++}`, { at: world.clock.now() - 30_000 + i, error: i < errors }),
    ),
  )

/** Minutes of traffic, a tenth of which fails from the start of an outage. */
async function traffic(world: MonitorWorld, minutes: number, errors: number): Promise<void> {
  for (let i = 0; i < minutes; i++) {
    await world.advance(minute)
    await requests(world, 50, errors)
  }
  await world.advance(minute)
}

const toldAs = async (world: MonitorWorld) =>
  (await world.told()).map(({ attributes, until }) => (until === undefined ? attributes.severity : 'over'))

test('an objective says how many events were good, what is left, and how fast it goes', async () => {
  await using world = await monitorWorld()
  await world.monitor({ slo })
  expect(await world.condition('Burning')).toBe(
    'False NoEvents: requests of checkout: there were no events in 30d',
  )
  await traffic(world, 10, 0)
  expect(await world.condition('Ready')).toBe(
    'True WithinBudget: requests of checkout: 100 % of 500 events were good in 30d (objective 99 %), 100 % of the error budget is left',
  )
  const { status } = await world.read()
  expect(status?.slo).toMatchObject({ events: 500, bad: 0, budgetLeft: 1 })
  expect(status?.slo?.burns.map(({ factor, long, short }) => [factor, long, short])).toEqual([
    [14.4, '1h', '5m'],
    [6, '6h', '30m'],
    [3, '1d', '2h'],
    [1, '3d', '6h'],
  ])
})

test('an outage is told once as a page and once when it is over', async () => {
  await using world = await monitorWorld()
  await world.monitor({ slo })
  await traffic(world, 10, 0)
  await traffic(world, 10, 40)
  expect(await world.condition('Burning')).toContain(
    'True Page: requests of checkout: errors use up the budget',
  )
  expect((await world.read()).status?.symptom).toMatchObject({ severity: 'page' })
  expect(await toldAs(world)).toEqual(['page'])
  const [event] = await world.told()
  expect(event).toMatchObject({
    key: 'Monitor/default/m',
    resource: { service: 'checkout' },
    reason: 'ErrorBudgetBurn',
    severity: 'error',
    attributes: { severity: 'page', monitor: 'm', namespace: 'default' },
  })
  await traffic(world, 90, 0)
  expect(await toldAs(world)).toEqual(['page', 'ticket'])
  await traffic(world, 30, 0)
  await world.advance(8 * 60 * minute)
  expect(await toldAs(world)).toEqual(['page', 'ticket', 'over'])
  const [, , over] = await world.told()
  expect(over).toMatchObject({ key: 'Monitor/default/m', until: over?.at })
  expect((await world.read()).status).not.toHaveProperty('symptom')
  expect(await world.condition('Burning')).toContain('False WithinBudget')
})

test('a restart tells nothing twice, and a quiet minute writes nothing', async () => {
  await using world = await monitorWorld()
  await world.monitor({ slo })
  await traffic(world, 10, 40)
  expect(await toldAs(world)).toEqual(['page'])
  await world.restart()
  expect(await toldAs(world)).toEqual(['page'])
  await using quiet = await monitorWorld()
  await quiet.monitor({ slo })
  await quiet.advance(2 * minute)
  const { resourceVersion } = (await quiet.read()).metadata
  await quiet.advance(10 * minute)
  expect((await quiet.read()).metadata.resourceVersion).toBe(resourceVersion)
})

test('a process that ends between telling and writing it down does not tell it again', async () => {
  let appended = 0
  await using world = await monitorWorld(signals => ({
    ...signals,
    append: async told => {
      await signals.append(told)
      if (appended++ === 0) throw new Error('the process ended')
    },
  }))
  await world.monitor({ slo })
  await traffic(world, 10, 40)
  expect((await world.read()).status?.symptom).toMatchObject({ severity: 'page' })
  expect(appended).toBe(1)
  expect(await toldAs(world)).toEqual(['page'])
})

test('what was told is over when the Monitor is suspended or deleted', async () => {
  await using world = await monitorWorld()
  await world.monitor({ slo })
  await traffic(world, 10, 40)
  await world.client.patch(Monitor, 'm', 'default', { spec: { suspend: true } })
  await world.settle()
  expect(await toldAs(world)).toEqual(['page', 'over'])
  expect(await world.condition('Ready')).toContain('True Suspended')
  await world.client.patch(Monitor, 'm', 'default', { spec: { suspend: false } })
  await world.settle()
  expect(await toldAs(world)).toEqual(['page', 'over', 'page'])
  await world.client.delete(Monitor, 'm', 'default')
  await world.settle()
  expect(await toldAs(world)).toEqual(['page', 'over', 'page', 'over'])
})

test('calls of a route are judged by errors, by time and by score', async () => {
  await using world = await monitorWorld()
  const calls = Array.from({ length: 100 }, (_, i) =>
    call(`c${i}`, {
      namespace: 'default',
      at: world.clock.now() - 10 * minute + i,
      latencyMs: i < 30 ? 3000 : 100,
      ...(i >= 90 ? { error: 'provider_timeout', status: 504 } : {}),
    }),
  )
  const said = calls.slice(0, 50).map(({ id }, i) => feedback(id, { scores: { polite: i < 10 ? 0.2 : 0.9 } }))
  await world.telemetry.append(calls, said)
  const route = { ref: 'triage' }
  for (const [spec, events, bad, text] of [
    [{ calls: { route } }, 100, 10, 'calls of triage'],
    [{ calls: { route, within: '2s' } }, 100, 40, 'calls of triage within 2s'],
    [{ score: { route, name: 'polite' } }, 50, 10, 'polite of calls of triage'],
  ] as const) {
    await world.monitor({ slo: { objective: 80, ...spec } })
    expect((await world.read()).status?.slo).toMatchObject({ events, bad })
    expect(await world.condition('Ready')).toContain(text)
    await world.client.delete(Monitor, 'm', 'default')
    await world.settle()
  }
})

test('metrics count events by two counters, and minutes are judged by a quantile', async () => {
  await using world = await monitorWorld()
  const begin = world.clock.now() - 30 * minute
  await world.signals.append(
    Array.from({ length: 20 }, (_, i) => [
      {
        kind: 'metric' as const,
        resource: { service: 'mail' },
        at: begin + i * minute,
        name: 'sent',
        type: 'delta' as const,
        value: 10,
        start: begin + (i - 1) * minute,
        attributes: {},
      },
      {
        kind: 'metric' as const,
        resource: { service: 'mail' },
        at: begin + i * minute,
        name: 'bounced',
        type: 'delta' as const,
        value: 1,
        start: begin + (i - 1) * minute,
        attributes: {},
      },
      span(`slow-${i}`, { at: begin + i * minute, durationMs: i < 5 ? 900 : 90 }),
    ]).flat(),
  )
  const metrics = { service: 'mail', total: { metric: 'sent' }, bad: { metric: 'bounced' } }
  await world.monitor({ slo: { objective: 95, metrics } })
  expect((await world.read()).status?.slo).toMatchObject({ events: 200, bad: 20, budgetLeft: -1 })
  await world.client.delete(Monitor, 'm', 'default')
  await world.settle()
  await world.monitor({ slo: { objective: 50, latency: { service: 'checkout', atMost: 500 } } })
  expect((await world.read()).status?.slo).toMatchObject({ events: 20, bad: 5, budgetLeft: 0.5 })
  expect(await world.condition('Ready')).toContain('p95 of checkout')
})
