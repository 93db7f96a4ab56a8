import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { Monitor } from '../api/kinds/monitor.ts'
import { monitorText } from './monitor.ts'
import { rulesOf } from './monitor-rules.ts'

const monitor = (name: string, spec: object, status: object = {}): Monitor =>
  ({
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Monitor',
    metadata: { name, namespace: 'default' },
    spec: Monitor.spec.parse(spec),
    status,
  }) as Monitor

const slo = { objective: 99.5, calls: { route: { ref: 'desk' }, within: '3s' } }
const burn = {
  severity: 'page',
  factor: 14.4,
  long: '1h',
  short: '5m',
  longRate: 20.12,
  shortRate: 31,
  burning: true,
}
const burning = monitor(
  'answers',
  { slo },
  {
    slo: { events: 1200, bad: 40, budgetLeft: 0.6543, exhausted: '2026-01-02T00:00:00Z', burns: [burn] },
    symptom: { severity: 'page', since: '2026-01-01T10:00:00Z', message: 'calls of desk: too fast' },
  },
)

test('objectives, the others, and what is told stand below each other', () => {
  const drift = monitor(
    'questions',
    { drift: { route: { ref: 'desk' } } },
    { conditions: [{ type: 'Ready', reason: 'AsUsual' }] },
  )
  const probe = monitor('nightly', { probe: { route: { ref: 'desk' }, dataset: { ref: 'fixed' } } })
  expect(monitorText([burning, monitor('new', { slo }), drift, probe], 'default')).toBe(
    [
      'MONITOR  OBJECTIVE  WINDOW  EVENTS  BUDGET LEFT  GONE                  1H/5M',
      'answers     99.5 %  30d       1200       65.4 %  2026-01-02T00:00:00Z  20.1/31*',
      'new         99.5 %  30d          -            -  -',
      'MONITOR    LOOKS AT          SAYS',
      'questions  inputs of desk    AsUsual',
      'nightly    provider of desk  -',
      'page: answers since 2026-01-01T10:00:00Z: calls of desk: too fast',
    ].join('\n'),
  )
  expect(monitorText([], 'default')).toBe('namespace default has no Monitor')
})

test('rules and a dashboard are written for what metrics tell; the rest is named', () => {
  const warned: string[] = []
  const files = rulesOf(burning, Monitor.spec.parse({ slo }).slo as never, text => warned.push(text)) ?? {}
  expect(Object.keys(files)).toEqual(['rules/default-answers.yaml', 'dashboards/default-answers.json'])
  expect(parse(files['rules/default-answers.yaml'] ?? '').groups[0].rules.length).toBeGreaterThan(10)
  expect(JSON.parse(files['dashboards/default-answers.json'] ?? '').title).toBe('SLO default/answers')
  const score = { objective: 90, score: { route: { ref: 'desk' }, name: 'polite' } }
  expect(
    rulesOf(burning, Monitor.spec.parse({ slo: score }).slo as never, text => warned.push(text)),
  ).toBeUndefined()
  expect(warned).toEqual([
    "answers: the gateway's histogram has a bound at 2.56 s, not at 3 s: calls between them count as bad",
    'answers is left out: scores come after the call and are no metric: Keelway alone tells when they burn',
  ])
})
