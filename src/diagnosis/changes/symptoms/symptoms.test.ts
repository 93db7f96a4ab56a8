import { describe, expect, test } from 'vitest'
import { emptyCase } from '../../channel.contract.ts'
import { madeCase, minute } from '../made-incidents.world.ts'
import { shiftOf } from './metric-shifts.ts'
import { kindsShown } from './metric-signs.ts'
import { kindsSaid } from './phrases.ts'
import { printedPatterns } from './printed-patterns.ts'
import { fanOut } from './span-sayings.ts'
import { symptomsOf } from './symptoms.ts'
import { addWords, bareName, partsOf } from './words.ts'

describe('a series', () => {
  const at = Float64Array.from({ length: 100 }, (_, index) => minute(index))
  const series = (value: (index: number) => number) =>
    Float64Array.from({ length: 100 }, (_, index) => value(index))
  const noise = (index: number) => Math.sin(index * 2.3)

  test('that jumps tells when, from where and to where', () => {
    const shift = shiftOf(
      at,
      series(index => (index < 60 ? 100 : 300) + noise(index)),
      'latency_ms',
      minute(70),
    )
    expect(shift).toMatchObject({ direction: 'up', at: minute(60) })
    expect(shift?.before).toBeCloseTo(100, -1)
    expect(shift?.after).toBeCloseTo(300, -1)
  })

  test('that creeps began where it first left its usual level', () => {
    const shift = shiftOf(
      at,
      series(index => 40 + Math.max(0, index - 50) * 3 + noise(index)),
      'disk_used_pct',
      minute(80),
    )
    expect(Math.abs((shift?.at ?? 0) - minute(50))).toBeLessThanOrEqual(3 * 60_000)
  })

  test.each([
    ['keeps its level', (index: number) => 100 + noise(index), 'latency_ms'],
    ['has one spike', (index: number) => (index === 65 ? 900 : 100) + noise(index), 'latency_ms'],
    ['moves less than its unit is worth', (index: number) => (index < 60 ? 0.001 : 0.004), 'error_ratio'],
  ])('that %s is no symptom', (_, value, metric) => {
    expect(shiftOf(at, series(value), metric, minute(70))).toBeUndefined()
  })
})

test.each([
  ['db_pool_wait_seconds_p99', 'up', 'pool-wait'],
  ['db_pool_max_conns', 'down', 'pool-wait'],
  ['process_resident_memory_bytes', 'up', 'memory'],
  ['cache_hit_ratio', 'down', 'cache-miss'],
  ['http_401_unauthorized_ratio', 'up', 'unauthorized'],
  ['queue_oldest_message_age_seconds', 'up', 'backlog'],
  ['pod_restart_total', 'up', 'restarts'],
  ['http_requests_per_second', 'up', 'traffic-up'],
  ['db_queries_per_request', 'up', 'calls-per-request'],
  ['cert_expiry_days', 'down', 'certificate'],
] as const)('%s going %s shows %s', (metric, direction, kind) => {
  expect(kindsShown(metric, direction)).toContain(kind)
})

test.each([
  ['cache_hit_ratio', 'up'],
  ['error_ratio', 'down'],
  ['colour_of_the_sky', 'up'],
] as const)('%s going %s shows nothing', (metric, direction) => {
  expect(kindsShown(metric, direction)).toEqual([])
})

test.each([
  ['pgx pool: context deadline exceeded acquiring connection (pool exhausted)', 'pool-wait'],
  ['relation "badges" does not exist', 'schema'],
  ['panic: runtime error: invalid memory address or nil pointer dereference', 'crash'],
  ['lookup db.shop.svc on 10.96.0.10:53: no such host', 'dns'],
  ['write /var/log/a: no space left on device', 'disk'],
  ['jwt validation failed: token is expired', 'unauthorized'],
  ['429 Too Many Requests', 'rate-limit'],
  ['fatal error: concurrent map writes', 'crash'],
  ['ERROR: deadlock detected', 'lock'],
  ['consumer redelivering same offset', 'backlog'],
])('%s says %s', (text, kind) => {
  expect(kindsSaid(text)).toContain(kind)
})

test.each(['request served', 'handled request in 12 ms', 'reservation committed', 'flushed batch to sink'])(
  '"%s" says nothing is wrong',
  text => {
    expect(kindsSaid(text)).toEqual([])
  },
)

test('patterns with counts are read by the names of their columns', () => {
  const outputs = (text: string) => ({
    cluster: { ...emptyCase().cluster, outputs: [{ file: 'p.txt', command: '', flags: {}, text }] },
  })
  const { risen, faded } = printedPatterns(
    outputs(
      'COUNT\tDELTA\tSENTIMENT\tSERVICE\tSIGNATURE\n26\t+26\tnegative\tcart\tcannot reserve\n1\t+1\tneutral\tcart\tflag on\n38\t-940\tneutral\tcart\tserved\n',
    ),
  )
  expect(risen).toMatchObject([{ text: 'cannot reserve', service: 'cart', count: 26, weight: 1 }])
  expect(faded).toMatchObject([{ text: 'served' }])
  const other = printedPatterns(
    outputs('Baseline  Count  Level  Pattern\n2  90  ERROR  timeout of db\n80  90  ERROR  retry later\n'),
  )
  expect(other.risen).toMatchObject([{ text: 'timeout of db', count: 90 }])
})

test('the onset is where the alerted metric left its level; what began before it is told too', () => {
  const evidence = madeCase({
    service: 'cart',
    metrics: { error_ratio: [0.001, 0.4] },
    says: ['cannot reserve: error'],
    changes: [],
  })
  expect(symptomsOf(evidence).onset).toMatchObject({ first: minute(60), sure: minute(60) })
  const told = symptomsOf({ ...evidence, incident: { ...evidence.incident, startedAt: minute(58) } })
  expect(told.onset).toMatchObject({ first: minute(58), sure: minute(58) })
})

test('many more spans under one parent are calls for each item', () => {
  const span = (at: number, index: number, parent: string) => ({
    ...{
      kind: 'span' as const,
      resource: { service: 'orders' },
      at: minute(at),
      traceId: `t${at}`,
      spanId: `${at}-${index}`,
    },
    ...{
      parentSpanId: parent,
      name: 'SELECT lines',
      spanKind: 'client' as const,
      durationMs: 1,
      error: false,
      attributes: {},
    },
  })
  const spans = [1, 2, 3, 60, 61, 62].flatMap(at =>
    Array.from({ length: at < 30 ? 1 : 12 }, (_, index) => span(at, index, `p${at}`)),
  )
  expect(fanOut(spans, minute(70))).toMatchObject([{ kind: 'calls-per-request', service: 'orders' }])
  expect(
    fanOut(
      spans.filter(({ at }) => at < minute(30)),
      minute(70),
    ),
  ).toEqual([])
})

test('words are split, shortened and brought to one form', () => {
  expect(partsOf('HTTPServerError_v2')).toEqual(['http', 'server', 'error', 'v2'])
  const { words, names } = addWords(
    'maxConns dashboard_favorites DashboardFavorites validated validation 8f3a2174bc91',
  )
  expect([...words].sort()).toEqual(['connection', 'dashboard', 'favorit', 'validat', 'valid'].sort())
  expect(names.has('dashboardfavorites')).toBe(true)
  expect(bareName('payment-service')).toBe(bareName('PaymentService'))
})
