import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../lib/random.ts'
import type { CallRecord, Feedback } from '../../telemetry/telemetry.ts'
import { type SkillScene, skillScene } from '../context.fake.ts'
import { skillSuite } from '../skill.contract.ts'
import { lowerTail, pairedDifference, tQuantile, unpairedDifference } from './difference.ts'
import { promptRegression } from './prompt-regression.ts'

const now = Date.UTC(2026, 0, 15, 12)
const prompt = (line: string) => `apiVersion: keelway.dev/v1alpha1
kind: Prompt
metadata: { name: triage }
spec: { messages: [{ role: system, content: "${line}" }] }
`
const route = {
  apiVersion: 'keelway.dev/v1alpha1',
  kind: 'ModelRoute',
  metadata: { name: 'triage', namespace: 'shop' },
  spec: { rollout: { closeAfter: '1m' } },
}
const release = (name: string, line: string, revision: string, status: object = {}) => ({
  apiVersion: 'keelway.dev/v1alpha1',
  kind: 'RouteRelease',
  metadata: { name, namespace: 'shop' },
  spec: { route: 'triage', digest: `sha256:${name}`, bundle: { prompt: line, model: 'm' }, decisions: [] },
  status: {
    phase: 'Live',
    commits: [{ revision, author: 'Bo <bo@x>', title: 'Friendlier', delivery: 'shop/shop' }],
    inputs: [{ kind: 'Prompt', name: 'triage', files: ['p.yaml'] }],
    ...status,
  },
})
const call = (id: string, name: string, more: Partial<CallRecord>): CallRecord => ({
  id,
  at: now - 3_600_000,
  namespace: 'shop',
  route: 'triage',
  release: name,
  digest: name,
  arm: 'stable',
  phase: '',
  unit: id,
  accessKey: 'k',
  status: 200,
  latencyMs: 100,
  streamed: false,
  provider: 'p',
  model: 'm',
  usageSource: 'provider',
  ...more,
})

/** Shadow answers of a candidate to the same input, each with a score that a scorer gave. */
async function shadowed(
  scene: SkillScene,
  candidate: string,
  n: number,
  rates: { before: number; after: number },
): Promise<void> {
  const random = seededRandom(7)
  const calls: CallRecord[] = []
  const feedback: Feedback[] = []
  const phase = `${candidate}/1/shadow`
  for (let i = 0; i < n; i++) {
    const at = now - 3_600_000 + i * 1000
    calls.push(call(`${candidate}-s${i}`, 'triage-1', { at, phase, unit: `u${i}`, inputDigest: `d${i}` }))
    calls.push(
      call(`${candidate}-c${i}`, candidate, {
        at: at + 1,
        phase,
        unit: `u${i}`,
        arm: 'shadow',
        pair: `${candidate}-s${i}`,
        inputDigest: `d${i}`,
      }),
    )
    for (const [id, rate] of [
      [`${candidate}-s${i}`, rates.before],
      [`${candidate}-c${i}`, rates.after],
    ] as const)
      feedback.push({
        call: id,
        at: at + 2,
        scores: { correct: random() < rate ? 1 : 0, polite: 1 },
        source: 'scorer',
      })
  }
  await scene.telemetry.append(calls, feedback)
}

async function twoReleases(): Promise<{ scene: SkillScene; bad: string }> {
  const scene = await skillScene({ 'p.yaml': prompt('Be brief.') })
  const good = scene.repository.git('rev-parse', 'HEAD')
  const bad = scene.commit({ 'p.yaml': prompt('Apologise.') }, 'Friendlier', 'Bo <bo@x>')
  scene.add(route)
  scene.add(release('triage-1', 'Be brief.', good))
  scene.add(release('triage-2', 'Apologise.', bad, { baseline: 'triage-1' }))
  return { scene, bad }
}

skillSuite(promptRegression)

describe('prompt-regression', () => {
  test('names commit, author, score and fall, and offers to take it back', async () => {
    const { scene, bad } = await twoReleases()
    await using _ = scene
    await shadowed(scene, 'triage-2', 200, { before: 0.95, after: 0.7 })
    const { output, drafts } = await scene.run(promptRegression, { route: 'triage' })
    expect(output).toMatchObject({
      outcome: 'proposed',
      compared: 2,
      regressions: [
        {
          release: 'triage-2',
          baseline: 'triage-1',
          score: 'correct',
          n: 200,
          paired: true,
          commit: bad,
          author: 'Bo <bo@x>',
          prompt: true,
        },
      ],
    })
    const [regression] = output.regressions
    expect(regression?.upper).toBeLessThan(0)
    expect(regression?.lower).toBeLessThan(regression?.difference ?? 0)
    expect(output.text).toContain('"Friendlier" by Bo <bo@x>. It changed prompt.')
    const [draft] = drafts
    expect(draft).toMatchObject({
      skill: 'prompt-regression',
      changes: [{ file: 'p.yaml', restore: scene.repository.git('rev-parse', `${bad}^`) }],
      expected: { signal: { service: 'triage', figure: 'score', metric: 'correct' }, within: '24h' },
    })
  })

  test('pairs calls outside of rollouts by the digest of their input', async () => {
    const { scene } = await twoReleases()
    await using _ = scene
    const calls = Array.from({ length: 60 }, (__, i) => [
      call(`a${i}`, 'triage-1', { at: now - 7_200_000 + i, inputDigest: `d${i}`, scores: { schema: 1 } }),
      call(`b${i}`, 'triage-2', { at: now - 3_600_000 + i, inputDigest: `d${i}`, scores: { schema: i % 2 } }),
    ]).flat()
    await scene.telemetry.append(calls, [])
    const { output } = await scene.run(promptRegression, { route: 'triage' })
    expect(output.regressions).toMatchObject([
      { score: 'schema', before: 1, after: 0.5, n: 60, paired: true },
    ])
  })

  test('abstains where chance explains it, and where too little is known', async () => {
    const { scene } = await twoReleases()
    await using _ = scene
    await shadowed(scene, 'triage-2', 10, { before: 1, after: 0 })
    expect((await scene.run(promptRegression, { route: 'triage' })).output.text).toContain(
      'Too little is known',
    )
    const { scene: other } = await twoReleases()
    await using __ = other
    await shadowed(other, 'triage-2', 150, { before: 0.9, after: 0.9 })
    const same = await other.run(promptRegression, { route: 'triage' })
    expect(same.output).toMatchObject({ outcome: 'nothing', compared: 2 })
    expect(same.drafts).toEqual([])
  })

  test('takes nothing back that is gone already', async () => {
    const { scene, bad } = await twoReleases()
    await using _ = scene
    scene.add(release('triage-2', 'Apologise.', bad, { baseline: 'triage-1', phase: 'RolledBack' }))
    await shadowed(scene, 'triage-2', 200, { before: 0.95, after: 0.7 })
    const { output, drafts } = await scene.run(promptRegression, { route: 'triage', score: 'correct' })
    expect(output).toMatchObject({
      outcome: 'answered',
      compared: 1,
      text: expect.stringContaining('is RolledBack already'),
    })
    expect(drafts).toEqual([])
    expect((await scene.run(promptRegression, { route: 'none' })).output.outcome).toBe('nothing')
    expect((await scene.run(promptRegression, {})).output.outcome).toBe('refused')
  })
})

test('intervals hold what they should and tails are those of tables', () => {
  expect(tQuantile(9)).toBeCloseTo(2.262, 2)
  expect(tQuantile(29)).toBeCloseTo(2.045, 3)
  expect(lowerTail(-1.959964)).toBeCloseTo(0.025, 6)
  expect(lowerTail(0)).toBeCloseTo(0.5, 6)
  expect(pairedDifference([{ before: 1, after: 0 }])).toBeUndefined()
  const score = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.record({ before: score, after: score }), { minLength: 2 }), pairs => {
      for (const one of [
        pairedDifference(pairs),
        unpairedDifference(
          pairs.map(p => p.before),
          pairs.map(p => p.after),
        ),
      ]) {
        if (!one) throw new Error('no difference')
        expect(one.difference).toBeCloseTo(one.after - one.before, 9)
        expect(one.lower).toBeLessThanOrEqual(one.difference)
        expect(one.upper).toBeGreaterThanOrEqual(one.difference)
        expect(one.p).toBeGreaterThanOrEqual(0)
        expect(one.p).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('of releases that are as good, few are said to be worse', () => {
  const random = seededRandom(11)
  let said = 0
  for (let run = 0; run < 400; run++) {
    const pairs = Array.from({ length: 100 }, () => ({
      before: Number(random() < 0.8),
      after: Number(random() < 0.8),
    }))
    const found = pairedDifference(pairs)
    if (found && found.p <= 0.05 && found.upper < 0) said++
  }
  expect(said / 400).toBeLessThanOrEqual(0.05)
})
