import { describe, expect, test } from 'vitest'
import { skillScene } from '../context.fake.ts'
import { skillSuite } from '../skill.contract.ts'
import { changesOf, summariseRelease } from './summarise-release.ts'

const release = (name: string, bundle: object, status: object) => ({
  apiVersion: 'keelway.dev/v1alpha1',
  kind: 'RouteRelease',
  metadata: { name, namespace: 'shop', creationTimestamp: `2026-01-0${name.at(-1)}T00:00:00Z` },
  spec: { route: 'triage', digest: `sha256:${'a'.repeat(64)}`, bundle, decisions: [] },
  status,
})
const prompt = (line: string) => ({
  messages: [
    {
      role: 'system',
      content: `You sort the mail of a shop into billing, parcel and other, with one word.\n${line}\n`,
    },
  ],
})
const before = {
  serve: 'provider',
  model: 'small',
  parameters: { temperature: 0 },
  prompt: prompt('Be brief.'),
}
const after = {
  serve: 'provider',
  model: 'large',
  parameters: { temperature: 0 },
  prompt: prompt('Apologise first.'),
}
const commits = [
  { revision: 'c'.repeat(40), author: 'Bo <bo@x>', title: 'Friendlier\u202e', delivery: 'shop/shop' },
]

skillSuite(summariseRelease)

describe('summarise-release', () => {
  test('says prompt, model, gates, evidence and verdict', async () => {
    await using scene = await skillScene()
    scene.add(release('triage-1', before, { phase: 'Live' }))
    scene.add(
      release('triage-2', after, {
        phase: 'RolledBack',
        baseline: 'triage-1',
        commits,
        gates: [{ gate: 'evaluation', state: 'open', message: 'passed', run: 'run-1' }],
        evidence: [{ metric: 'correct', message: 'E = 24 of 20', stable: 0.93, candidate: 0.78, units: 212 }],
        verdict: { decision: 'rollback', reason: 'quality', message: 'worse by 15 points', at: '' },
      }),
    )
    scene.add({
      apiVersion: 'keelway.dev/v1alpha1',
      kind: 'EvaluationRun',
      metadata: { name: 'run-1', namespace: 'shop' },
      spec: {},
      status: {
        criteria: [{ scorer: 'correct', condition: 'n > 0.8', verdict: 'True', message: '0.9 of 0.8' }],
      },
    })
    const { output } = await scene.run(summariseRelease, { release: 'triage-2' })
    expect(output.text.split('\n')).toEqual([
      'triage-2 of route triage is RolledBack.',
      'It came with cccccccccccc "Friendlier" by Bo <bo@x>.',
      'Against triage-1: 2 changes.',
      '- model: model: small → large',
      '- prompt: prompt.messages.0.content − Be brief. + Apologise first.',
      'Gate evaluation is open: passed',
      '- correct n > 0.8: True, 0.9 of 0.8',
      'Metric correct: 0.93 → 0.78 (212 units), E = 24 of 20',
      'Verdict: rollback (quality): worse by 15 points',
    ])
    expect(output).toMatchObject({ baseline: 'triage-1', commits: [{ revision: 'c'.repeat(40) }] })
  })

  test('takes the newest of a route, and says when there is none before it', async () => {
    await using scene = await skillScene()
    scene.add(release('triage-1', before, {}))
    scene.add(release('triage-2', after, {}))
    const newest = await scene.run(summariseRelease, { route: 'triage' })
    expect(newest.output.release).toBe('triage-2')
    expect(newest.output.text).toContain('It is the first release of its route')
    scene.add({
      apiVersion: 'keelway.dev/v1alpha1',
      kind: 'ModelRoute',
      metadata: { name: 'triage', namespace: 'shop' },
      spec: {},
      status: { stable: 'triage-1' },
    })
    expect((await scene.run(summariseRelease, { route: 'triage' })).output.release).toBe('triage-1')
  })

  test('knows nothing of what is not there', async () => {
    await using scene = await skillScene()
    for (const input of [{}, { release: 'x' }, { route: 'x' }])
      expect((await scene.run(summariseRelease, input)).output.outcome).toBe('nothing')
  })
})

test('equal bundles have no changes', () => {
  expect(changesOf(before, structuredClone(before))).toEqual([])
})
