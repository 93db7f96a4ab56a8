import { expect, test } from 'vitest'
import { Dataset } from '../../api/kinds/dataset.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { type Random, seededRandom } from '../../lib/random.ts'
import { signTest } from '../../telemetry/drift/paired.ts'
import { type MonitorWorld, monitorWorld } from './monitor.world.ts'
import { compareProbes, type ProbeAnswer } from './probe-answers.ts'

const day = 86_400_000
const ready = [{ type: 'Ready', status: 'True', reason: 'Reconciled', message: '', lastTransitionTime: '' }]
const probe = {
  route: { ref: 'desk' },
  dataset: { ref: 'questions' },
  expected: 'label',
  scorers: [{ name: 'right', type: 'exact' }],
}

async function desk(world: MonitorWorld, digit = '1'): Promise<void> {
  const digest = `sha256:${digit.repeat(64)}`
  await world.place(RouteRelease, `desk-${digit}`, { route: 'desk', digest, bundle: {} }, { phase: 'Live' })
  const serve = { provider: { ref: 'p', model: 'm' } }
  await world.place(ModelRoute, 'desk', { model: 'desk', serve }, { stable: `desk-${digit}` })
}

async function questions(world: MonitorWorld, count = 40): Promise<void> {
  const rows = Array.from({ length: count }, (_, i) => ({
    text: `question ${i}`,
    label: `answer ${i} is yes`,
  }))
  const digest = await world.blobs.put(Buffer.from(rows.map(row => JSON.stringify(row)).join('\n')))
  const status = { observedGeneration: 1, conditions: ready, digest, rows: count, revision: '' }
  await world.place(Dataset, 'questions', { path: digest, format: 'jsonl' }, status)
}

const answers = (changed: number) => (input: string) => {
  const number = Number(input.split(' ')[1])
  return { output: `answer ${number} is ${number < changed ? 'no' : 'yes'}`, latencyMs: 1, costUsd: 0.001 }
}

const ticket = async (world: MonitorWorld) =>
  (await world.told()).map(({ reason, until }) => (until ? 'over' : reason))

test('a provider that answers otherwise on the same release is told, and over when it answers as before', async () => {
  await using world = await monitorWorld()
  await desk(world)
  await questions(world)
  world.provider(answers(0))
  await world.monitor({ probe })
  expect(world.asked()).toBe(80)
  expect(await world.condition('Ready')).toContain(
    'True Baseline: 40 questions were answered by desk-1 twice',
  )
  await world.advance(day)
  expect(world.asked()).toBe(120)
  expect(await world.condition('Drifted')).toContain('False Unchanged: desk-1 answered 40 questions')
  world.provider(answers(14))
  await world.advance(day)
  expect(await world.condition('Drifted')).toContain(
    'True Ticket: the provider of desk changed: on the same release (desk-1) answers to 40 fixed questions are not what they were',
  )
  expect(await ticket(world)).toEqual(['ProviderDrift'])
  expect((await world.read()).status?.probe).toMatchObject({
    release: 'desk-1',
    rows: 40,
    costUsd: 0.04,
    scores: [
      { name: 'similarity', pairs: 14, drifted: true },
      { name: 'right', before: 1, now: 0.65, pairs: 14, drifted: true },
    ],
  })
  world.provider(answers(0))
  await world.advance(day)
  expect(await ticket(world)).toEqual(['ProviderDrift', 'over'])
})

test('another release, or other questions, begin a new baseline and say nothing of the provider', async () => {
  await using world = await monitorWorld()
  await desk(world)
  await questions(world)
  world.provider(answers(0))
  await world.monitor({ probe })
  world.provider(answers(30))
  await desk(world, '2')
  await world.advance(day)
  expect((await world.read()).status?.probe).toMatchObject({ release: 'desk-2', rows: 40 })
  expect(world.asked()).toBe(200)
  await questions(world, 20)
  expect(world.asked()).toBe(240)
  expect(await world.told()).toEqual([])
})

test('a restart keeps the baseline and asks a night only once', async () => {
  await using world = await monitorWorld()
  await desk(world)
  await questions(world)
  world.provider(answers(0))
  await world.monitor({ probe })
  await world.advance(day)
  const asked = world.asked()
  await world.restart()
  await world.advance(60 * 60_000)
  expect(world.asked()).toBe(asked)
})

test('questions whose calls failed are left out, and a route that serves nothing is waited for', async () => {
  await using world = await monitorWorld()
  await questions(world)
  await world.monitor({ probe })
  expect(await world.condition('Ready')).toContain(
    'False NothingServes: ModelRoute desk serves no release yet',
  )
  world.provider(input =>
    input.endsWith('7') ? { error: 'provider_timeout', latencyMs: 1 } : answers(0)(input),
  )
  await desk(world)
  await world.advance(60_000)
  expect((await world.read()).status?.probe?.rows).toBe(36)
})

test('a model that never answers twice the same raises an alarm no more often than stated', () => {
  const options = {
    alpha: 0.05,
    effect: 0,
    scorers: [{ name: 'right', type: 'exact', loose: false }] as never[],
  }
  const night = (random: Random, quality: number): ProbeAnswer[] =>
    Array.from({ length: 60 }, (_, i) => ({
      line: i,
      output: Array.from({ length: 12 }, () => 'abcdefgh'[Math.floor(8 * random())]).join(' '),
      scores: { right: random() < quality ? 1 : 0 },
    }))
  const overlap = (a: string, b: string) =>
    a.split(' ').filter((word, i) => word === b.split(' ')[i]).length / 12
  let alarms = 0
  let found = 0
  for (let run = 0; run < 400; run++) {
    const random = seededRandom(run)
    const baseline = { first: night(random, 0.8), second: night(random, 0.8) }
    const drifted = (quality: number) =>
      compareProbes(baseline, night(random, quality), options, overlap).scores.some(score => score.drifted)
    if (drifted(0.8)) alarms++
    if (drifted(0.3)) found++
  }
  expect(alarms / 400).toBeLessThanOrEqual(0.05)
  expect(found / 400).toBeGreaterThan(0.95)
})

test('the sign test is exact, and holds for thousands of pairs', () => {
  expect(signTest([-1, -1, -1, -1, -1, 0, 0], 'down')).toEqual({ pairs: 5, p: 1 / 32 })
  expect(signTest([-1, -1, 1], 'both').p).toBeCloseTo(1)
  expect(signTest([1, 1, 1, 1, 1], 'down').p).toBeCloseTo(1)
  expect(signTest([], 'down')).toEqual({ pairs: 0, p: 1 })
  const many = Array.from({ length: 3000 }, (_, i) => (i % 2 === 0 ? -1 : 1))
  expect(signTest(many, 'both').p).toBeCloseTo(1)
})
