import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { needs, program } from '../../../test/needs.ts'
import { Monitor } from '../../api/kinds/monitor.ts'
import { seededRandom } from '../../lib/random.ts'
import { windowText } from './burn-alerts.ts'
import { sloDashboard } from './dashboard.ts'
import { evaluateSlo, lookMs } from './evaluation.ts'
import { type EventBucket, eventCounts } from './event-counts.ts'
import { objectiveOf, type Slo } from './event-source.ts'
import { NotInMetrics } from './promql.ts'
import { type AlertingRule, ruleGroup } from './rules.ts'

const promtool = program('promtool') ?? ''
const monitor = { metadata: { name: 'a-b', namespace: 'shop' } }
const sloOf = (spec: object): Slo => Monitor.spec.parse({ slo: { objective: 99, ...spec } }).slo as Slo
const route = { ref: 'triage' }

const slos = {
  requests: sloOf({ requests: { service: 'check"out', operation: 'GET /' } }),
  calls: sloOf({ calls: { route }, window: '28d' }),
  within: sloOf({ calls: { route, within: '3s' } }),
  firstToken: sloOf({ calls: { route, firstTokenWithin: '640ms' }, window: '7d' }),
  good: sloOf({ metrics: { total: { metric: 'a.b', attributes: { 'x.y': '1' } }, good: { metric: 'c' } } }),
  bad: sloOf({ objective: 99.9, metrics: { service: 's', total: { metric: 'a' }, bad: { metric: 'c' } } }),
  latency: sloOf({ latency: { service: 's', namespace: 'n', atMost: 200 } }),
  metric: sloOf({ latency: { service: 's', metric: { metric: 'd.seconds' }, quantile: 0.9, atMost: 0.2 } }),
}

function inFolder<T>(files: Record<string, unknown>, work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'keelway-rules-'))
  try {
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(folder, name), typeof content === 'string' ? content : stringify(content))
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const run = (...args: string[]) => spawnSync(promtool, args, { encoding: 'utf8' })

describe('rules of an objective', () => {
  needs('promtool', promtool)('are rules to promtool, and so is every query of the dashboard', () => {
    for (const [name, slo] of Object.entries(slos)) {
      const queries = JSON.stringify(sloDashboard(monitor, slo), (key, value) =>
        key === 'datasource' ? undefined : value,
      )
      const exprs = [...queries.matchAll(/"expr":"((?:[^"\\]|\\.)*)"/g)].map(([, expr]) =>
        JSON.parse(`"${expr}"`),
      )
      expect(exprs.length).toBeGreaterThan(10)
      const drawn = { name: 'drawn', rules: exprs.map((expr, i) => ({ record: `panel:${i}`, expr })) }
      const checked = inFolder({ 'rules.yaml': { groups: [ruleGroup(monitor, slo), drawn] } }, folder =>
        run('check', 'rules', join(folder, 'rules.yaml')),
      )
      expect(checked.stdout + checked.stderr, name).toContain('SUCCESS')
      expect(checked.status, name).toBe(0)
    }
  })

  test('can not be written for scores, and say where Prometheus counts a little differently', () => {
    expect(() => ruleGroup(monitor, sloOf({ score: { route, name: 'polite' } }))).toThrow(NotInMetrics)
  })

  test('have a name, a severity and the windows for whoever is paged', () => {
    const alerts = ruleGroup(monitor, slos.calls).rules.filter(
      (rule): rule is AlertingRule => 'alert' in rule,
    )
    expect(alerts.map(({ labels }) => [labels.severity, labels.long, labels.short])).toEqual([
      ['page', '1h', '5m'],
      ['page', '6h', '30m'],
      ['ticket', '1d', '2h'],
      ['ticket', '3d', '6h'],
    ])
    expect(alerts[0]?.annotations).toEqual({
      summary: 'calls of triage: errors use up the budget more than 13.44 times too fast',
      description:
        'More than 13.44 % of events were bad over 1h and over the last 5m; objective 99 % in 28d (Monitor shop/a-b).',
    })
  })
})

/** Counts by the minute: quiet, an outage, a long slow burn, noise at little traffic. */
const histories: Record<
  string,
  { slo: Slo; minutes: number; at(minute: number, random: () => number): [number, number] }
> = {
  outage: { slo: slos.bad, minutes: 200, at: minute => [120, minute >= 100 && minute < 130 ? 30 : 0] },
  'slow burn': { slo: slos.bad, minutes: 220, at: minute => [600, minute >= 30 && minute < 170 ? 5 : 0] },
  noise: {
    slo: slos.bad,
    minutes: 220,
    at: (_, random) => {
      const events = random() < 0.3 ? 1 : 0
      return [events, events && random() < 0.05 ? 1 : 0]
    },
  },
  'little traffic': {
    slo: slos.bad,
    minutes: 220,
    at: minute => (minute % 5 === 0 ? [1, minute > 120 && minute < 200 ? 1 : 0] : [0, 0]),
  },
}

describe('Prometheus and the evaluator', () => {
  for (const [name, { slo, minutes, at }] of Object.entries(histories))
    needs('promtool', promtool)(`agree at every minute: ${name}`, () => {
      const random = seededRandom(3)
      const counted = Array.from({ length: minutes }, (_, minute) => at(minute, random))
      const buckets = counted.map(([valid, bad], i): EventBucket => ({ at: i * lookMs, valid, bad }))
      const counts = eventCounts(buckets)
      const group = ruleGroup(monitor, slo)
      const alerts = group.rules.filter((rule): rule is AlertingRule => 'alert' in rule)
      const expected = Array.from({ length: minutes }, (_, minute) => {
        const { burns } = evaluateSlo(objectiveOf(slo), counts, minute * lookMs)
        return burns.flatMap(({ burning, longMs }) => (burning ? [windowText(longMs)] : []))
      })
      const total = (index: 0 | 1) =>
        counted.reduce((sums, pair) => sums.concat((sums.at(-1) ?? 0) + pair[index]), [0]).join(' ')
      const test = {
        rule_files: ['rules.yaml'],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: [
              { series: 'a{service_name="s"}', values: total(0) },
              { series: 'c{service_name="s"}', values: total(1) },
            ],
            alert_rule_test: expected.map((long, minute) => ({
              eval_time: `${minute}m`,
              alertname: 'KeelwayErrorBudgetBurn',
              exp_alerts: alerts
                .filter(({ labels }) => long.includes(labels.long ?? ''))
                .map(({ labels, annotations }) => ({ exp_labels: labels, exp_annotations: annotations })),
            })),
          },
        ],
      }
      const judged = inFolder({ 'rules.yaml': { groups: [group] }, 'test.yaml': test }, folder =>
        run('test', 'rules', join(folder, 'test.yaml')),
      )
      expect(judged.stdout + judged.stderr).toContain('SUCCESS')
      if (name !== 'noise') expect(expected.some(long => long.length > 0)).toBe(true)
    })
})
