import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Proposal } from '../../api/kinds/proposal.ts'
import { fakeBranches } from '../../git/branches.fake.ts'
import type { LedgerEntry } from '../../ledger/ledger.ts'
import { createFuse } from './crash.fake.ts'
import { file, proposalWorld, raise } from './proposal.world.ts'
import { endActions, hasEnded } from './record.ts'

/** Two proposals for one object and one for another. */
const names = ['one', 'two', 'three'] as const
type Name = (typeof names)[number]
const people = ['ann', 'bob', 'carl', 'system:keelway'] as const
const name = fc.constantFrom(...names)

type Step =
  | { do: 'decide'; action: 'approve' | 'reject' | 'withdraw'; by: string; name: Name }
  | { do: 'commit'; what: 'elsewhere' | 'beside' | 'inside' }
  | { do: 'merge'; name: Name }
  | { do: 'policy'; mode: 'propose' | 'approve' | 'auto'; paused: boolean }
  | { do: 'sync' | 'recover' | 'relapse' | 'look' | 'wait' }
  | { do: 'crash'; effects: number; happens: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      action: fc.constantFrom(
        'approve' as const,
        'approve' as const,
        'approve' as const,
        'reject' as const,
        'withdraw' as const,
      ),
      by: fc.constantFrom(...people),
      name,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      what: fc.constantFrom('elsewhere' as const, 'beside' as const, 'inside' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('policy' as const),
      mode: fc.constantFrom('propose' as const, 'approve' as const, 'auto' as const),
      paused: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'sync' as const,
        'sync' as const,
        'recover' as const,
        'relapse' as const,
        'look' as const,
        'wait' as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      effects: fc.integer({ min: 1, max: 12 }),
      happens: fc.boolean(),
    }),
  },
)

const other = file.replace('name: checkout', 'name: basket')
const changesOf: Record<Name, Proposal['spec']['changes']> = {
  one: [raise('256Mi', '512Mi')],
  two: [
    {
      ...raise('', ''),
      operations: [{ op: 'replace', path: '/spec/replicas', value: 3 }],
    },
  ],
  three: [
    {
      ...raise('256Mi', '384Mi'),
      file: 'deploy/basket.yaml',
      object: { ...raise('', '').object, name: 'basket' } as never,
    },
  ],
}

async function scene() {
  const git = fakeBranches()
  const fuse = createFuse()
  git.commitFiles({ 'deploy/checkout.yaml': file, 'deploy/basket.yaml': other, 'README.md': '' })
  const world = await proposalWorld({
    git: () => fuse.git(git),
    ledger: fuse.ledger,
    through: fuse.transport,
    inMemory: true,
  })
  const head = () => git.branches.get('main') ?? ''
  await world.sync(head())
  await world.autonomy({ limits: { open: 50, perHour: 50, mergesPerDay: 50 } })
  await world.incident('Open')
  for (const [i, each] of names.entries())
    await world.propose({ changes: changesOf[each], createdBy: 'ann' } as never, {
      name: each,
      by: i === 2 ? 'system:keelway' : 'ann',
    })
  return { git, fuse, world, head, mergedLate: new Set<Name>() }
}

type Scene = Awaited<ReturnType<typeof scene>>

async function take({ git, fuse, world, head, mergedLate }: Scene, what: Step): Promise<void> {
  switch (what.do) {
    case 'decide':
      return world.decide(what.action, what.by, what.name)
    case 'commit': {
      const text = Buffer.from(
        await git.read(
          { url: '', ref: 'main' },
          head(),
          'deploy/checkout.yaml',
          1e6,
          new AbortController().signal,
        ),
      ).toString()
      const changes = {
        elsewhere: { 'README.md': `${git.branches.size}` },
        beside: { 'deploy/checkout.yaml': text.replace('two are enough', 'for now') },
        inside: { 'deploy/checkout.yaml': text.replace(/memory: \w+/, 'memory: 300Mi') },
      }
      git.commitFiles(changes[what.what])
      return world.look()
    }
    case 'merge': {
      const { status } = await world.proposal(what.name)
      const branch = status?.branch?.name ?? ''
      if (!git.branches.has(branch)) return world.look()
      git.merge(branch)
      // What people merge after it has ended is theirs: a pause keeps the branch that long.
      if (hasEnded(status ?? {})) mergedLate.add(what.name)
      return world.look()
    }
    case 'policy':
      return world.autonomy({
        mode: what.mode,
        approvals: { low: what.mode === 'auto' ? 0 : 1, medium: 2, high: 2 },
        limits: { open: 50, perHour: 50, mergesPerDay: 50 },
        ...(what.paused && { paused: { reason: 'stop' } }),
      })
    case 'sync':
      return world.sync(head())
    case 'recover':
      return world.incident('Recovering')
    case 'relapse':
      return world.incident('Open')
    case 'wait':
      return world.look(16 * 60_000)
    case 'look':
      return world.look()
    case 'crash':
      fuse.set(what.effects, what.happens)
      await world.look()
      if (fuse.burnt) {
        await world.stop()
        fuse.mend()
        return world.restart()
      }
      fuse.mend()
  }
}

const uidOf = ({ data }: LedgerEntry): string => String(data.uid)

/** What must never have happened, whatever came in which order. */
async function check({ git, world, head }: Scene): Promise<void> {
  const entries = await world.ledger.list()
  const reached = git.ancestors(head())
  for (const each of names) {
    const { metadata, status } = await world.proposal(each)
    const own = entries.filter(entry => uidOf(entry) === metadata.uid)
    const commits = new Set(
      own.filter(({ action }) => action === 'proposal-branch').map(({ data }) => String(data.revision)),
    )
    const inMain = [...reached].filter(revision => commits.has(revision))
    expect(inMain.length, `${each} is merged once at most`).toBeLessThanOrEqual(1)
    expect(own.filter(({ action }) => action === 'merge').length).toBeLessThanOrEqual(1)
    const ends = own.filter(({ action }) => endActions.has(action) && action !== 'proposal-reverted')
    expect(ends.length, `${each} ends once`).toBeLessThanOrEqual(1)
    if (hasEnded(status ?? {})) expect(ends).toHaveLength(1)
    for (const approval of own.filter(({ action }) => action === 'approval')) legitimate(approval, own)
    // What the controller put into main was decided on first.
    for (const revision of inMain) {
      const approval = own.find(({ action, data }) => action === 'approval' && data.revision === revision)
      const byPeople = [...reached].some(id => git.merges.get(id) === revision)
      expect(approval !== undefined || byPeople, `${each} came into main by a decision`).toBe(true)
    }
  }
  const overlapping = entries.filter(({ action }) => action === 'approval')
  for (const a of overlapping) {
    const until = entries.find(
      entry => uidOf(entry) === uidOf(a) && endActions.has(entry.action) && entry.sequence > a.sequence,
    )
    const busy = overlapping.find(
      b =>
        uidOf(b) !== uidOf(a) &&
        b.sequence > a.sequence &&
        b.sequence < (until?.sequence ?? Number.POSITIVE_INFINITY) &&
        (b.data.objects as string[]).some(object => (a.data.objects as string[]).includes(object)),
    )
    expect(busy, 'two are never on their way to one object').toBeUndefined()
  }
  expect((await world.ledger.verify()).intact).toBe(true)
}

/** A decision to merge rests on open gates and on enough people, none of them its author or automation. */
function legitimate({ sequence, data }: LedgerEntry, own: readonly LedgerEntry[]): void {
  const before = own.filter(entry => entry.sequence < sequence)
  expect(before.some(entry => entry.action === 'proposal-gate' && entry.data.base === data.base)).toBe(true)
  const approvals = data.approvals as { user: string }[]
  expect(approvals.length).toBeGreaterThanOrEqual(Number(data.quorum))
  if (data.mode !== 'auto') expect(Number(data.quorum)).toBeGreaterThanOrEqual(1)
  expect(data.mode).not.toBe('propose')
  const approved = before.filter(({ action }) => action === 'approve').map(({ actor }) => actor)
  for (const { user } of approvals) {
    expect(approved).toContain(`user:${user}`)
    expect(user.startsWith('system:')).toBe(false)
    const author = before.find(({ action }) => action === 'proposal')?.data.createdBy
    expect(user).not.toBe(author)
  }
  const ended = before.find(({ action }) => endActions.has(action))
  expect(ended, 'nothing is merged after its end').toBeUndefined()
}

test('whatever people, Git and kills do in whatever order, nothing is merged without gates and quorum, or twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async steps => {
      const at = await scene()
      await using world = at.world
      for (const what of steps) {
        const paused = (await world.policy())?.paused !== undefined
        const before = at.head()
        await take(at, what)
        const moved = at.head() !== before
        if (
          paused &&
          moved &&
          (what.do === 'look' || what.do === 'wait' || what.do === 'decide' || what.do === 'crash')
        )
          throw new Error('something was merged while everything was paused')
        await check(at)
      }
      await comesToRest(at)
    }),
    { numRuns: 25 },
  )
}, 240_000)

/** Left alone, everything comes to its end, and what was decided for is merged; doing it again changes nothing. */
async function comesToRest(at: Scene): Promise<void> {
  const { world, head } = at
  await world.autonomy({ limits: { open: 50, perHour: 50, mergesPerDay: 50 } })
  for (let i = 0; i < 8; i++) {
    await world.look()
    await world.sync(head())
    await world.incident('Recovering')
  }
  await check(at)
  const seen = async () => Promise.all(names.map(async each => (await world.proposal(each)).status))
  const rested = await seen()
  const reached = at.git.ancestors(head())
  const entries = await world.ledger.list({ action: 'proposal-branch' })
  for (const { data, subject } of entries) {
    const i = names.findIndex(each => subject.endsWith(`/${each}`))
    const followed = rested[i]?.merge !== undefined || at.mergedLate.has(names[i] ?? 'one')
    expect(followed || !reached.has(String(data.revision)), 'what came into main is followed').toBe(true)
  }
  for (const status of rested) expect(hasEnded(status ?? {}) || status?.phase === 'Proposed').toBe(true)
  await world.restart()
  await world.look()
  expect(await seen()).toEqual(rested)
}
