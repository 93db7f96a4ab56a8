import { expect, test } from 'vitest'
import { conditionOf } from '../../src/api/conditions.ts'
import { answerTo, liveQuestions } from '../desk.ts'
import { live, releaseNamed, routeOf, startDesk, tryUntil, wantedOf } from '../rollout.ts'

test('no data never promotes, however long it takes', async () => {
  await using world = await startDesk({ rollout: { atMost: { units: 400, hours: 0.02 } } })
  await world.change('better', { prompt: 'good' })
  await world.advance(30_000)
  expect((await wantedOf(world)).status).toMatchObject({ phase: 'RollingOut', weight: 0, units: 0 })
  await world.advance(60_000)
  expect((await wantedOf(world)).status).toMatchObject({
    phase: 'Held',
    weight: 0,
    verdict: { decision: 'hold', reason: 'BudgetUsedUp' },
  })
})

test('answers without labels are no evidence for a quality metric', async () => {
  await using world = await startDesk()
  await world.change('better', { prompt: 'good' })
  const silent = liveQuestions.map(text => ({ text }))
  for (let round = 0; round < 4; round++) {
    await world.traffic('refund', silent)
    await world.advance(4000)
  }
  for (let late = 0; late < 50 && (await wantedOf(world)).status?.units !== 160; late++)
    await world.advance(200)
  const { status } = await wantedOf(world)
  expect(status).toMatchObject({ phase: 'RollingOut', step: 0, units: 160 })
  expect(status?.evidence?.[0]?.units).toBe(0)
})

test('labels that come for one arm only hold the rollout instead of deciding it', async () => {
  await using world = await startDesk({ rollout: { steps: [50] } })
  await world.change('better', { prompt: 'good' })
  const stable = (await routeOf(world)).status?.stable
  for (let round = 0; round < 12; round++) {
    for (const { release, call, text } of await world.traffic(
      'refund',
      liveQuestions.map(text => ({ text })),
    ))
      if (release !== stable) await world.feedback(call, { label: text })
    await world.advance(4000)
    if ((await wantedOf(world)).status?.phase !== 'RollingOut') break
  }
  expect((await wantedOf(world)).status).toMatchObject({
    phase: 'Held',
    weight: 50,
    verdict: { decision: 'hold', reason: 'UnequalCoverage' },
  })
})

test('a budget that is used up holds for a person, or takes the candidate back when the route says so', async () => {
  const rollout = {
    steps: [50],
    atMost: { units: 8 },
    metrics: [{ name: 'q', from: 'score.correct', margin: 0.01 }],
  }
  await using world = await startDesk({ rollout })
  await world.change('better', { prompt: 'good' })
  const held = await tryUntil(world, ['Held'])
  expect(held.status).toMatchObject({ weight: 50, verdict: { decision: 'hold', reason: 'BudgetUsedUp' } })
  expect(held.status?.verdict?.message).toContain('keelway rollout promote or abort')
  const units = held.status?.units
  await world.advance(30_000)
  expect((await wantedOf(world)).status).toMatchObject({ phase: 'Held', units })
  expect(
    (await world.ledger.list({ action: 'verdict' })).filter(({ data }) => data.decision === 'hold'),
  ).toHaveLength(1)

  await using strict = await startDesk({ rollout: { ...rollout, otherwise: 'rollback' } })
  await strict.change('better', { prompt: 'good' })
  expect(await tryUntil(strict, ['RolledBack'])).toMatchObject({
    status: { weight: 0, verdict: { decision: 'rollback', reason: 'BudgetUsedUp' } },
  })
})

test('evidence for worse that comes while a rollout is held still rolls it back', async () => {
  const metrics = [{ name: 'q', from: 'score.correct', margin: 0.3 }]
  await using world = await startDesk({
    rollout: { steps: [50], atMost: { units: 1 }, metrics, alpha: 0.01 },
  })
  await world.change('worse for users', { prompt: 'sly' })
  await tryUntil(world, ['Held'], { questions: live.refund?.slice(0, 6) ?? [] })
  expect(await tryUntil(world, ['RolledBack'])).toMatchObject({ status: { verdict: { reason: 'Worse' } } })
})

test('a rollout spec that changes during a trial starts a new process, from its first step and no evidence', async () => {
  await using world = await startDesk()
  await world.change('better', { prompt: 'good' })
  await world.traffic('refund', live.refund ?? [])
  await world.advance(2000)
  await tryUntil(world, ['RollingOut'])
  const before = (await wantedOf(world)).status
  await world.change('be stricter', { rollout: { steps: [10, 50], alpha: 0.1 } })
  const after = (await wantedOf(world)).status
  expect(after).toMatchObject({ phase: 'RollingOut', step: 0, weight: 10, units: 0 })
  expect(after?.phaseId).not.toBe(before?.phaseId)
  const steps = await world.ledger.list({ action: 'weight' })
  expect(steps.at(-1)).toMatchObject({ data: { step: 10, weight: 10 } })
})

test('a first release whose gate closes leaves the route without answers, and the next commit mends it', async () => {
  await using world = await startDesk({ prompt: 'broken' })
  expect((await wantedOf(world)).status?.phase).toBe('Rejected')
  const route = await routeOf(world)
  expect(route.status?.traffic).toEqual([])
  expect(conditionOf(route, 'Ready')).toMatchObject({ status: 'False', reason: 'NothingServed' })
  expect((await world.ask('refund', 'live 1', 's')).status).toBe(503)
  await world.change('mend it', { prompt: 'good' })
  expect(await world.ask('refund', 'live 1', 's')).toMatchObject({ status: 200, text: 'no' })
})

test('an exhausted test set closes the gate, says what to bring, and new rows open it again', async () => {
  await using world = await startDesk({ evaluation: { steps: 2 } })
  await world.change('better', { prompt: 'good' })
  await tryUntil(world, ['Live'])
  await world.change('one more', { prompt: 'sly' })
  const { status } = await wantedOf(world)
  expect(status).toMatchObject({ phase: 'Rejected', verdict: { reason: 'EvaluationError' } })
  expect(status?.verdict?.message).toMatch(/exhausted, 2 of 2 uses are spent: bring \d+ new labelled rows/)
  await world.change('new rows', { moreRows: 8, prompt: 'fair' })
  expect((await wantedOf(world)).status?.phase).not.toBe('Rejected')
})

test('going back to what was served before is a change that is tried as any other', async () => {
  await using world = await startDesk()
  const first = await wantedOf(world)
  await world.change('better', { prompt: 'good' })
  await tryUntil(world, ['Live'])
  await world.change('back', { prompt: 'fair' })
  expect((await releaseNamed(world, first.metadata.name)).status).toMatchObject({
    phase: 'RollingOut',
    attempt: 2,
  })
  expect((await tryUntil(world, ['Live', 'Held', 'RolledBack'])).metadata.name).toBe(first.metadata.name)
})

test('a release that is no longer wanted loses its traffic at once', async () => {
  await using world = await startDesk({ rollout: { steps: [50] } })
  await world.change('worse', { prompt: 'sly' })
  const { metadata } = await wantedOf(world)
  await world.change('never mind', { prompt: 'fair' })
  expect((await releaseNamed(world, metadata.name)).status).toMatchObject({ phase: 'Superseded', weight: 0 })
  const answers = await world.traffic('refund', live.refund ?? [])
  expect(answers.filter(({ release }) => release === metadata.name)).toEqual([])
  expect(answers.filter(({ text }, i) => text === answerTo(liveQuestions[i] ?? '')).length).toBeGreaterThan(
    30,
  )
})
