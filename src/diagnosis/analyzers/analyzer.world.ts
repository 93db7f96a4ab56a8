import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { EventRecord } from '../../telemetry/signals/signal.ts'
import { type ClusterParts, clusterOf } from '../cluster.ts'
import { faultClasses, type Remedy } from '../diagnosis.ts'
import type { Analyzer, Suspicion } from './analyzer.ts'
import { applies, type Edit } from './remedies.ts'
import { type View, viewOf } from './view.ts'

/** What an analyzer is shown, and the rules that it should find. */
export interface Example {
  /** Documents; those with `event:` are short for Events: `{event: Pod/shop/web-1, reason: Failed, message: …}`. */
  yaml: string
  finds: readonly string[]
  /** What the first statement says. */
  says?: RegExp
  /** Kinds of which all objects are there. */
  complete?: ClusterParts['complete']
  /** Lines of logs. */
  lines?: readonly string[]
  calls?: View['calls']
  notServed?: readonly string[]
  at?: string
}

const eventOf = (
  { event, type = 'Warning', reason = 'Failed', message = '', count = 1 }: Record<string, string | number>,
  index: number,
): EventRecord => ({
  kind: 'event',
  resource: { service: '' },
  at: Date.parse('2026-03-01T12:00:00Z') + index,
  source: 'kubernetes',
  severity: type === 'Warning' ? 'warning' : 'info',
  ...{ reason: String(reason), message: String(message), count: Number(count), key: `e${index}` },
  attributes: { 'k8s.object': String(event) },
})

export function viewOfYaml({
  yaml,
  complete,
  lines = [],
  calls = [],
  notServed = [],
  at,
}: Omit<Example, 'finds'>): View {
  const values = parseAllDocuments(yaml).flatMap((document): unknown[] => {
    expect(document.errors).toEqual([])
    return document.toJS() ?? []
  })
  const isEvent = (value: unknown): value is Record<string, string> =>
    value !== null && typeof value === 'object' && 'event' in value
  const cluster = clusterOf({
    objects: values.filter(value => !isEvent(value)).map(object => ({ object, file: 'kubernetes/all.yaml' })),
    events: values
      .filter(isEvent)
      .map((value, index) => ({ event: eventOf(value, index), file: 'kubernetes/events.yaml' })),
    ...(complete && { complete }),
    ...(at !== undefined && { at: Date.parse(at) }),
  })
  return viewOf(cluster, {
    calls,
    linesWith: marker =>
      lines.filter(line => line.includes(marker)).map(text => ({ text, file: 'logs/a.log' })),
    notServed: notServed.map(kind => ({
      kind,
      file: 'kubectl/a.txt',
      text: `the server doesn't have a resource type "${kind}"`,
    })),
  })
}

/** Tries an analyzer on examples: each of its rules is found in one at least, and one at least looks alike and is well. */
export function examples(analyzer: Analyzer, cases: Readonly<Record<string, Example>>): void {
  test.each(Object.entries(cases))(`${analyzer.name}: %s`, (_, example) => {
    const view = viewOfYaml(example)
    const found: Suspicion[] = [...analyzer.look(view)]
    expect(found.map(({ rule }) => rule).sort()).toEqual([...example.finds].sort())
    if (example.says) expect(found[0]?.statement ?? '').toMatch(example.says)
    for (const { statement, evidence, strength, class: fault, object, remedy, rule } of found) {
      expect(analyzer.rules).toContain(rule)
      expect(statement).toMatch(/^[A-Z].*[.!?]$/s)
      expect(statement).not.toMatch(/undefined|\[object/)
      expect(evidence.length).toBeGreaterThan(0)
      for (const { source, detail } of evidence) expect([source, detail]).not.toContain('')
      expect(strength).toBeGreaterThan(0)
      expect(strength).toBeLessThan(1)
      expect(faultClasses).toContain(fault)
      expect(object.name).not.toBe('')
      if (remedy) expectApplies(view, remedy)
    }
  })

  test(`${analyzer.name}: every rule is tried, and one example is well`, () => {
    const tried = new Set(Object.values(cases).flatMap(({ finds }) => finds))
    expect([...tried].sort()).toEqual([...analyzer.rules].sort())
    expect(Object.values(cases).some(({ finds }) => finds.length === 0)).toBe(true)
  })
}

/** Every edit stands behind a test of what is there now. */
function expectApplies({ cluster }: View, remedy: Remedy): void {
  const edits = remedy.input.edits as readonly Edit[]
  expect(edits.map(({ op }) => op === 'test')).toEqual(edits.map((_, index) => index % 2 === 0))
  expect(applies(cluster, remedy), 'what it tests is there').toBe(true)
}

/** A Deployment whose pods have the label `app`; `spec` is the pod's, in flow style. */
export const deployment = (name: string, spec: string, { replicas = 1, more = '' } = {}): string => `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: ${spec}
${more}
`

/** A pod of a Deployment as it runs. */
export const pod = (owner: string, spec: string, status: string): string => `
---
apiVersion: v1
kind: Pod
metadata:
  name: ${owner}-6d4cf56db6-x2vlq
  namespace: shop
  labels: {app: ${owner}, pod-template-hash: 6d4cf56db6}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: ${owner}-6d4cf56db6, controller: true}]
spec: ${spec}
status: ${status}
`

/** Any other object, in flow style. */
export const object = (kind: string, name: string, rest: string, namespace = 'shop'): string => `
---
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}}
${rest}
`

export const running = '{phase: Running, conditions: [{type: Ready, status: "True"}]}'
