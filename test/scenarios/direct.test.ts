import { expect, test } from 'vitest'
import { why } from '../../src/ledger/why.ts'
import { apply, live, routeOf, setPrompt, tryUntil, wantedOf } from '../rollout.ts'
import { testWorld } from '../world.ts'

test('objects applied directly take the same gates and the same rollout, and the ledger says they are not from Git', async () => {
  await using world = await testWorld()
  await apply(world)
  await world.advance(2000)
  const first = await wantedOf(world)
  expect(first.status).toMatchObject({ phase: 'Live', gates: [{ gate: 'evaluation', state: 'open' }] })
  expect(first.status?.commits).toBeUndefined()

  await setPrompt(world, 'good')
  await world.advance(2000)
  expect((await wantedOf(world)).status).toMatchObject({ phase: 'RollingOut', shadow: true })
  const better = await tryUntil(world, ['Live'])

  await setPrompt(world, 'broken')
  await world.advance(2000)
  const rejected = await wantedOf(world)
  expect(rejected.status?.phase).toBe('Rejected')

  await setPrompt(world, 'sly')
  await world.advance(2000)
  const rolledBack = await tryUntil(world, ['RolledBack'])
  await world.settle()
  expect((await wantedOf(world)).status?.revert).toBeUndefined()
  expect(await routeOf(world)).toMatchObject({
    status: {
      stable: better.metadata.name,
      rejected: [{ digest: rolledBack.spec.digest }, { digest: rejected.spec.digest }],
    },
  })
  const made = await world.ledger.list({ action: 'release' })
  expect(made.map(({ data }) => data.revision)).toEqual(made.map(() => 'not from Git'))
  expect(made[0]?.data.inputs).toContainEqual(expect.objectContaining({ kind: 'Prompt', writer: 'alice' }))

  const { call } = await world.ask('refund', 'live 3', 's')
  await world.advance(1000)
  const { verified, links } = await why(call, world, new AbortController().signal)
  expect(verified).toBe(true)
  expect(links.find(({ link }) => link === 'commit')?.detail).toMatch(
    /^not from Git, changed directly: .*Prompt refund by alice/,
  )
})

test('setting the prompt back by hand clears the hold', async () => {
  await using world = await testWorld()
  await apply(world)
  await world.advance(2000)
  const { metadata } = await wantedOf(world)
  await setPrompt(world, 'broken')
  await world.advance(2000)
  expect((await routeOf(world)).status?.conditions?.find(({ type }) => type === 'Held')?.status).toBe('True')
  await setPrompt(world, 'fair')
  await world.advance(2000)
  const { status } = await routeOf(world)
  expect(status?.conditions?.find(({ type }) => type === 'Held')?.status).toBe('False')
  expect(status?.stable).toBe(metadata.name)
  const answers = await world.traffic('refund', live.refund ?? [])
  expect(new Set(answers.map(({ release }) => release))).toEqual(new Set([metadata.name]))
})
