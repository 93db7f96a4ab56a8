import { describe, expect, test } from 'vitest'
import { skillScene } from '../context.fake.ts'
import { skillSuite } from '../skill.contract.ts'
import { suggestDashboard } from './suggest-dashboard.ts'

const monitor = (name: string, slo: object) => ({
  apiVersion: 'keelway.dev/v1alpha1',
  kind: 'Monitor',
  metadata: { name, namespace: 'shop' },
  spec: { slo: { objective: 99.5, window: '30d', minEvents: 10, ...slo } },
})
const incident = {
  apiVersion: 'keelway.dev/v1alpha1',
  kind: 'Incident',
  metadata: { name: 'checkout-1', namespace: 'shop' },
  spec: {
    title: 'x',
    severity: 'page',
    services: ['checkout', 'cart'],
    startedAt: '',
    symptoms: [],
    decisions: [],
  },
}

skillSuite(suggestDashboard)

describe('suggest-dashboard', () => {
  test('draws all objectives of the services of an incident, and says what is not watched', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.add(incident)
    scene.add(monitor('checkout-errors', { requests: { service: 'checkout' } }))
    scene.add(monitor('checkout-latency', { latency: { service: 'checkout', quantile: 0.95, atMost: 250 } }))
    scene.add(monitor('other', { requests: { service: 'mail' } }))
    const { output, drafts } = await scene.run(suggestDashboard, { incident: 'checkout-1' })
    expect(output).toMatchObject({
      outcome: 'proposed',
      file: 'docs/dashboards/checkout-1.json',
      monitors: ['checkout-errors', 'checkout-latency'],
      without: ['cart'],
    })
    const dashboard = JSON.parse(drafts[0]?.changes[0]?.content ?? '') as {
      schemaVersion: number
      panels: { id: number; type: string; gridPos: { x: number; y: number; w: number; h: number } }[]
    }
    expect(dashboard.schemaVersion).toBe(39)
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    expect(dashboard.panels.filter(({ type }) => type === 'row')).toHaveLength(2)
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    )
    expect(new Set(cells).size, 'no panel lies on another').toBe(cells.length)
    scene.commit({ 'docs/dashboards/checkout-1.json': drafts[0]?.changes[0]?.content ?? '' })
    const again = await scene.run(suggestDashboard, { incident: 'checkout-1' })
    expect(again.output.outcome).toBe('nothing')
  })

  test('abstains where nothing is watched, and of incidents that are not there', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    expect((await scene.run(suggestDashboard, { service: 'checkout' })).output).toMatchObject({
      outcome: 'nothing',
      text: expect.stringContaining('No Monitor watches checkout'),
    })
    expect((await scene.run(suggestDashboard, { incident: 'none' })).output.outcome).toBe('nothing')
  })

  test('shows calls of a route', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.add(monitor('triage', { calls: { route: { ref: 'triage' } } }))
    const { drafts } = await scene.run(suggestDashboard, { route: 'triage' })
    expect(drafts[0]).toMatchObject({ expected: { signal: { service: 'triage', figure: 'rate', above: 0 } } })
  })
})
