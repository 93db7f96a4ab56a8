import { expect, test } from 'vitest'
import { create, readyOf, statusOf } from '../../../test/objects.ts'
import { startDesk, wantedOf } from '../../../test/rollout.ts'
import { Evaluation } from '../../api/kinds/evaluation.ts'
import { EvaluationRun } from '../../api/kinds/evaluation-run.ts'

test('a run asks every row once, keeps every answer, and stands in the ledger with its use', async () => {
  await using world = await startDesk()
  const { metadata } = await wantedOf(world)
  const [run] = (await world.client.list(EvaluationRun)).items
  expect(run?.status).toMatchObject({
    phase: 'Passed',
    done: 24,
    total: 24,
    use: 1,
    criteria: [{ n: 0.875 }],
  })
  const lines = Buffer.from((await world.blobs.get(run?.status?.items ?? '')) ?? [])
    .toString()
    .trim()
    .split('\n')
  expect(lines).toHaveLength(24)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    input: expect.stringMatching(/^gate /),
    new: { scores: {} },
  })
  const asked = await world.telemetry.calls({ release: metadata.name, limit: 100 })
  expect(asked.filter(({ arm }) => arm === 'evaluation')).toHaveLength(24)
  expect(await world.ledger.list({ action: 'evaluation' })).toMatchObject([
    {
      subject: `RouteRelease/default/${metadata.name}`,
      data: { use: 1, phase: 'Passed', items: run?.status?.items },
    },
  ])
})

test('a deleted run gives its look back to nobody', async () => {
  await using world = await startDesk()
  const [run] = (await world.client.list(EvaluationRun)).items
  await world.client.delete(EvaluationRun, run?.metadata.name ?? '', 'default')
  await world.advance(1000)
  expect((await statusOf(world, Evaluation, 'refund')).testSets).toMatchObject([{ uses: 1 }])
  expect(await readyOf(world, Evaluation, 'refund')).toContain('1 of 4 uses of this test set are spent')
})

test('rows are asked in the order that the seed says, which the data does not know', async () => {
  await using world = await startDesk()
  const [run] = (await world.client.list(EvaluationRun)).items
  const items = Buffer.from((await world.blobs.get(run?.status?.items ?? '')) ?? [])
    .toString()
    .trim()
    .split('\n')
  const order = items.map(item => (JSON.parse(item) as { line: number }).line)
  expect(order).not.toEqual(order.toSorted((a, b) => a - b))
  expect(new Set(order).size).toBe(24)
})

test('nobody is asked for a release that waits for nothing', async () => {
  await using world = await startDesk()
  const live = await wantedOf(world)
  const spec = {
    evaluation: 'refund',
    release: live.metadata.name,
    testSet: 'sha256:none',
    definition: 'sha256:none',
    seed: 1,
  }
  await create(world, EvaluationRun, 'stray', { spec })
  await world.advance(20_000)
  expect(await readyOf(world, EvaluationRun, 'stray')).toContain('ReleaseNotGated')
  const { results } = world.manager.metrics().find(({ reconciler }) => reconciler === 'evaluation-run') ?? {}
  expect(results?.waiting).toBeLessThan(10)
})
