import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { needs, program } from '../../../test/needs.ts'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import { parseExposition } from './exposition.world.ts'
import { fullCall } from './full-call.world.ts'
import { type MetricKey, metricTable, prometheusName } from './metric-table.ts'
import { createMetrics, textOf } from './metrics.ts'
import { conventions } from './names.ts'

const valueIn = (text: string, name: string, labels: Record<string, string> = {}): number | undefined =>
  parseExposition(text).samples.find(
    sample =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value

const full = (fields: Partial<CallRecord> = {}) => fullCall(fields)

test('a call is told under the names, units and buckets of the conventions', async () => {
  const metrics = createMetrics()
  metrics.observe(full(), 11)
  const text = await metrics.text()
  const labels = {
    gen_ai_operation_name: 'chat',
    gen_ai_provider_name: 'openai',
    gen_ai_request_model: 'gpt-5-mini',
    keelway_namespace: 'support',
    keelway_route: 'triage',
    keelway_arm: 'candidate',
  }
  const usage = 'gen_ai_client_token_usage'
  expect(valueIn(text, `${usage}_sum`, { ...labels, gen_ai_token_type: 'input' })).toBe(1200)
  expect(valueIn(text, `${usage}_sum`, { ...labels, gen_ai_token_type: 'output' })).toBe(90)
  expect(valueIn(text, `${usage}_bucket`, { gen_ai_token_type: 'output', le: '256' })).toBe(1)
  expect(valueIn(text, `${usage}_bucket`, { gen_ai_token_type: 'output', le: '64' })).toBe(0)
  expect(valueIn(text, 'gen_ai_client_operation_duration_seconds_sum', labels)).toBe(1.5)
  expect(valueIn(text, 'gen_ai_client_operation_duration_seconds_bucket', { le: '81.92' })).toBe(1)
  expect(valueIn(text, 'gen_ai_client_operation_time_to_first_chunk_seconds_sum', labels)).toBe(0.5)
  expect(valueIn(text, 'gen_ai_client_operation_time_per_output_chunk_seconds_count', labels)).toBe(10)
  expect(valueIn(text, 'gen_ai_client_operation_time_per_output_chunk_seconds_sum', labels)).toBeCloseTo(1)
  expect(valueIn(text, 'gen_ai_server_time_per_output_token_seconds_count', labels)).toBe(1)
  expect(valueIn(text, 'keelway_tokens_total', { keelway_token_bucket: 'cacheRead' })).toBe(200)
  expect(valueIn(text, 'keelway_cost_usd_total', labels)).toBe(0.0125)
  expect(valueIn(text, 'keelway_attempts_failed_total', { error_type: 'provider_timeout' })).toBe(1)
  expect(
    valueIn(text, 'keelway_guard_verdicts_total', {
      keelway_guardrail: 'basic',
      keelway_guardrail_rule: 'injection',
      keelway_guardrail_verdict: 'deny',
      keelway_guardrail_action: 'none',
    }),
  ).toBe(1)
})

test('an unknown cost is counted as unknown and adds nothing', async () => {
  const metrics = createMetrics()
  const { costUsd: _, ...unpriced } = full()
  metrics.observe(unpriced)
  const text = await metrics.text()
  expect(valueIn(text, 'keelway_calls_unpriced_total')).toBe(1)
  expect(valueIn(text, 'keelway_cost_usd_total')).toBeUndefined()
})

test('errors have a label, refusals by a budget a count, and models that run here are told as a server', async () => {
  const metrics = createMetrics()
  metrics.observe(full({ status: 429, error: 'budget_exceeded' }))
  metrics.observe(full({ provider: 'model', model: 'linear-text' }))
  const text = await metrics.text()
  expect(
    valueIn(text, 'gen_ai_client_operation_duration_seconds_count', { error_type: 'budget_exceeded' }),
  ).toBe(1)
  expect(valueIn(text, 'keelway_calls_refused_total', { error_type: 'budget_exceeded' })).toBe(1)
  expect(valueIn(text, 'gen_ai_server_request_duration_seconds_count')).toBe(1)
})

test.each(conventions)(
  'in the conventions %s every metric is told under its name, even before its first call',
  async convention => {
    const metrics = createMetrics({ convention })
    const before = parseExposition(await metrics.text()).types
    for (const key of Object.keys(metricTable) as MetricKey[])
      expect(before.get(prometheusName(key, convention))).toBe(metricTable[key].type)
    metrics.observe(full())
    const after = parseExposition(await metrics.text())
    expect(new Set(after.types.keys())).toEqual(new Set(before.keys()))
  },
)

test('the newer conventions tell input and output apart by name', async () => {
  const metrics = createMetrics({ convention: 'genai' })
  metrics.observe(full())
  const text = await metrics.text()
  expect(valueIn(text, 'gen_ai_client_inference_usage_operation_input_tokens_sum')).toBe(1200)
  expect(text).not.toContain('gen_ai_token_type')
})

test('what several processes counted becomes one text: sums, the oldest snapshot, the worst connection', async () => {
  const gauges = [
    { snapshotAge: 3, connected: 1, workers: 1, open: 5 },
    { snapshotAge: 9, connected: 0, workers: 1, open: 7 },
  ]
  const all = gauges.map(values => createMetrics({ gauges: () => values, processMetrics: true }))
  for (const metrics of all) metrics.observe(full())
  const text = await textOf(await Promise.all(all.map(metrics => metrics.json())))
  expect(valueIn(text, 'keelway_snapshot_age_seconds')).toBe(9)
  expect(valueIn(text, 'keelway_control_plane_connected')).toBe(0)
  expect(valueIn(text, 'keelway_workers')).toBe(2)
  expect(valueIn(text, 'keelway_requests_open')).toBe(12)
  expect(valueIn(text, 'keelway_cost_usd_total')).toBe(0.025)
  expect(valueIn(text, 'gen_ai_client_operation_duration_seconds_count')).toBe(2)
  expect(valueIn(text, 'process_resident_memory_bytes')).toBeGreaterThan(1e6)
})

test('names with quotes, line ends and backslashes do not break the text', async () => {
  const metrics = createMetrics()
  metrics.observe(full({ model: 'a"b\\c\nd' }))
  expect(
    valueIn(await metrics.text(), 'keelway_cost_usd_total', { gen_ai_request_model: 'a\\"b\\\\c\\nd' }),
  ).toBe(0.0125)
})

test('the number of series is bounded, and calls beyond are counted under _other', async () => {
  const metrics = createMetrics({ maxSeries: 10 })
  for (let i = 0; i < 100; i++) {
    const attempts = [{ provider: `p${i}`, model: 'm', error: 'provider_timeout', latencyMs: 1 }]
    metrics.observe(full({ model: `model-${i}`, attempts }))
  }
  for (let i = 0; i < 100; i++) metrics.observe(full({ model: 'model-0', error: `e${i}` }))
  const { samples } = parseExposition(await metrics.text())
  const of = (name: string) => samples.filter(sample => sample.name === name)
  expect(of('keelway_cost_usd_total')).toHaveLength(11)
  expect(of('keelway_attempts_failed_total')).toHaveLength(11)
  expect(of('gen_ai_client_operation_duration_seconds_count').length).toBeLessThan(70)
  const total = of('gen_ai_client_operation_duration_seconds_count').reduce(
    (sum, { value }) => sum + value,
    0,
  )
  expect(total).toBe(200)
})

const promtool = program('promtool')
needs('promtool', promtool)('promtool finds nothing wrong', async () => {
  const metrics = createMetrics({ processMetrics: true })
  metrics.observe(full(), 11)
  const checked = spawnSync(promtool ?? '', ['check', 'metrics'], { input: await metrics.text() })
  expect(checked.stderr.toString()).not.toMatch(/error/i)
})
