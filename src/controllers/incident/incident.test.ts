import { expect, test } from 'vitest'
import { apiVersionOf } from '../../api/kind.ts'
import { Namespace } from '../../api/kinds/core.ts'
import { Incident } from '../../api/kinds/incident.ts'
import { incidentWorld } from './incident.world.ts'

const minute = 60_000
const whats = (incident: Incident | undefined) => incident?.status?.timeline?.map(({ what }) => what)

test('an alert opens an incident, which recovers, closes, and opens again when it comes back', async () => {
  await using world = await incidentWorld()
  const { clock } = world
  await world.tell('a')
  await world.advance(10_000)
  const [opened, ...more] = await world.incidents()
  expect(more).toEqual([])
  expect(opened).toMatchObject({
    metadata: { namespace: 'default', name: expect.stringMatching(/^checkout-[0-9a-f]{10}$/) },
    spec: { title: 'checkout: 7 % of requests fail', severity: 'page', services: ['checkout'] },
    status: { phase: 'Open', reopened: 0 },
  })
  await world.tell('a', { until: clock.now() })
  await world.advance(10_000)
  expect((await world.incidents())[0]?.status?.phase).toBe('Recovering')
  await world.advance(15 * minute)
  const [closed] = await world.incidents()
  expect(closed?.status?.phase).toBe('Closed')
  await world.advance(10 * minute)
  await world.tell('a')
  await world.advance(10_000)
  const [again, ...others] = await world.incidents()
  expect(others).toEqual([])
  expect(again?.status).toMatchObject({ phase: 'Open', reopened: 1 })
  expect(again?.status?.closedAt).toBeUndefined()
  expect(whats(again)).toEqual([
    'Opened',
    'SymptomEnded',
    'Recovering',
    'Closed',
    'SymptomJoined',
    'Reopened',
  ])
}, 20_000)

test('what comes back later than half an hour after the end is another incident', async () => {
  await using world = await incidentWorld()
  await world.tell('a')
  await world.advance(5000)
  await world.tell('a', { until: world.clock.now() })
  await world.advance(50 * minute)
  await world.tell('a')
  await world.advance(10_000)
  expect((await world.incidents()).map(({ status }) => status?.phase)).toEqual(['Closed', 'Open'])
}, 20_000)

test('services that call each other have one incident, others have their own', async () => {
  await using world = await incidentWorld()
  const at = world.clock.now() - minute
  const span = { kind: 'span', at, traceId: 't', durationMs: 1, error: false, attributes: {} } as const
  await world.signals.append([
    { ...span, resource: { service: 'checkout' }, spanId: '1', name: 'a', spanKind: 'client' },
    {
      ...span,
      resource: { service: 'payment' },
      spanId: '2',
      parentSpanId: '1',
      name: 'b',
      spanKind: 'server',
    },
  ])
  await world.tell('a', { severity: 'warning' })
  await world.advance(10_000)
  await world.tell('b', { resource: { service: 'payment' }, source: 'slo', attributes: { severity: 'page' } })
  await world.tell('c', { resource: { service: 'search' } })
  await world.advance(10_000)
  const incidents = await world.incidents()
  expect(incidents.map(({ spec }) => [spec.services, spec.severity])).toEqual([
    [['checkout', 'payment'], 'page'],
    [['search'], 'page'],
  ])
  expect(whats(incidents[0])).toEqual(['Opened', 'SymptomJoined', 'Escalated'])
})

test('an incident lives in the namespace of its symptom where there is one', async () => {
  await using world = await incidentWorld()
  await world.client.create(Namespace, {
    apiVersion: apiVersionOf(Namespace),
    kind: 'Namespace',
    metadata: { name: 'shop' },
  })
  await world.tell('a', { resource: { service: 'checkout', namespace: 'shop' } })
  await world.tell('b', { resource: { service: 'search', namespace: 'nowhere' } })
  await world.advance(10_000)
  const homes = (await world.incidents()).map(({ metadata, spec }) => [metadata.namespace, ...spec.services])
  expect(homes.sort()).toEqual([
    ['default', 'search'],
    ['shop', 'checkout'],
  ])
})

test('people acknowledge and close; what went on at the time does not open it again', async () => {
  await using world = await incidentWorld()
  await world.tell('a')
  await world.advance(10_000)
  const decide = async (action: string) => {
    const [incident] = await world.incidents()
    if (!incident) throw new Error('no incident')
    const decisions = [...incident.spec.decisions, { action, reason: 'known' }]
    await world.client.patch(Incident, incident.metadata.name, 'default', { spec: { decisions } })
    await world.advance(10_000)
  }
  await decide('acknowledge')
  expect((await world.incidents())[0]?.status).toMatchObject({ phase: 'Open', acknowledgedBy: 'admin' })
  await decide('close')
  await world.tell('a', { at: world.clock.now(), message: '8 % of requests fail' })
  await world.advance(minute)
  const [closed, ...more] = await world.incidents()
  expect(more).toEqual([])
  expect(closed?.status?.phase).toBe('Closed')
  expect(whats(closed)).toEqual(['Opened', 'Acknowledged', 'Closed'])
})

test('a restart, and symptoms told again, open nothing twice', async () => {
  await using world = await incidentWorld()
  const at = world.clock.now()
  await world.tell('a', { at })
  await world.advance(10_000)
  const before = await world.incidents()
  await world.restart()
  await world.tell('a', { at })
  await world.tell('a', { at: at - 3000 })
  await world.tell('a', { at: at + 8000 })
  await world.advance(30_000)
  expect((await world.incidents()).map(({ metadata }) => metadata.uid)).toEqual(
    before.map(({ metadata }) => metadata.uid),
  )
})

test('what was over before anybody looked opens nothing', async () => {
  await using world = await incidentWorld()
  const at = world.clock.now() - 3_600_000
  await world.tell('a', { at, until: at + minute })
  await world.tell('b', { severity: 'info' })
  await world.advance(minute)
  expect(await world.incidents()).toEqual([])
})
