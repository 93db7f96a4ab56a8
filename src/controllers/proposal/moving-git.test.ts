import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Proposal } from '../../api/kinds/proposal.ts'
import { file, heldBy, mainOf, phaseOf, proposalWorld, raise } from './proposal.world.ts'

const minute = 60_000

describe('Git that moves on', () => {
  test('leaves a branch alone as long as its files stay, and is merged onto what is newest', async () => {
    await using world = await proposalWorld()
    const { repository } = world
    await world.propose()
    const { branch, base } = (await world.proposal()).status ?? {}
    const newest = repository.commit({ 'README.md': 'other' })
    await world.advance(minute)
    expect((await world.proposal()).status).toMatchObject({ base, branch: branch ?? {} })
    await world.decide('approve', 'bob')
    expect((await world.proposal()).status?.merge).toMatchObject({ onto: newest, by: 'keelway' })
    expect(repository.git('rev-parse', 'main^')).toBe(newest)
    expect(repository.git('show', 'main:README.md')).toBe('other')
  })

  test('has it made anew when its file changed elsewhere, keeping what changed', async () => {
    await using world = await proposalWorld()
    const { repository } = world
    await world.propose()
    const first = (await world.proposal()).status?.branch?.revision
    const newest = repository.commit({ 'deploy/checkout.yaml': file.replace('two are enough', 'for now') })
    await world.advance(minute)
    const { status } = await world.proposal()
    expect(status).toMatchObject({ phase: 'Proposed', base: newest })
    expect(status?.branch?.revision).not.toBe(first)
    expect(repository.git('show', `${status?.branch?.name}:deploy/checkout.yaml`)).toBe(
      file.replace('two are enough', 'for now').replace('256Mi', '512Mi').trim(),
    )
  })

  test.each([
    ['says another value', file.replace('256Mi', '1Gi'), 'the value is another one by now'],
    ['says it already', file.replace('256Mi', '512Mi'), 'Git says it already'],
    ['has no such object', file.replace('name: checkout', 'name: basket'), 'holds it 0 times'],
  ])('makes it void when Git %s', async (_, text, why) => {
    await using world = await proposalWorld()
    world.repository.commit({ 'deploy/checkout.yaml': text })
    await world.propose()
    const { status } = await world.proposal()
    expect(['Superseded', 'Refused']).toContain(status?.phase)
    expect(status?.message).toContain(why)
    expect(world.repository.git('branch', '--list', 'keelway/*')).toBe('')
  })

  test('makes it void, tests or not, when somebody else changes what it changes', async () => {
    await using world = await proposalWorld()
    const change = {
      ...raise('', ''),
      operations: [{ op: 'replace' as const, path: '/spec/replicas', value: 4 }],
    }
    await world.propose({ changes: [change] })
    expect(await phaseOf(world)).toBe('Proposed')
    world.repository.commit({ 'deploy/checkout.yaml': file.replace('replicas: 2', 'replicas: 3') })
    await world.decide('approve', 'bob')
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Superseded',
      message: 'Git says something else by now: /spec/replicas in deploy/checkout.yaml was changed since',
    })
  })

  test('with foreign commits on the branch is not merged', async () => {
    await using world = await proposalWorld()
    const { repository } = world
    await world.propose()
    const { branch } = (await world.proposal()).status ?? {}
    const before = mainOf(world)
    repository.git('checkout', '--quiet', branch?.name ?? '')
    repository.commit({ 'deploy/evil.yaml': 'kind: Secret' }, 'While we are at it')
    repository.git('checkout', '--quiet', 'main')
    await world.decide('approve', 'bob')
    expect(await heldBy(world)).toContain(`BranchChanged: branch ${branch?.name} has commits of others`)
    expect(mainOf(world)).toBe(before)
    repository.git('branch', '-D', branch?.name ?? '')
    await world.advance(minute)
    expect(await phaseOf(world)).toBe('Merged')
    expect(repository.git('ls-tree', '--name-only', '-r', 'main')).not.toContain('evil')
  })

  test('that refuses the push is said, and it goes on when it does not any more', async () => {
    await using world = await proposalWorld()
    const { repository } = world
    await world.propose()
    repository.git('config', 'receive.denyNonFastForwards', 'true')
    const work = `${repository.path}/deploy/checkout.yaml`
    writeFileSync(work, 'somebody is working here')
    await world.decide('approve', 'bob')
    expect(await heldBy(world)).toMatch(
      /NotMerged: branch main was not moved: Working directory has unstaged changes/,
    )
    repository.git('checkout', '--quiet', '--', 'deploy')
    await world.advance(minute)
    expect(await phaseOf(world)).toBe('Merged')
  })
})

test('a spec that is changed after it was made is refused, by the server or by the controller', async () => {
  await using world = await proposalWorld()
  await world.propose()
  const found = await world.proposal()
  const eve = world.as('eve')
  const changes = structuredClone(found.spec.changes)
  for (const { operations } of changes)
    for (const operation of operations ?? []) if (operation.op === 'replace') operation.value = '64Gi'
  await expect(eve.update(Proposal, { ...found, spec: { ...found.spec, changes } })).rejects.toThrow(
    'can not change: make another Proposal',
  )
  const expected = { signal: { figure: 'rate' as const, service: 'checkout', above: 0 }, within: '1m' }
  await eve.update(Proposal, { ...found, spec: { ...found.spec, expected } })
  await world.settle()
  expect((await world.proposal()).status).toMatchObject({
    phase: 'Refused',
    message: 'its spec was changed after it was made: make another Proposal',
  })
  const before = mainOf(world)
  await world.decide('approve', 'bob')
  expect(mainOf(world)).toBe(before)
})
