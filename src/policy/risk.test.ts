import { describe, expect, test } from 'vitest'
import type { Resource } from '../api/kind.ts'
import { edited } from '../lib/json-edit.ts'
import { type Blast, type ChangedObject, riskOf } from './risk.ts'

const declared = {
  apiVersion: 'v1',
  kind: 'Deployment',
  metadata: { name: 'x', namespace: 'shop' },
  spec: {
    replicas: 2,
    template: {
      spec: {
        containers: [
          {
            name: 'app',
            image: 'app:1',
            resources: { limits: { memory: '256Mi', cpu: '1' } },
            readinessProbe: { httpGet: { path: '/', port: 80 }, timeoutSeconds: 1 },
          },
        ],
      },
    },
  },
}
const app = '/spec/template/spec/containers/0'

/** The Deployment with values set by path; undefined removes. */
const deployment = (values: Record<string, unknown> = {}): Resource =>
  edited(
    declared,
    Object.entries(values).map(([path, value]) =>
      value === undefined ? { op: 'remove', path } : { op: 'add', path, value },
    ),
  ) as Resource

const object = (kind: string, spec: object, namespace = 'shop'): Resource => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x', namespace },
  spec,
})

const changed = (before: Resource | undefined, after: Resource | undefined): ChangedObject => {
  const { apiVersion = '', kind = '', metadata } = after ?? before ?? {}
  return {
    apiVersion,
    kind,
    name: metadata?.name ?? '',
    ...(metadata?.namespace && { namespace: metadata.namespace }),
    file: 'x.yaml',
    ...(before && { before }),
    ...(after && { after }),
  }
}

const blast = (given: Partial<Blast>): Blast => ({
  objects: [],
  otherFiles: [],
  outside: [],
  restores: false,
  production: new Set(),
  ...given,
})
const risk = (before: Resource | undefined, after: Resource | undefined, given: Partial<Blast> = {}) =>
  riskOf(blast({ objects: [changed(before, after)], ...given })).class

describe('a change of a workload', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['more memory', 'low', { [`${app}/resources/limits/memory`]: '512Mi' }],
    ['eight times the memory', 'medium', { [`${app}/resources/limits/memory`]: '2Gi' }],
    ['less memory', 'medium', { [`${app}/resources/limits/memory`]: '200Mi' }],
    ['a sliver of the memory', 'high', { [`${app}/resources/limits/memory`]: '16Mi' }],
    ['no limit of cpu', 'medium', { [`${app}/resources/limits/cpu`]: undefined }],
    ['one more replica', 'low', { '/spec/replicas': 3 }],
    ['one replica less', 'medium', { '/spec/replicas': 1 }],
    ['no replica', 'high', { '/spec/replicas': 0 }],
    ['a patient probe', 'low', { [`${app}/readinessProbe/timeoutSeconds`]: 5 }],
    ['another probe', 'medium', { [`${app}/readinessProbe/httpGet/path`]: '/ok' }],
    ['another image', 'medium', { [`${app}/image`]: 'app:2' }],
    ['a privileged container', 'high', { [`${app}/securityContext`]: { privileged: true } }],
    ['another identity', 'high', { '/spec/template/spec/serviceAccountName': 'admin' }],
    ['another selector', 'high', { '/spec/selector': { matchLabels: { a: 'b' } } }],
  ])('%s is %s', (_, wanted, values) => {
    expect(risk(deployment(), deployment(values))).toBe(wanted)
  })

  test('is named with its numbers', () => {
    const after = deployment({ [`${app}/resources/limits/memory`]: '512Mi' })
    expect(riskOf(blast({ objects: [changed(deployment(), after)] })).reasons).toEqual([
      'Deployment x: spec.template.spec.containers.0.resources.limits.memory: goes from 256Mi to 512Mi',
    ])
  })
})

describe('the blast radius', () => {
  test('of kinds that guard others is high, and medium when they go back', () => {
    for (const kind of [
      'Role',
      'NetworkPolicy',
      'ValidatingWebhookConfiguration',
      'CustomResourceDefinition',
      'Autonomy',
    ]) {
      const [before, after] = [object(kind, { a: 1 }), object(kind, { a: 2 })]
      expect(risk(before, after), kind).toBe('high')
      expect(risk(before, after, { restores: true }), kind).toBe('medium')
    }
  })

  test('grows with objects, pods, namespaces and places', () => {
    const label = (i: number, namespace = 'shop', replicas = 1) =>
      changed(
        { ...object('ConfigMap', {}, namespace), metadata: { name: `x${i}`, namespace } },
        {
          ...object('ConfigMap', {}, namespace),
          metadata: { name: `x${i}`, namespace, labels: { a: `${replicas}` } },
        },
      )
    const of = (objects: ChangedObject[], given: Partial<Blast> = {}) =>
      riskOf(blast({ objects, ...given })).class
    expect(of([label(1)])).toBe('low')
    expect(of([1, 2, 3, 4].map(i => label(i)))).toBe('medium')
    expect(of(Array.from({ length: 11 }, (_, i) => label(i)))).toBe('high')
    expect(of([label(1), label(2, 'billing')])).toBe('high')
    expect(of([label(1, 'kube-system')])).toBe('high')
    expect(of([label(1)], { production: new Set(['shop']) })).toBe('medium')
    expect(of([label(1)], { outside: ['.github/workflows/ci.yml'] })).toBe('high')
    expect(of([], { otherFiles: ['rows.jsonl'] })).toBe('medium')
    const probe = (replicas: number, timeout: number) =>
      deployment({ '/spec/replicas': replicas, [`${app}/readinessProbe/timeoutSeconds`]: timeout })
    expect([5, 11, 51].map(replicas => risk(probe(replicas, 1), probe(replicas, 2)))).toEqual([
      'low',
      'medium',
      'high',
    ])
  })

  test('of what was good before is low, unless data or doors go with it', () => {
    const [old, next] = [deployment(), deployment({ [`${app}/image`]: 'app:2' })]
    const restores = { restores: true, production: new Set(['shop']) }
    expect(riskOf(blast({ objects: [changed(next, old)], ...restores }))).toEqual({
      class: 'low',
      reasons: ['every file gets back what was applied before'],
    })
    expect(risk(next, undefined, restores)).toBe('low')
    expect(risk(object('StatefulSet', {}), undefined, restores)).toBe('high')
    expect(risk(object('PersistentVolumeClaim', {}), undefined, restores)).toBe('high')
    expect(risk(next, old, { ...restores, outside: ['ci.yml'] })).toBe('high')
  })

  test('of gates and guardrails is high, of what they judge medium', () => {
    const route = (spec: object) => object('ModelRoute', spec)
    expect(risk(route({ gates: [{}] }), route({ gates: [] }))).toBe('high')
    expect(risk(route({ serve: { model: { ref: 'a' } } }), route({ serve: { model: { ref: 'b' } } }))).toBe(
      'medium',
    )
    expect(risk(object('Prompt', { messages: 'a' }), object('Prompt', { messages: 'b' }))).toBe('medium')
    expect(risk(object('ModelProvider', { endpoint: 'a' }), object('ModelProvider', { endpoint: 'b' }))).toBe(
      'high',
    )
    expect(risk(undefined, object('ConfigMap', {}))).toBe('medium')
    expect(risk(object('ConfigMap', {}), undefined)).toBe('high')
  })
})
