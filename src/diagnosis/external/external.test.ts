import { describe, expect, test } from 'vitest'
import { outside } from '../changes/families/outside.world.ts'
import { type Made, madeCase, minute } from '../changes/made-incidents.world.ts'
import { symptomsOf } from '../changes/symptoms/symptoms.ts'
import { channelContract } from '../channel.contract.ts'
import { external } from './external.ts'
import { externalRules } from './rules/index.ts'

const quiet: Made = {
  service: 'cart',
  metrics: { error_ratio: [0.001, 0.5] },
  says: ['cannot reserve: error'],
  changes: [],
}
const feed = (status: string, started: number, resolved?: number) =>
  JSON.stringify({
    page: { name: 'Acme Pay' },
    incidents: [
      {
        name: 'Elevated errors',
        status,
        started_at: new Date(minute(started)).toISOString(),
        ...(resolved !== undefined && { resolved_at: new Date(minute(resolved)).toISOString() }),
      },
    ],
  })
const growing = (from: number): Made => ({
  ...quiet,
  metrics: { disk_used_pct: [0.4, 0.9] },
  says: ['write: no space left on device'],
  fields: { from },
})

/** For each rule incidents of it, and incidents that only look like it. */
const fixtures: Readonly<Record<string, { is: readonly Made[]; isNot: readonly Made[] }>> = {
  'provider-incident': {
    is: [
      {
        ...quiet,
        says: ['charge at acme failed: 503'],
        outputs: { 'status.txt': feed('investigating', 57) },
      },
    ],
    isNot: [
      { ...quiet, says: ['charge at acme failed: 503'], outputs: { 'status.txt': feed('resolved', 5, 20) } },
      {
        ...quiet,
        says: ['charge at acme failed: 503'],
        outputs: { 'status.txt': '{"status":"operational","provider":"acme","incidents":[]}' },
      },
    ],
  },
  'foreign-host-fails': {
    is: [{ ...quiet, says: ['POST https://api.acme-pay.com/v1/charges returned 503'] }],
    isNot: [
      { ...quiet, says: ['GET http://cart.shop.svc.cluster.local/x returned 503'] },
      { ...quiet, says: ['panic at github.com/acme/lib/file.go:12: error'] },
    ],
  },
  'certificate-expired': {
    is: [{ ...quiet, says: ['x509: certificate has expired or is not yet valid'] }],
    isNot: [{ ...quiet, says: ['x509: certificate signed by unknown authority'] }],
  },
  'credential-expired': {
    is: [{ ...quiet, says: ['geocoder refused: API key has expired'] }],
    isNot: [{ ...quiet, says: ['jwt validation failed: token is expired'] }],
  },
  'clock-wrong': {
    is: [{ ...quiet, says: ['signature refused: clock skew of 312 s on node a'] }],
    isNot: [{ ...quiet, says: ['clock ticked: error'] }],
  },
  'name-resolution-fails': {
    is: [{ ...quiet, says: ['lookup db.shop.svc on 10.0.0.10:53: no such host'] }],
    isNot: [{ ...quiet, says: ['lookup of item 17 failed'] }],
  },
  'zone-or-machine-lost': {
    is: [{ ...quiet, says: ['node ip-10-0-0-7 status is now NodeNotReady'] }],
    isNot: [{ ...quiet, says: ['time zone of user unknown: error'] }],
  },
  'network-fault': {
    is: [{ ...quiet, says: ['dial 10.1.2.3: no route to host'] }],
    isNot: [{ ...quiet, says: ['no route matches /v2: error'] }],
  },
  'managed-failover': {
    is: [{ ...quiet, says: ['cannot execute INSERT in a read-only transaction'] }],
    isNot: [{ ...quiet, says: ['write failed: read-only file system'] }],
  },
  'node-pressure': {
    is: [
      {
        ...quiet,
        metrics: {
          http_p99_ms: [50, 900],
          'node-a:node_cpu_utilization_ratio': [0.3, 0.97],
          'export:container_cpu_usage_cores': [0, 5],
        },
        says: ['Node a under CPU load'],
      },
    ],
    isNot: [{ ...quiet, metrics: { container_cpu_usage_cores: [0.2, 0.9] }, says: ['slow error'] }],
  },
  'platform-fails': {
    is: [
      { ...quiet, says: ['kubelet: NVRM: Xid 79, GPU has fallen off the bus: error'] },
      { ...quiet, says: ['chronyd: no selectable sources, clock unsynchronised: error'] },
    ],
    isNot: [
      { ...quiet, says: ['kubelet: container cart was OOMKilled'] },
      { ...quiet, says: ['kubelet: Liveness probe failed: 503'] },
      { ...quiet, says: ['cart: kernel of the filter is broken: error'] },
    ],
  },
  'traffic-surge': {
    is: [{ ...quiet, metrics: { http_p99_ms: [50, 900], http_requests_per_second: [100, 600] } }],
    isNot: [
      { ...quiet, metrics: { http_p99_ms: [50, 900], http_requests_per_second: [100, 110] } },
      {
        ...quiet,
        metrics: { http_p99_ms: [50, 900], http_requests_per_second: [100, 600] },
        says: ['retrying: attempt 7 error'],
      },
      { ...quiet, metrics: { http_p99_ms: [50, 900], 'db:db_queries_per_second': [100, 600] } },
    ],
  },
  'poisonous-input': {
    is: [
      {
        ...quiet,
        says: ['cannot parse record: validation error; redelivering same offset'],
        fields: { record_id: 'evt-8842173', offset: 991_223 },
      },
    ],
    isNot: [
      { ...quiet, says: ['cannot parse record: validation error'] },
      { ...quiet, says: ['cannot parse record: validation error'], fields: { field: 'title', partition: 3 } },
    ],
  },
  'data-growth': { is: [growing(0)], isNot: [growing(50)] },
  'data-of-others-changed': {
    is: [{ ...quiet, says: ['partner feed acme: unexpected column "sku_v2"'] }],
    isNot: [{ ...quiet, says: ['unexpected column "sku_v2" in table of ours: error'] }],
  },
}

/** A disk that fills from a minute on; other series as they are. */
function evidenceOf(incident: Made) {
  const evidence = madeCase(incident)
  const from = incident.fields?.from
  if (typeof from !== 'number') return evidence
  const tables = evidence.tables.map(table => ({
    ...table,
    values: [
      Float64Array.from(
        { length: 100 },
        (_, index) => 0.3 + (0.6 * Math.max(0, index - from)) / (100 - from),
      ),
    ],
  }))
  return { ...evidence, tables }
}

const look = (name: string, incident: Made) => {
  const evidence = evidenceOf(incident)
  return externalRules.find(rule => rule.name === name)?.look({ evidence, symptoms: symptomsOf(evidence) })
}

test('every rule has incidents of it and some that only look like it', () => {
  expect(Object.keys(fixtures).sort()).toEqual(externalRules.map(({ name }) => name).sort())
})

describe('sees', () => {
  test.each(
    Object.entries(fixtures).flatMap(([name, { is }]) => is.map((one, index) => [name, index, one] as const)),
  )('%s %i', (name, _, incident) => {
    const cause = look(name, incident)
    expect(cause?.strength).toBeGreaterThanOrEqual(0.45)
    expect(cause?.evidence.length).toBeGreaterThan(0)
    expect(cause?.statement).toMatch(/\.$/)
  })
})

describe('does not see', () => {
  test.each(
    Object.entries(fixtures).flatMap(([name, { isNot }]) =>
      isNot.map((one, index) => [name, index, one] as const),
    ),
  )('%s %i', (name, _, incident) => {
    expect(look(name, incident)?.strength ?? 0).toBeLessThan(0.4)
  })
})

channelContract(external, {
  'a certificate expired': () => madeCase(outside['a certificate expired'] ?? quiet),
  'more visitors': () => madeCase(outside['more visitors'] ?? quiet),
  nothing: () => madeCase(quiet),
})

test('says nothing where no change is known: whether one is to blame is not the question', () => {
  expect(external.look({ ...madeCase(outside['more visitors'] ?? quiet), changes: [] }).findings).toEqual([])
})
