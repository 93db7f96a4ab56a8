import { expect, test } from 'vitest'
import { fakeBranches } from '../../git/branches.fake.ts'
import { createFuse } from './crash.fake.ts'
import { file, proposalWorld } from './proposal.world.ts'

/** Carries a proposal to its end with a kill at one effect; gives what came of it, and whether the kill took place. */
async function lived(kill: number, happens: boolean, helps: boolean) {
  const git = fakeBranches()
  const fuse = createFuse()
  git.commitFiles({ 'deploy/checkout.yaml': file })
  await using world = await proposalWorld({
    git: () => fuse.git(git),
    ledger: fuse.ledger,
    through: fuse.transport,
    inMemory: true,
  })
  const head = () => git.branches.get('main') ?? ''
  const revive = async () => {
    if (!fuse.burnt) return
    await world.stop()
    fuse.mend()
    await world.restart()
    await world.look()
  }
  await world.sync(head())
  await world.incident('Open')
  fuse.set(kill, happens)
  await world.propose()
  await revive()
  await world.decide('approve', 'bob')
  await revive()
  await world.look()
  await revive()
  await world.sync(head())
  await revive()
  if (helps) await world.incident('Recovering')
  else await world.look(16 * 60_000)
  await revive()
  await world.look()
  await revive()
  const burnt = kill < Number.POSITIVE_INFINITY && fuse.spent()
  fuse.mend()
  // What was decided once stays decided.
  await world.incident(helps ? 'Open' : 'Recovering')
  await world.look(20 * 60_000)
  const { status } = await world.proposal()
  const entries = await world.ledger.list()
  const own = entries.filter(({ subject }) => subject.endsWith('/checkout-memory'))
  return {
    burnt,
    phase: status?.phase,
    actions: own.map(({ action }) => action),
    files: Buffer.from(
      await git.read(
        { url: '', ref: 'main' },
        head(),
        'deploy/checkout.yaml',
        1e6,
        new AbortController().signal,
      ),
    ).toString(),
    commits: git.ancestors(head()).size,
    branches: [...git.branches.keys()].map(name => name.replace(/-[0-9a-f]{6}$/, '')).sort(),
  }
}

test.each([true, false])(
  'a kill at any effect, whether it happened or not, leads to the same end (it helps: %s)',
  async helps => {
    const { burnt: _, ...whole } = await lived(Number.POSITIVE_INFINITY, true, helps)
    expect(whole).toMatchObject({ phase: helps ? 'Verified' : 'Ineffective', commits: 2 })
    let kills = 0
    for (let kill = 1; ; kill++) {
      const ends = [await lived(kill, true, helps), await lived(kill, false, helps)]
      if (!ends.some(({ burnt }) => burnt)) break
      kills++
      for (const { burnt: _, ...end } of ends) expect(end, `killed at effect ${kill}`).toEqual(whole)
    }
    expect(kills).toBeGreaterThan(10)
  },
  120_000,
)

test('an end that the ledger knows stays, however the world looks after the kill', async () => {
  const git = fakeBranches()
  const fuse = createFuse()
  git.commitFiles({ 'deploy/checkout.yaml': file })
  await using world = await proposalWorld({
    git: () => fuse.git(git),
    ledger: fuse.ledger,
    through: fuse.transport,
    inMemory: true,
  })
  await world.incident('Open')
  await world.propose()
  await world.decide('approve', 'bob')
  await world.sync(git.branches.get('main') ?? '')
  // The entry is written; the status is not.
  fuse.set(2, false)
  await world.incident('Recovering')
  expect(fuse.burnt).toBe(true)
  expect((await world.proposal()).status?.phase).toBe('Verifying')
  expect(await world.ledger.list({ action: 'verified' })).toHaveLength(1)
  await world.stop()
  await world.incident('Open')
  world.clock.advance(20 * 60_000)
  fuse.mend()
  await world.restart()
  await world.look()
  expect((await world.proposal()).status?.phase).toBe('Verified')
  expect(await world.ledger.list({ action: 'ineffective' })).toEqual([])
})
