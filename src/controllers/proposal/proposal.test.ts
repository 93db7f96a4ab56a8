import { describe, expect, test } from 'vitest'
import { conditionOf } from '../../api/conditions.ts'
import { Proposal } from '../../api/kinds/proposal.ts'
import { AUTOMATION, file, heldBy, mainOf, phaseOf, proposalWorld, raise, spec } from './proposal.world.ts'

const minute = 60_000

describe('from proposal to verified', () => {
  test('gates, a branch, approval by a person who did not make it, merge, sync and the end of the incident', async () => {
    await using world = await proposalWorld()
    const { repository } = world
    await world.incident('Open')
    const before = repository.git('rev-parse', 'main')
    await world.propose()
    const proposed = await world.proposal()
    expect(proposed.status).toMatchObject({
      phase: 'Proposed',
      automatic: true,
      risk: { class: 'low' },
      mode: 'approve',
      quorum: 1,
      base: before,
      branch: { name: expect.stringMatching(/^keelway\/proposal\/checkout-memory-[0-9a-f]{6}$/) },
      message: expect.stringContaining('0 of 1 approvals'),
    })
    expect(proposed.status?.gates?.map(({ gate, state }) => `${gate} ${state}`)).toEqual(
      ['renders', 'schema', 'policy', 'budget', 'evaluation', 'dry-run'].map(gate => `${gate} open`),
    )
    expect(proposed.status?.diff).toContain('-              memory: 256Mi\n+              memory: 512Mi\n')
    const branch = proposed.status?.branch?.name ?? ''
    expect(repository.git('diff', '--stat', before, branch)).toContain(
      '1 file changed, 1 insertion(+), 1 deletion(-)',
    )
    expect(repository.git('log', '-1', '--format=%an|%s', branch)).toBe(`Keelway|${spec.title}`)
    expect(conditionOf(proposed, 'Ready')).toMatchObject({ status: 'Unknown', reason: 'WaitsForApproval' })

    await world.decide('approve', 'bob')
    const merged = await world.proposal()
    expect(merged.status).toMatchObject({
      phase: 'Merged',
      approvals: [{ user: 'bob', via: 'keelway' }],
      merge: { onto: before, by: 'keelway', revision: repository.git('rev-parse', 'main') },
    })
    expect(repository.git('show', 'main:deploy/checkout.yaml')).toBe(file.replace('256Mi', '512Mi').trim())
    expect(merged.status?.message).toContain('Delivery shop has not applied')

    await world.sync()
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Verifying',
      observed: 'incident checkout-1 is Open',
    })
    await world.advance(2 * minute)
    await world.incident('Recovering')
    const verified = await world.proposal()
    expect(verified.status).toMatchObject({ phase: 'Verified', branch: { removed: true } })
    expect(conditionOf(verified, 'Ready')).toMatchObject({ status: 'True', reason: 'Verified' })
    expect(repository.git('branch', '--list', 'keelway/*')).toBe('')
    expect((await world.ledger.list()).map(({ action }) => action)).toEqual([
      'proposal',
      'proposal-gate',
      'proposal-branch',
      'approve',
      'approval',
      'merge',
      'verified',
    ])
    expect((await world.ledger.list({ action: 'verified' }))[0]?.data).toMatchObject({
      skill: 'right-size',
      class: 'out-of-memory',
      environment: 'shop',
      rules: ['objects/oom-killed'],
      learn: true,
    })
    expect(world.logged).toEqual([])
  }, 30_000)

  test('what does not help is taken back by another proposal, whose merge reverts it', async () => {
    await using world = await proposalWorld()
    const { repository } = world
    await world.incident('Open')
    await world.propose()
    await world.decide('approve', 'bob')
    await world.sync()
    await world.advance(16 * minute)
    const ineffective = await world.proposal()
    expect(ineffective.status).toMatchObject({
      phase: 'Ineffective',
      revert: 'checkout-memory-revert',
      message: 'incident checkout-1 is Open, 15m after it was applied',
    })
    const revert = await world.proposal('checkout-memory-revert')
    expect(revert).toMatchObject({
      spec: { reverts: 'checkout-memory', skill: 'rollback', createdBy: AUTOMATION },
      status: {
        phase: 'Proposed',
        risk: { class: 'low', reasons: ['every file gets back what was applied before'] },
      },
    })
    await world.decide('approve', 'bob', 'checkout-memory-revert')
    await world.sync()
    await world.advance(minute)
    expect(repository.git('show', 'main:deploy/checkout.yaml')).toBe(file.trim())
    expect((await world.proposal('checkout-memory-revert')).status?.phase).toBe('Verified')
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Reverted',
      message: 'taken back by Proposal checkout-memory-revert',
    })
    expect(await world.ledger.list({ action: 'proposal-reverted' })).toHaveLength(1)
    expect(world.logged).toEqual([])
  }, 30_000)
})

describe('people', () => {
  test('who made it, or for whom it was made, do not count, and who does is said', async () => {
    await using world = await proposalWorld()
    await world.propose({ onBehalfOf: 'carl' }, { by: 'bob' })
    const before = mainOf(world)
    await world.decide('approve', 'bob')
    await world.decide('approve', 'carl')
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Proposed',
      automatic: false,
      approvals: [],
      ignored: ['bob: nobody approves what is their own', 'carl: nobody approves what is their own'],
    })
    expect(mainOf(world)).toBe(before)
    await world.decide('approve', 'dora')
    expect(await phaseOf(world)).toBe('Merged')
    expect((await world.ledger.list({ action: 'approve' })).map(({ actor }) => actor)).toEqual([
      'user:bob',
      'user:carl',
      'user:dora',
    ])
  })

  test('end it by rejecting it, or by withdrawing their own', async () => {
    await using world = await proposalWorld()
    await world.propose({}, { by: 'bob' })
    await world.decide('withdraw', 'eve')
    expect(await phaseOf(world)).toBe('Proposed')
    await world.decide('withdraw', 'bob')
    expect((await world.proposal()).status).toMatchObject({ phase: 'Withdrawn', branch: { removed: true } })
    await world.propose({}, { name: 'again' })
    await world.decide('reject', 'eve', 'again')
    expect((await world.proposal('again')).status).toMatchObject({
      phase: 'Rejected',
      message: 'rejected by eve: eve says so',
    })
    await world.decide('approve', 'dora', 'again')
    expect(await phaseOf(world, 'again')).toBe('Rejected')
    expect(world.repository.git('branch', '--list', 'keelway/*')).toBe('')
    const [entry] = await world.ledger.list({ action: 'proposal-rejected' })
    expect(entry).toMatchObject({ actor: 'user:eve', data: { skill: 'right-size', reason: 'eve says so' } })
  })

  test('have a day to decide', async () => {
    await using world = await proposalWorld()
    await world.autonomy({ expiresAfter: '2m' })
    await world.propose()
    await world.advance(minute)
    expect(await phaseOf(world)).toBe('Proposed')
    await world.advance(1.5 * minute)
    expect(await phaseOf(world)).toBe('Expired')
  })

  test('merge themselves in mode propose, and what they merged is followed', async () => {
    await using world = await proposalWorld()
    const { repository } = world
    await world.autonomy({ mode: 'propose' })
    await world.incident('Open')
    await world.propose()
    await world.decide('approve', 'bob')
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Proposed',
      message: expect.stringMatching(
        /^mode propose: merge branch keelway\/proposal\/checkout-memory-\w+ yourself/,
      ),
    })
    repository.commit({ 'README.md': 'more' })
    repository.git('merge', '--quiet', '--no-edit', (await world.proposal()).status?.branch?.name ?? '')
    repository.commit({ 'README.md': 'even more' })
    await world.advance(minute)
    expect((await world.proposal()).status).toMatchObject({ phase: 'Merged', merge: { by: 'people' } })
    await world.sync()
    await world.incident('Recovering')
    expect(await phaseOf(world)).toBe('Verified')
  })

  test('may squash', async () => {
    await using world = await proposalWorld()
    const { repository } = world
    await world.autonomy({ mode: 'propose' })
    await world.propose()
    const branch = (await world.proposal()).status?.branch?.name ?? ''
    repository.git('merge', '--quiet', '--squash', branch)
    repository.git('commit', '--quiet', '-m', 'Raise it')
    await world.advance(minute)
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Merged',
      merge: { by: 'people', revision: mainOf(world) },
    })
  })
})

test('one that is deleted leaves nothing behind and holds up nobody', async () => {
  await using world = await proposalWorld()
  await world.autonomy({ mode: 'auto', approvals: { low: 0, medium: 1, high: 2 } })
  await world.propose()
  expect(await phaseOf(world)).toBe('Merged')
  await world.propose({ changes: [raise('512Mi', '768Mi')] }, { name: 'second' })
  expect(await heldBy(world, 'second')).toContain('ObjectBusy')
  await world.client.delete(Proposal, 'checkout-memory', 'shop')
  await world.advance(minute)
  expect(await world.client.find(Proposal, 'checkout-memory', 'shop')).toBeUndefined()
  expect(await phaseOf(world, 'second')).toBe('Merged')
  expect(world.repository.git('branch', '--list', 'keelway/proposal/checkout-memory*')).toBe('')
})
