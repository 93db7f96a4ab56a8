import { describe, expect, test } from 'vitest'
import { madeCase } from '../changes/made-incidents.world.ts'
import { symptomsOf } from '../changes/symptoms/symptoms.ts'
import type { Case } from '../channel.ts'
import { ownHosts } from './own-hosts.ts'
import { foreignHost } from './rules/foreign-host.ts'

const calling = (text: string) =>
  madeCase({ service: 'cart', metrics: { error_ratio: [0.001, 0.5] }, says: [text], changes: [] })

const withObject = (evidence: Case, object: object): Case => ({
  ...evidence,
  cluster: { ...evidence.cluster, objects: [{ object: object as never, file: 'kubernetes/all.yaml' }] },
})

const strength = (evidence: Case) => foreignHost.look({ evidence, symptoms: symptomsOf(evidence) })?.strength

const metadata = { name: 'pay', namespace: 'shop' }
const declarations: Readonly<Record<string, object>> = {
  Ingress: { kind: 'Ingress', metadata, spec: { rules: [{ host: 'pay.acme-shop.com' }] } },
  'TLS of an Ingress': { kind: 'Ingress', metadata, spec: { tls: [{ hosts: ['pay.acme-shop.com'] }] } },
  Gateway: { kind: 'Gateway', metadata, spec: { listeners: [{ hostname: '*.acme-shop.com' }] } },
  HTTPRoute: { kind: 'HTTPRoute', metadata, spec: { hostnames: ['pay.acme-shop.com'] } },
  'Service with a published name': {
    kind: 'Service',
    metadata: {
      ...metadata,
      annotations: { 'external-dns.alpha.kubernetes.io/hostname': 'a.acme-shop.com,pay.acme-shop.com' },
    },
    spec: {},
  },
}

describe('a host that an object of ours declares is ours', () => {
  const evidence = calling('POST https://pay.acme-shop.com/v1/charges returned 503')

  test('and is foreign without it', () => {
    expect(strength(evidence)).toBeGreaterThan(0.5)
  })

  test.each(Object.entries(declarations))('%s', (_, object) => {
    expect(strength(withObject(evidence, { apiVersion: 'v1', ...object }))).toBeUndefined()
  })

  test('a service of the topology that is called as the host', () => {
    const topology = { services: ['pay.acme-shop.com'], calls: [] }
    expect(strength({ ...evidence, topology })).toBeUndefined()
  })
})

test('an ExternalName is where others are', () => {
  const object = { apiVersion: 'v1', kind: 'Service', metadata, spec: { externalName: 'api.bank.com' } }
  expect(ownHosts(withObject(calling('x'), object))('api.bank.com')).toBe(false)
})

test('the words of an alert or an Event alone do not say that we call anybody', () => {
  const evidence = calling('cannot reserve: error')
  const text = 'https://pay.acme-shop.com/v1 returned 503'
  const told: Case = {
    ...evidence,
    incident: { ...evidence.incident, summary: text, alerts: [{ service: 'cart', summary: text }] },
    events: [
      {
        kind: 'event',
        ...{ resource: { service: 'cart' }, at: evidence.incident.detectedAt ?? 0, source: 'kubernetes' },
        ...{ reason: 'Unhealthy', severity: 'warning', message: text, key: 'k', count: 9, attributes: {} },
      },
    ],
  }
  expect(strength(told)).toBeUndefined()
})

test.each([
  ['object storage of a provider', 'S3: InternalError: We encountered an internal error', true],
  ['a word that only looks like one', 'stage s3 of the pipeline failed: error', false],
  ['a class of Java', 'error at com.acme.shop.Cart.add(Cart.java:12)', false],
  ['a file', 'TypeError: error at server.js:12', false],
])('%s', (_, text, foreign) => {
  expect(strength(calling(text)) !== undefined).toBe(foreign)
})
