import { describe, expect, test } from 'vitest'
import type { EventRecord } from '../../telemetry/signals/signal.ts'
import { skillScene } from '../context.fake.ts'
import { valueAt } from '../drafts/pointer.ts'
import { skillSuite } from '../skill.contract.ts'
import { tuneProbe } from './tune-probe.ts'

const now = Date.UTC(2026, 0, 15, 12)
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: checkout }
spec:
  template:
    spec:
      containers:
        - name: checkout
          image: a
          # agreed with the team
          livenessProbe: { httpGet: { path: /healthz, port: 8080 }, periodSeconds: 5, failureThreshold: 3 }
          readinessProbe: { httpGet: { path: /ready, port: 8080 } }
`
const failed = (message: string, count = 6): EventRecord => ({
  kind: 'event',
  resource: { service: 'checkout', namespace: 'shop', workload: 'Deployment/checkout' },
  at: now - 600_000,
  source: 'kubernetes',
  reason: 'Unhealthy',
  severity: 'warning',
  message,
  key: message,
  count,
  attributes: {},
})
const notUp =
  'Liveness probe failed: Get "http://10.0.0.4:8080/healthz": dial tcp 10.0.0.4:8080: connect: connection refused'
const late =
  'Readiness probe failed: Get "http://10.0.0.4:8080/ready": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
const unwell = 'Liveness probe failed: HTTP probe failed with statuscode: 500'
const container = '/spec/template/spec/containers/0'

skillSuite(tuneProbe)

describe('tune-probe', () => {
  test('holds the liveness probe back until slow starts are through', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    await scene.signals([failed(notUp)])
    const { output, drafts } = await scene.run(tuneProbe, {
      service: 'checkout',
      startSeconds: [20, 41.5, 30],
    })
    expect(output.text).toContain('Starts took up to 41.5 s (3 starts), and the probe gives up after 15 s.')
    const [draft] = drafts
    if (!draft) throw new Error('no draft')
    expect(valueAt(scene.applied(draft)['Deployment/checkout'], `${container}/startupProbe`)).toEqual({
      httpGet: { path: '/healthz', port: 8080 },
      periodSeconds: 5,
      failureThreshold: 13,
    })
  })

  test('reads starts from kube-state-metrics, and doubles what it has where none came through', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    const pod = (instance: string, name: string, value: number) => ({
      kind: 'metric' as const,
      resource: { service: 'checkout', namespace: 'shop', instance },
      at: now - 300_000,
      name,
      type: 'gauge' as const,
      value,
      attributes: {},
    })
    await scene.signals([failed(notUp)])
    const blind = await scene.run(tuneProbe, { service: 'checkout' })
    expect(blind.drafts[0]?.changes[0]?.operations?.at(-1)).toMatchObject({
      value: { failureThreshold: 6, periodSeconds: 5 },
    })
    await scene.signals([
      pod('a', 'kube_pod_container_state_started', 1_768_000_000),
      pod('a', 'kube_pod_status_ready_time', 1_768_000_060),
    ])
    expect((await scene.run(tuneProbe, { service: 'checkout' })).output).toMatchObject({
      starts: 1,
      slowestStart: 60,
    })
  })

  test('waits longer for answers that come late', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    await scene.signals([failed(late)])
    const { drafts, output } = await scene.run(tuneProbe, {
      object: 'Deployment/shop/checkout',
      incident: 'i',
    })
    const [draft] = drafts
    if (!draft) throw new Error('no draft')
    expect(output.text).toContain('no answer within 1 second 6 times')
    expect(
      valueAt(scene.applied(draft)['Deployment/checkout'], `${container}/readinessProbe/timeoutSeconds`),
    ).toBe(2)
  })

  test('does not hide that a container says it is unwell', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    await scene.signals([failed(unwell, 20), failed(notUp, 3)])
    const { output, drafts } = await scene.run(tuneProbe, { service: 'checkout' })
    expect(output).toMatchObject({ outcome: 'refused', text: expect.stringContaining('statuscode: 500') })
    expect(drafts).toEqual([])
  })

  test('abstains where probes hold, and of what is not in Git', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    await scene.signals([failed(notUp, 1)])
    expect((await scene.run(tuneProbe, { service: 'checkout' })).output.outcome).toBe('nothing')
    expect((await scene.run(tuneProbe, { service: 'cart' })).output.outcome).toBe('nothing')
    expect((await scene.run(tuneProbe, {})).output.outcome).toBe('refused')
  })
})
