import { expect, test } from 'vitest'
import { conditionOf } from '../../src/api/conditions.ts'
import { RouteRelease } from '../../src/api/kinds/route-release.ts'
import { why } from '../../src/ledger/why.ts'
import { live, releaseNamed, routeOf, startDesk, tryUntil, wantedOf } from '../rollout.ts'

const everything = { limit: 100_000 }

test('a change travels from Git to live traffic, is promoted, rejected or rolled back, and Git hears of it', async () => {
  await using world = await startDesk({ training: 'few' })
  const { client, repository, telemetry, ledger } = world
  const first = { refund: await wantedOf(world), mail: await wantedOf(world, 'mail') }
  for (const { status } of Object.values(first))
    expect(status).toMatchObject({ phase: 'Live', verdict: { reason: 'FirstRelease' } })
  expect(await world.ask('refund', 'live 3', 'a')).toMatchObject({
    status: 200,
    text: 'no',
    release: first.refund.metadata.name,
  })
  expect(await world.ask('mail', 'my invoice of today', 'a')).toMatchObject({ text: 'billing' })

  // Better: shadow, then percent by percent.
  await world.change('better training', { training: 'all' }, 'Grace <grace@example.com>')
  const better = await tryUntil(world, ['Live'], { route: 'mail' })
  expect(better.status?.commits).toMatchObject([
    { title: 'better training', author: 'Grace <grace@example.com>' },
  ])
  const weights = (await ledger.list({ subject: `RouteRelease/default/${better.metadata.name}` }))
    .filter(({ action }) => action === 'weight')
    .map(({ data }) => [data.step, data.weight, data.shadow])
  expect(weights).toEqual([
    ['shadow', 0, true],
    [25, 25, false],
    [50, 50, false],
  ])
  expect(await routeOf(world, 'mail')).toMatchObject({
    status: { stable: better.metadata.name, traffic: [{ release: better.metadata.name, weight: 100 }] },
  })
  await world.settle()
  expect((await releaseNamed(world, first.mail.metadata.name)).status).toMatchObject({
    phase: 'Superseded',
    weight: 0,
  })

  // Worse offline: no traffic ever.
  await world.change('labels swapped', { training: 'swapped' })
  const rejected = await wantedOf(world, 'mail')
  expect(rejected.status).toMatchObject({ phase: 'Rejected', weight: 0, shadow: false })
  await world.traffic('mail', live.mail ?? [])
  await world.advance(2000)
  expect(
    new Set(
      (await telemetry.calls({ ...everything, release: rejected.metadata.name })).map(({ arm }) => arm),
    ),
  ).toEqual(new Set(['evaluation']))
  expect(conditionOf(await routeOf(world, 'mail'), 'Held')).toMatchObject({
    status: 'True',
    reason: 'Rejected',
  })

  // Worse online only: found on users' inputs, rolled back, and Git gets the way back.
  const stable = better
  const bad = await world.change('drop the newer mail', { training: 'sly' }, 'Mallory <mallory@example.com>')
  const rolledBack = await tryUntil(world, ['RolledBack'], { route: 'mail' })
  await world.settle()
  expect(rolledBack.status).toMatchObject({ weight: 0, shadow: false, verdict: { decision: 'rollback' } })
  const mail = await routeOf(world, 'mail')
  expect(mail.status?.traffic).toEqual([{ release: stable.metadata.name, weight: 100 }])
  expect(mail.status?.rejected).toMatchObject([
    { digest: rolledBack.spec.digest, outcome: 'rolled-back', revision: bad },
    { digest: rejected.spec.digest, outcome: 'rejected' },
  ])
  const { branch = '' } = (await releaseNamed(world, rolledBack.metadata.name)).status?.revert ?? {}
  const message = await repository.git('log', '-1', '--format=%B', branch)
  const evidence = rolledBack.status?.evidence?.[0]?.message ?? 'no evidence'
  for (const part of [
    rolledBack.status?.verdict?.message ?? '-',
    evidence,
    'Mallory',
    stable.spec.digest,
    bad,
  ])
    expect(message).toContain(part)
  const from = stable.status?.commits?.at(-1)?.revision ?? ''
  const files = ['mail/train.jsonl', 'mail/gate.jsonl', 'mail/model.yaml', 'mail/route.yaml']
  expect(await repository.git('diff', '--stat', from, branch, '--', ...files)).toBe('')
  expect(await repository.git('diff', '--name-only', bad, branch)).toBe('mail/train.jsonl')

  // The other route goes on unhindered while this one is on hold.
  await world.change('better prompt', { prompt: 'good' })
  expect(await tryUntil(world, ['Live'])).toMatchObject({ status: { phase: 'Live' } })
  expect(conditionOf(await routeOf(world, 'mail'), 'Held')).toMatchObject({ status: 'True' })

  // Merging clears the hold without another release.
  const before = (await client.list(RouteRelease)).items.length
  await repository.merge(branch)
  world.options.training = 'all'
  await world.advance(12_000)
  const cleared = await routeOf(world, 'mail')
  expect(conditionOf(cleared, 'Held')).toMatchObject({ status: 'False' })
  expect(cleared.status).toMatchObject({ stable: stable.metadata.name, digest: stable.spec.digest })
  expect((await client.list(RouteRelease)).items).toHaveLength(before)

  // What was rejected once stays so, whoever commits it.
  const calls = async (release: string) => (await telemetry.calls({ ...everything, release })).length
  const answered = await calls(rolledBack.metadata.name)
  await world.change('once more', { training: 'sly' }, 'Trent <trent@example.com>')
  await world.traffic('mail', live.mail ?? [])
  await world.advance(4000)
  expect((await wantedOf(world, 'mail')).status).toMatchObject({ phase: 'RolledBack', weight: 0 })
  expect(await calls(rolledBack.metadata.name)).toBe(answered)
  expect((await routeOf(world, 'mail')).status?.candidate).toBeUndefined()
  expect(conditionOf(await routeOf(world, 'mail'), 'Held')).toMatchObject({
    status: 'True',
    reason: 'RolledBack',
  })

  // The chain behind an answer is complete.
  const { call } = await world.ask('mail', 'my invoice of today', 'z')
  await world.advance(1000)
  const explanation = await why(call, world, new AbortController().signal)
  expect(explanation.links.filter(({ verified }) => !verified)).toEqual([])
  expect(explanation.links.map(({ link }) => link)).toEqual([
    'call',
    'usage',
    'release',
    'digest',
    'artefact',
    'commit',
    'evaluation',
    'verdict',
    'ledger',
  ])
  expect(await ledger.verify()).toMatchObject({ intact: true })
}, 60_000)
