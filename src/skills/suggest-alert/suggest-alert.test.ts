import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { admit } from '../../api/admission.ts'
import type { Resource } from '../../api/kind.ts'
import { Monitor } from '../../api/kinds/monitor.ts'
import type { MetricPoint } from '../../telemetry/signals/signal.ts'
import { skillScene } from '../context.fake.ts'
import { skillSuite } from '../skill.contract.ts'
import { suggestAlert } from './suggest-alert.ts'

const start = Date.UTC(2026, 0, 15, 10)
const minute = 60_000
const incident = {
  apiVersion: 'keelway.dev/v1alpha1',
  kind: 'Incident',
  metadata: { name: 'checkout-1', namespace: 'shop' },
  spec: {
    title: 'x',
    severity: 'page',
    services: ['checkout'],
    startedAt: new Date(start).toISOString(),
    symptoms: [],
    decisions: [],
  },
  status: { phase: 'Closed', closedAt: new Date(start + 60 * minute).toISOString() },
}

/** Requests by the minute, as a histogram and a counter by code: 600 a minute. */
function requests(
  days: number,
  failing: (at: number) => number,
  seconds: (at: number) => number,
): MetricPoint[] {
  const points: MetricPoint[] = []
  const resource = { service: 'checkout', namespace: 'shop' }
  for (let at = start - days * 86_400_000; at < start + 60 * minute; at += minute) {
    const bad = failing(at)
    for (const [code, value] of [
      ['200', 600 - bad],
      ['500', bad],
    ] as const) {
      const slow = seconds(at) > 1
      points.push({
        kind: 'metric',
        resource,
        at: at + 1000,
        start: at + 1000 - minute,
        name: 'http.server.request.duration',
        unit: 's',
        type: 'histogram',
        value: seconds(at) * value,
        distribution: {
          bounds: [0.1, 1, 10],
          counts: slow ? [0, 0, value, 0] : [0, value, 0, 0],
          sum: seconds(at) * value,
        },
        attributes: { 'http.response.status_code': code },
      })
    }
  }
  return points
}

skillSuite(suggestAlert)

describe('suggest-alert', () => {
  test('gives an objective that tells of the incident and of nothing before', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.add(incident)
    await scene.signals(
      requests(
        3,
        at => (at >= start ? 60 : at % (97 * minute) === 0 ? 3 : 0),
        () => 0.2,
      ),
    )
    const { output, drafts } = await scene.run(suggestAlert, { incident: 'checkout-1', days: 1 })
    expect(output).toMatchObject({ outcome: 'proposed' })
    const [draft] = drafts
    expect(draft?.changes[0]?.file).toBe('monitors/checkout-requests.yaml')
    const monitor = parse(output.monitor ?? '') as Resource
    expect(admit(Monitor, monitor).causes).toEqual([])
    expect(monitor).toMatchObject({ spec: { slo: { requests: { service: 'checkout' } } } })
    expect(output.text).toMatch(/would have told \(page\) .* and not once in the 1 day before/)
    expect(draft?.expected.signal).toEqual({ incident: 'checkout-1' })
    scene.add({ ...monitor, metadata: { ...monitor.metadata, namespace: 'shop' } })
    expect((await scene.run(suggestAlert, { incident: 'checkout-1', days: 1 })).output.text).toContain(
      'says that already',
    )
  }, 30_000)

  test('gives one about latency where only that moved', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.add(incident)
    await scene.signals(
      requests(
        2,
        () => 0,
        at => (at >= start ? 8 : 0.5),
      ),
    )
    const { output } = await scene.run(suggestAlert, { incident: 'checkout-1', days: 1 })
    expect(parse(output.monitor ?? '')).toMatchObject({
      spec: { slo: { objective: 95, latency: { service: 'checkout', quantile: 0.95 } } },
    })
  }, 30_000)

  test('says how often the quietest would have told, where none is silent', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.add(incident)
    const hourly = (at: number) => ((start - at) % (6 * 60 * minute) < 40 * minute ? 400 : 0)
    await scene.signals(
      requests(
        2,
        at => (at >= start ? 400 : hourly(at)),
        () => 0.2,
      ),
    )
    const { output, drafts } = await scene.run(suggestAlert, { incident: 'checkout-1', days: 1 })
    expect(output).toMatchObject({
      outcome: 'nothing',
      text: expect.stringMatching(/would have told \d+ times? in the 1 day before/),
    })
    expect(drafts).toEqual([])
  }, 30_000)

  test('abstains without requests, and where they did not show it', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.add(incident)
    expect((await scene.run(suggestAlert, { incident: 'checkout-1' })).output.text).toContain(
      'No requests of checkout',
    )
    await scene.signals(
      requests(
        1.2,
        () => 0,
        () => 0.2,
      ),
    )
    expect((await scene.run(suggestAlert, { incident: 'checkout-1', days: 1 })).output.text).toContain(
      'did not show in them',
    )
    expect((await scene.run(suggestAlert, { incident: 'none' })).output.outcome).toBe('nothing')
  }, 30_000)
})
