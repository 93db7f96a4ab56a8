import { describe, expect, test } from 'vitest'
import { file, heldBy, mainOf, phaseOf, proposalWorld, raise } from './proposal.world.ts'

const minute = 60_000

describe('policy', () => {
  const auto = { mode: 'auto', approvals: { low: 0, medium: 1, high: 2 } }

  test('lets what is of low risk go without people in mode auto, and asks them for more', async () => {
    await using world = await proposalWorld()
    await world.autonomy(auto)
    await world.propose()
    expect((await world.proposal()).status).toMatchObject({ phase: 'Merged', quorum: 0, approvals: [] })
    await world.sync()
    await world.incident('Recovering')
    const image = '/spec/template/spec/containers/0/image'
    const change = {
      ...raise('512Mi', '1Gi'),
      operations: [{ op: 'replace' as const, path: image, value: 'shop/checkout:1.3' }],
    }
    await world.propose({ changes: [change] }, { name: 'older-image' })
    expect((await world.proposal('older-image')).status).toMatchObject({
      phase: 'Proposed',
      quorum: 1,
      risk: { class: 'medium' },
    })
  })

  test('of keelway-system holds everywhere: mode observe refuses automation, not people', async () => {
    await using world = await proposalWorld()
    await world.autonomy(auto)
    await world.autonomy({ mode: 'observe' }, { namespace: 'keelway-system', name: 'all' })
    await world.propose()
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Refused',
      message: expect.stringContaining(
        'mode observe (keelway-system/all, shop/shop) takes no proposals by automation',
      ),
    })
    expect(world.repository.git('branch', '--list', 'keelway/*')).toBe('')
    await world.propose({}, { name: 'by-hand', by: 'bob' })
    expect((await world.proposal('by-hand')).status?.message).toContain('mode observe: merge branch')
  })

  test('of another namespace holds for what reaches there', async () => {
    await using world = await proposalWorld()
    await world.autonomy(auto)
    await world.autonomy({ mode: 'propose' }, { namespace: 'billing', name: 'strict' })
    world.repository.commit({
      'deploy/billing.yaml': file.replace('name: checkout', 'name: invoices\n  namespace: billing'),
    })
    const object = { ...raise('', '').object, name: 'invoices', namespace: 'billing' } as never
    await world.propose({ changes: [{ ...raise('256Mi', '512Mi'), file: 'deploy/billing.yaml', object }] })
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Proposed',
      mode: 'propose',
      policies: ['billing/strict', 'shop/shop'],
    })
  })

  test('pauses everything at once, and what waits goes on afterwards', async () => {
    await using world = await proposalWorld()
    await world.autonomy({ paused: { reason: 'audit' } })
    await world.propose()
    expect(await heldBy(world)).toBe(
      'Paused: stopped by Autonomy shop/shop: audit; take spec.paused away to go on',
    )
    expect(world.repository.git('branch', '--list', 'keelway/*')).toBe('')
    await world.autonomy({})
    expect(await phaseOf(world)).toBe('Proposed')
    await world.autonomy({ paused: { reason: 'audit' } })
    const before = mainOf(world)
    await world.decide('approve', 'bob')
    await world.advance(minute)
    expect(mainOf(world)).toBe(before)
    await world.autonomy({})
    expect(await phaseOf(world)).toBe('Merged')
    expect(await heldBy(world)).toBeUndefined()
  })

  test('freezes merges for a time', async () => {
    await using world = await proposalWorld()
    const until = new Date(world.clock.now() + 10 * minute).toISOString()
    const freezes = [{ from: '2025-01-01T00:00:00.000Z', until, reason: 'the fair' }]
    await world.autonomy({ ...auto, freezes })
    await world.propose()
    expect(await heldBy(world)).toContain(
      `Frozen: nothing is merged until ${until} (Autonomy shop/shop: the fair)`,
    )
    await world.advance(10 * minute)
    expect(await phaseOf(world)).toBe('Merged')
  })

  test('lets no two proposals be on their way to one object, and counts what automation may do', async () => {
    await using world = await proposalWorld()
    await world.autonomy({ ...auto, limits: { open: 5, perHour: 5, mergesPerDay: 2 } })
    await world.propose()
    await world.propose({ changes: [raise('512Mi', '768Mi')] }, { name: 'second' })
    expect(await phaseOf(world)).toBe('Merged')
    expect(await heldBy(world, 'second')).toBe(
      'ObjectBusy: Proposal/shop/checkout-memory changes apps/Deployment/shop/checkout and has not shown yet whether it helped: this waits for it',
    )
    await world.sync()
    await world.incident('Recovering')
    await world.advance(minute)
    expect(await phaseOf(world, 'second')).toBe('Merged')
    await world.sync()
    await world.advance(minute)
    await world.propose({ changes: [raise('768Mi', '1Gi')] }, { name: 'third' })
    expect(await heldBy(world, 'third')).toContain(
      'LimitReached: 2 proposals by automation were merged within 24 hours, 2 may be',
    )
  }, 60_000)

  test('stops automation that changes one object again and again: then a person has to look', async () => {
    await using world = await proposalWorld()
    await world.autonomy({ ...auto, flapping: { changes: 2, within: '6h' } })
    await world.incident('Recovering')
    const sizes = ['256Mi', '300Mi', '350Mi', '400Mi']
    for (const [i, name] of ['one', 'two', 'three'].entries()) {
      await world.propose({ changes: [raise(sizes[i] ?? '', sizes[i + 1] ?? '')] }, { name })
      await world.sync()
      await world.advance(minute)
    }
    expect(await phaseOf(world, 'two')).toBe('Verified')
    expect((await world.proposal('three')).status).toMatchObject({
      phase: 'Proposed',
      quorum: 1,
      message: expect.stringContaining(
        'automation changed apps/Deployment/shop/checkout 2 times lately, so a person has to look',
      ),
    })
    await world.decide('approve', 'bob', 'three')
    expect(await phaseOf(world, 'three')).toBe('Merged')
  }, 30_000)

  test('bounds how many proposals of automation are open and how many are made in an hour', async () => {
    await using world = await proposalWorld()
    await world.autonomy({ limits: { open: 1, perHour: 2, mergesPerDay: 9 } })
    await world.propose()
    await world.advance(minute)
    await world.propose({}, { name: 'second' })
    expect(await heldBy(world, 'second')).toContain(
      'LimitReached: 1 proposals are open before this one, 1 may be',
    )
    await world.decide('reject', 'bob')
    await world.advance(minute)
    expect(await phaseOf(world, 'second')).toBe('Proposed')
    await world.decide('reject', 'bob', 'second')
    await world.propose({}, { name: 'third' })
    expect(await heldBy(world, 'third')).toContain('2 proposals were made in the hour before this one')
    await world.propose({}, { name: 'by-hand', by: 'bob' })
    expect(await phaseOf(world, 'by-hand')).toBe('Proposed')
    await world.advance(61 * minute)
    expect(await phaseOf(world, 'third')).toBe('Proposed')
  }, 30_000)
})
