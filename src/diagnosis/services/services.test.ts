import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { channelContract } from '../channel.contract.ts'
import type { Case } from '../channel.ts'
import { services } from './services.ts'
import {
  type CallPlan,
  callsOf,
  caseWith,
  type MetricPlan,
  ONSET,
  requestsOf,
  requestTimes,
  tablesOf,
} from './services.world.ts'

const shop = callsOf('web>cart web>catalogue cart>stock cart>db')
const names = ['web', 'cart', 'catalogue', 'stock', 'db']

/** Every service with the usual metrics, apart from those given. */
const usual = (changed: readonly MetricPlan[]): MetricPlan[] =>
  names.flatMap(service =>
    (
      [
        ['cpu', 20],
        ['memory', 3e8],
        ['requests', 100],
        ['latency_avg', 0.05],
        ['availability', 100],
      ] as const
    ).map(
      ([name, before]) =>
        changed.find(one => one.service === service && one.name === name) ?? {
          ...{ service, name, before },
          ...(name === 'availability' && { noise: 0 }),
        },
    ),
  )

const shopWith = (changed: readonly MetricPlan[], more: Partial<Case> = {}): Case =>
  caseWith({ tables: tablesOf(usual(changed)), topology: shop, ...more })

const paged = (metric: string): Partial<Case> => ({
  incident: { startedAt: ONSET, service: 'web', alerts: [{ service: 'web', metric }] },
})

type Fault = (plan: { late: boolean }) => Partial<Record<string, Partial<CallPlan>>>
const traced = (fault: Fault): Partial<Case> => {
  const { spans, logs } = requestsOf(requestTimes(), time => {
    const of = fault({ late: time >= ONSET })
    const call = (service: string, calls: readonly CallPlan[] = []): CallPlan => ({
      ...{
        service,
        self: 10,
        calls,
        says: [`INFO ${service}Controller#10 asked`, `INFO ${service}Service#20 done`],
      },
      ...of[service],
    })
    return call('web', [call('cart', [call('stock'), call('db')]), call('catalogue')])
  })
  return { spans, logs }
}

const cases: Record<string, () => Case> = {
  'a CPU hog': () => shopWith([{ service: 'stock', name: 'cpu', before: 20, after: 95 }]),
  'a leak': () => shopWith([{ service: 'cart', name: 'memory', before: 3e8, after: 9e8 }]),
  'a slow database': () =>
    shopWith(
      [
        { service: 'db', name: 'latency_avg', before: 0.005, after: 0.2 },
        { service: 'cart', name: 'latency_avg', before: 0.05, after: 0.245 },
        { service: 'web', name: 'latency_avg', before: 0.06, after: 0.25 },
      ],
      paged('latency_avg'),
    ),
  'failing requests': () =>
    shopWith(
      [
        { service: 'stock', name: 'availability', before: 100, after: 90, noise: 0.1 },
        { service: 'cart', name: 'availability', before: 100, after: 90, noise: 0.1 },
        { service: 'web', name: 'availability', before: 100, after: 91, noise: 0.1 },
      ],
      paged('availability'),
    ),
  'a slow network': () => caseWith(traced(({ late }) => ({ stock: { gap: late ? 400 : 2 } }))),
  'an operation that takes long': () => caseWith(traced(({ late }) => ({ db: { self: late ? 300 : 10 } }))),
  'errors that begin in a callee': () =>
    caseWith(traced(({ late }) => ({ db: { error: late }, cart: { error: late }, web: { error: late } }))),
  'a step that is gone': () =>
    caseWith(traced(({ late }) => (late ? { stock: { says: ['INFO stockController#10 asked'] } } : {}))),
  'errors in logs alone': () =>
    caseWith({
      logs: Array.from({ length: 200 }, (_, i) => {
        const late = i >= 100
        return {
          ...{ kind: 'log', resource: { service: i % 2 === 0 ? 'web' : 'stock' }, attributes: {} },
          at: ONSET + (i - 100) * 1_000,
          severity: late && i % 2 === 1 ? 17 : 9,
          body: late && i % 2 === 1 ? 'ERROR no connection to the shelf' : 'INFO all is well',
        }
      }),
    }),
  'a service that is gone': () =>
    shopWith([{ service: 'stock', name: 'requests', before: 100, after: 0, noise: 0 }]),
  'nothing but noise': () => shopWith([]),
  'names and lines without end': () => {
    const long = 'x'.repeat(5_000)
    return caseWith(traced(({ late }) => ({ stock: { service: long, operation: long, error: late } })))
  },
}

channelContract(services, cases)

const firstOf = (of: Case) => services.look(of).findings[0]

describe('the class of a fault and its service', () => {
  test.each([
    ['a CPU hog', 'stock', 'cpu-saturation'],
    ['a leak', 'cart', 'memory-saturation'],
    ['a slow database', 'db', 'own-latency'],
    ['failing requests', 'stock', 'error-origin'],
    ['a slow network', 'stock', 'edge-latency'],
    ['an operation that takes long', 'db', 'own-latency'],
    ['errors that begin in a callee', 'db', 'error-origin'],
    ['a step that is gone', 'stock', 'log-pattern'],
    ['errors in logs alone', 'stock', 'log-error'],
    ['a service that is gone', 'stock', 'absence'],
  ])('%s: %s by %s', (title, service, rule) => {
    const first = firstOf(cases[title]?.() ?? caseWith({}))
    expect(first).toMatchObject({ cause: { kind: 'service', name: service }, rule })
    expect(first?.strength).toBeGreaterThan(0.5)
  })

  test('is silent where nothing moved', () => {
    expect(services.look(shopWith([])).findings.filter(({ strength }) => strength >= 0.3)).toEqual([])
  })

  test('is silent about errors that were there before', () => {
    const of = caseWith(traced(() => ({ db: { error: true }, cart: { error: true } })))
    expect(services.look(of).findings.filter(({ strength }) => strength >= 0.3)).toEqual([])
  })

  test('has the onset right when it was told a minute late', () => {
    const of = cases['a CPU hog']?.() ?? caseWith({})
    const late = { ...of, incident: { detectedAt: ONSET + 60_000, alerts: [] } }
    expect(services.look(late)).toMatchObject({ onset: ONSET, findings: [{ cause: { name: 'stock' } }] })
  })

  test('gives runners-up with the reason why they are not it', () => {
    const [first, ...rest] = services.look(cases['a slow database']?.() ?? caseWith({})).findings
    expect(first?.statement).toContain('5 ms to 200 ms')
    expect(rest.map(({ cause }) => cause.name)).toContain('cart')
    for (const { statement, strength } of rest) {
      expect(statement).toContain('Behind db')
      expect(strength).toBeLessThan(first?.strength ?? 0)
    }
  })
})

describe('whatever the order and the names', () => {
  const titles = Object.keys(cases)
  const answerOf = (of: Case, name: (service: string) => string) =>
    services
      .look(of)
      .findings.map(({ cause, rule, strength }) => ({ service: name(cause.name), rule, strength }))

  test('the order of tables and calls decides nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...titles), fc.infiniteStream(fc.nat()), (title, order) => {
        const of = cases[title]?.() ?? caseWith({})
        const shuffled = <T>(items: readonly T[]): T[] =>
          items
            .map(item => ({ item, key: order.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item)
        const other = {
          ...of,
          tables: shuffled(of.tables),
          topology: { ...of.topology, calls: shuffled(of.topology.calls) },
        }
        expect(services.look(other)).toEqual(services.look(of))
      }),
      { numRuns: 30 },
    )
  })

  test('other names give the same answer under other names', () => {
    for (const title of titles) {
      const of = cases[title]?.() ?? caseWith({})
      const renamed = renamedCase(of, service => `Z${service}`)
      const [first] = answerOf(of, name => name)
      const [other] = answerOf(renamed, name => name.slice(1))
      expect(other, title).toEqual(first)
    }
  })
})

function renamedCase(of: Case, name: (service: string) => string): Case {
  const resource = <T extends { resource: { service: string } }>(item: T): T => ({
    ...item,
    resource: { ...item.resource, service: name(item.resource.service) },
  })
  return {
    ...of,
    incident: {
      ...of.incident,
      ...(of.incident.service !== undefined && { service: name(of.incident.service) }),
    },
    services: of.services.map(name),
    tables: of.tables.map(table => ({ ...table, service: name(table.service) })),
    spans: of.spans.map(resource),
    logs: of.logs.map(resource),
    topology: {
      services: of.topology.services.map(name),
      calls: of.topology.calls.map(call => ({ ...call, from: name(call.from), to: name(call.to) })),
    },
  }
}
