import { expect, test } from 'vitest'
import { Event } from '../../src/api/kinds/core.ts'
import { RouteRelease } from '../../src/api/kinds/route-release.ts'
import { decide, live, releaseNamed, routeOf, startDesk, tryUntil, wantedOf } from '../rollout.ts'

test('equal content committed by somebody else adds a commit to the release and makes no other', async () => {
  await using world = await startDesk()
  await world.change('touch nothing', {}, 'Trent <trent@example.com>')
  const { items } = await world.client.list(RouteRelease)
  expect(items).toHaveLength(1)
  expect(items[0]?.status?.commits).toMatchObject([
    { title: 'first', author: 'Ada <ada@example.com>' },
    { title: 'touch nothing', author: 'Trent <trent@example.com>' },
  ])
})

test('an override by a person, with a reason, has a rejected release tried on traffic and judged by it', async () => {
  await using world = await startDesk()
  await world.change('lose the format', { prompt: 'broken' })
  const rejected = await wantedOf(world)
  expect(rejected.status?.phase).toBe('Rejected')
  await decide(world, rejected.metadata.name, 'override', 'the test set is wrong')
  await world.advance(1000)
  expect((await wantedOf(world)).status).toMatchObject({ phase: 'RollingOut', shadow: true, attempt: 2 })
  expect((await routeOf(world)).status?.rejected).toEqual([])
  expect(await tryUntil(world, ['RolledBack'])).toMatchObject({ status: { weight: 0 } })
  await world.settle()
  expect((await routeOf(world)).status?.rejected).toMatchObject([{ outcome: 'rolled-back' }])
  expect(await world.ledger.list({ action: 'override' })).toMatchObject([
    {
      actor: 'user:alice',
      subject: `RouteRelease/default/${rejected.metadata.name}`,
      data: { reason: 'the test set is wrong' },
    },
  ])
})

test('an approval gate waits for different people and names who approved', async () => {
  await using world = await startDesk()
  await world.change('ask two people', { route: { gates: [{ approval: { count: 2 } }] }, prompt: 'good' })
  const { metadata } = await wantedOf(world)
  const gate = async () => (await releaseNamed(world, metadata.name)).status?.gates?.[0]
  expect(await gate()).toMatchObject({
    state: 'waiting',
    message: expect.stringContaining('0 of 2 approvals'),
  })
  await decide(world, metadata.name, 'approve', 'read it')
  await decide(world, metadata.name, 'approve', 'read it again')
  expect(await gate()).toMatchObject({
    state: 'waiting',
    message: expect.stringContaining('1 of 2 approvals'),
  })
  await decide({ ...world, client: world.clientOf('bob') }, metadata.name, 'approve', 'looks right')
  expect(await gate()).toMatchObject({ state: 'open', message: 'approved by alice, bob' })
  expect((await wantedOf(world)).status).toMatchObject({ phase: 'RollingOut', shadow: true })
  expect((await world.ledger.list({ action: 'approve' })).map(({ actor }) => actor)).toEqual([
    'user:alice',
    'user:alice',
    'user:bob',
  ])
})

test('who decided is what the token says, whatever the object claims', async () => {
  await using world = await startDesk()
  await world.change('better', { prompt: 'good' })
  const { metadata, spec } = await wantedOf(world)
  const forged = { action: 'promote', reason: 'trust me', by: 'root', at: '1999-01-01T00:00:00Z' }
  await world.clientOf('mallory').patch(RouteRelease, metadata.name, 'default', {
    spec: { decisions: [...spec.decisions, forged] },
  })
  await world.settle()
  expect((await releaseNamed(world, metadata.name)).spec.decisions).toMatchObject([{ by: 'mallory' }])
  expect(await world.ledger.list({ action: 'promote' })).toMatchObject([{ actor: 'user:mallory' }])
})

test('a person promotes over the remaining steps', async () => {
  await using world = await startDesk()
  await world.change('better', { prompt: 'good' })
  const { metadata } = await wantedOf(world)
  await decide(world, metadata.name, 'promote', 'the fair is tomorrow')
  expect((await wantedOf(world)).status).toMatchObject({
    phase: 'Live',
    weight: 100,
    verdict: { decision: 'promote', reason: 'Person', by: 'alice' },
  })
  expect((await routeOf(world)).status?.stable).toBe(metadata.name)
  expect(await world.ask('refund', 'live 7', 's')).toMatchObject({ release: metadata.name, text: 'no' })
})

test('a person aborts: weight 0 at once, digest on hold, revert branch', async () => {
  await using world = await startDesk({ rollout: { steps: [50] } })
  await world.change('better', { prompt: 'good' })
  const { metadata } = await wantedOf(world)
  expect((await wantedOf(world)).status).toMatchObject({ phase: 'RollingOut', weight: 50 })
  await decide(world, metadata.name, 'abort', 'support gets complaints')
  await world.settle()
  const answers = await world.traffic('refund', live.refund ?? [])
  expect(answers.filter(({ release }) => release === metadata.name)).toEqual([])
  expect((await wantedOf(world)).status).toMatchObject({
    phase: 'RolledBack',
    weight: 0,
    verdict: { reason: 'Person', by: 'alice' },
    revert: { branch: expect.stringMatching(/^keelway\/revert\/refund-/) },
  })
  expect((await routeOf(world)).status?.rejected).toHaveLength(1)
})

test('a decision that comes too late is recorded and said to have no effect', async () => {
  await using world = await startDesk()
  const { metadata } = await wantedOf(world)
  await decide(world, metadata.name, 'abort', 'too late')
  expect((await wantedOf(world)).status?.phase).toBe('Live')
  expect(await world.ledger.list({ action: 'abort' })).toHaveLength(1)
  const { items } = await world.client.list(Event, { namespace: 'default' })
  expect(items.map(({ reason }) => reason)).toContain('DecisionIgnored')
})

test('a rejected or broken decision list is refused: decisions only grow', async () => {
  await using world = await startDesk()
  const { metadata } = await wantedOf(world)
  await decide(world, metadata.name, 'approve', 'fine')
  await expect(
    world.client.patch(RouteRelease, metadata.name, 'default', { spec: { decisions: [] } }),
  ).rejects.toThrow('decisions can only grow')
})
