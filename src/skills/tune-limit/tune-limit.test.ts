import { describe, expect, test } from 'vitest'
import type { MetricPoint } from '../../telemetry/signals/signal.ts'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import { skillScene } from '../context.fake.ts'
import { valueAt } from '../drafts/pointer.ts'
import { skillSuite } from '../skill.contract.ts'
import { tuneLimit } from './tune-limit.ts'

const now = Date.UTC(2026, 0, 15, 12)
const Mi = 2 ** 20
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: checkout }
spec:
  template:
    spec:
      containers:
        - name: checkout
          image: a
          resources: { requests: { cpu: 200m, memory: 128Mi }, limits: { cpu: 500m, memory: 256Mi } }
`
const limits = '/spec/template/spec/containers/0/resources/limits'

function metric(
  name: string,
  type: MetricPoint['type'],
  value: (step: number) => number,
  days = 2,
): MetricPoint[] {
  const from = now - days * 86_400_000
  return Array.from({ length: days * 288 }, (_, step) => ({
    kind: 'metric',
    resource: { service: 'checkout', namespace: 'shop', workload: 'Deployment/checkout', instance: 'a' },
    at: from + step * 300_000,
    name,
    type,
    value: value(step),
    attributes: { container: 'checkout' },
  }))
}

const route = `apiVersion: keelway.dev/v1alpha1
kind: ModelRoute
metadata: { name: triage }
spec:
  model: triage
  serve:
    provider: { ref: openai, model: m }
    parameters: { max_tokens: 200 } # short answers
`
const call = (i: number, more: Partial<CallRecord>): CallRecord => ({
  id: `${i}`,
  at: now - i * 1000,
  namespace: 'shop',
  route: 'triage',
  release: 'triage-1',
  digest: 'sha256:1',
  arm: 'stable',
  phase: '',
  unit: `${i}`,
  accessKey: 'k',
  status: 200,
  latencyMs: 2000,
  streamed: false,
  provider: 'openai',
  model: 'm',
  usageSource: 'provider',
  finish: 'stop',
  ...more,
})

skillSuite(tuneLimit)

describe('tune-limit', () => {
  test('raises a memory limit after kills', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    const { output, drafts } = await scene.run(tuneLimit, {
      service: 'checkout',
      killed: true,
      incident: 'i',
    })
    expect(output).toMatchObject({ outcome: 'proposed', limit: '356Mi' })
    expect(valueAt(scene.applied(drafts[0] ?? never())['Deployment/checkout'], limits)).toEqual({
      cpu: '500m',
      memory: '356Mi',
    })
  })

  test('raises a CPU limit that throttles, and leaves one that does not', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    await scene.signals([
      ...metric('container_cpu_usage_seconds_total', 'counter', step => step * 300 * 0.45),
      ...metric('container_cpu_cfs_periods_total', 'counter', step => step * 3000),
      ...metric('container_cpu_cfs_throttled_periods_total', 'counter', step => step * 900),
    ])
    const { output } = await scene.run(tuneLimit, { service: 'checkout', resource: 'cpu' })
    expect(output).toMatchObject({
      limit: '750m',
      text: expect.stringContaining('throttled in 30 % of periods'),
    })
    await using calm = await skillScene({ 'a.yaml': deployment })
    await calm.signals([
      ...metric('container_cpu_cfs_periods_total', 'counter', step => step * 3000),
      ...metric('container_cpu_cfs_throttled_periods_total', 'counter', step => step * 30),
    ])
    expect((await calm.run(tuneLimit, { service: 'checkout', resource: 'cpu' })).output.outcome).toBe(
      'nothing',
    )
  })

  test('refuses limits that would kill or that no cluster takes', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    await scene.signals(metric('container_memory_working_set_bytes', 'gauge', () => 200 * Mi))
    const run = async (resource: 'memory' | 'cpu', value: string) =>
      (await scene.run(tuneLimit, { service: 'checkout', resource, value })).output
    expect(await run('memory', '100Mi')).toMatchObject({
      outcome: 'refused',
      text: expect.stringContaining('below the 200Mi'),
    })
    expect(await run('cpu', '100m')).toMatchObject({
      outcome: 'refused',
      text: expect.stringContaining('below its request'),
    })
    expect(await run('memory', 'much')).toMatchObject({ outcome: 'refused' })
    expect(await run('memory', '256Mi')).toMatchObject({ outcome: 'nothing' })
    expect(await run('memory', '1Gi')).toMatchObject({ outcome: 'proposed', limit: '1Gi' })
    expect((await scene.run(tuneLimit, {})).output.outcome).toBe('refused')
  })

  test('gives the calls of a route more time, and answers more room', async () => {
    await using scene = await skillScene({ 'r.yaml': route })
    const calls = Array.from({ length: 200 }, (_, i) =>
      call(
        i,
        i % 10 === 0
          ? { error: 'provider_timeout', status: 504 }
          : i % 4 === 0
            ? { finish: 'length' }
            : { latencyMs: 9000 },
      ),
    )
    await scene.telemetry.append(calls, [])
    const time = await scene.run(tuneLimit, { route: 'triage', resource: 'firstToken' })
    expect(time.output.text).toContain('10 % of 200 calls timed out')
    expect(
      valueAt(scene.applied(time.drafts[0] ?? never())['ModelRoute/triage'], '/spec/serve/resilience'),
    ).toEqual({ firstToken: '14s' })
    const tokens = await scene.run(tuneLimit, { route: 'triage', resource: 'maxTokens' })
    expect(tokens.output.limit).toBe('400')
    const short = await scene.run(tuneLimit, { route: 'triage', resource: 'firstToken', value: '3s' })
    expect(short.output).toMatchObject({ outcome: 'refused' })
    expect((await scene.run(tuneLimit, { route: 'none', resource: 'maxTokens' })).output.outcome).toBe(
      'nothing',
    )
  })
})

const never = (): never => {
  throw new Error('no draft')
}
