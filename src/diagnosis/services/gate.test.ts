import { expect, test } from 'vitest'
import { findingsOf } from './findings.ts'
import { gated } from './gate.ts'
import { type Scene, sceneOf } from './scene.ts'
import { caseWith, ONSET } from './services.world.ts'
import type { Suspect, View } from './views/view.ts'

const sceneWith = (metric?: string): Scene => {
  const alerts = metric === undefined ? [] : [{ metric }]
  const scene = sceneOf(caseWith({ incident: { startedAt: ONSET, alerts } }))
  if (!scene) throw new Error('an incident with a start has a scene')
  return scene
}

const suspect = (service: string, score: number): Suspect => ({
  ...{ service, score, rule: 'made', class: 'unknown', what: 'is slow' },
  evidence: [{ source: 'traces', detail: 'seen' }],
})

const view = (
  name: string,
  relevance: number,
  suspects: readonly Suspect[],
  alerts: View['alerts'] = [],
): View => ({
  ...{ name, alerts },
  look: () => ({ relevance, suspects }),
})

const leaderOf = (views: readonly View[], metric?: string) => gated(sceneWith(metric), views)

test('of clear views the first of the chain from causes to effects leads, however clear the later are', () => {
  const views = [view('full', 0.6, [suspect('a', 1)]), view('slow', 0.9, [suspect('b', 1)])]
  expect(leaderOf(views)).toMatchObject({
    view: { name: 'full' },
    ranked: [{ service: 'a' }, { service: 'b' }],
  })
})

test('where none is clear the clearest leads', () => {
  const views = [view('full', 0.2, [suspect('a', 1)]), view('slow', 0.4, [suspect('b', 1)])]
  expect(leaderOf(views)?.view.name).toBe('slow')
})

test('the class of the alert is asked before other classes, but not before what is used up', () => {
  const views = [
    view('full', 0.1, []),
    view('slow', 0.6, [suspect('a', 1)], ['latency']),
    view('failing', 0.6, [suspect('b', 1)], ['errors']),
  ]
  expect(leaderOf(views)?.view.name).toBe('slow')
  expect(leaderOf(views, 'error_rate')?.view.name).toBe('failing')
  expect(leaderOf([view('full', 0.6, [suspect('c', 1)]), ...views.slice(1)], 'error_rate')?.view.name).toBe(
    'full',
  )
})

test('other views decide between what the leading one sees nearly alike, and never more', () => {
  const support = view('failing', 0.8, [suspect('b', 1)])
  const near = [view('slow', 0.9, [suspect('a', 1), suspect('b', 0.95)]), support]
  const far = [view('slow', 0.9, [suspect('a', 1), suspect('b', 0.5)]), support]
  expect(leaderOf(near)?.ranked[0]).toMatchObject({ service: 'b', support: [{ service: 'b' }] })
  expect(leaderOf(far)?.ranked[0]?.service).toBe('a')
})

test('what is hardly relevant stays below what is told as a cause', () => {
  const scene = sceneWith()
  const verdict = gated(scene, [view('slow', 0.2, [suspect('a', 1), suspect('b', 0.9)])])
  const findings = verdict ? findingsOf(scene, verdict) : []
  expect(findings.map(({ strength }) => strength < 0.3)).toEqual([true, true])
})

test('nothing seen is no verdict', () => {
  expect(leaderOf([view('slow', 0.9, [])])).toBeUndefined()
})
