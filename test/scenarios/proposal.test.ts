import { expect, test } from 'vitest'
import { apiVersionOf } from '../../src/api/kind.ts'
import { Incident } from '../../src/api/kinds/incident.ts'
import { kinds } from '../../src/api/kinds/index.ts'
import { Proposal } from '../../src/api/kinds/proposal.ts'
import { learntFrom } from '../../src/policy/outcomes.ts'
import { type TestRepository, testRepository } from '../repository.ts'
import { testWorld, type World } from '../world.ts'

const minute = 60_000
const declared = `# The shop's checkout.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  replicas: 2 # two are enough
  selector:
    matchLabels: { app: checkout }
  template:
    metadata:
      labels: { app: checkout }
    spec:
      containers:
        - name: checkout
          image: shop/checkout:1.4
          resources:
            limits:
              memory: 256Mi
`

/** The whole system with a repository that declares checkout, and an incident of it. */
async function start(): Promise<
  { world: World; repository: TestRepository; incident: string } & AsyncDisposable
> {
  const repository = await testRepository()
  await repository.commit('first', { 'checkout.yaml': declared })
  const world = await testWorld()
  await world.deliver(repository.path)
  await world.advance(2000)
  await alert(world)
  await world.advance(10_000)
  const { items } = await world.client.list(Incident)
  return {
    world,
    repository,
    incident: items[0]?.metadata.name ?? '',
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await repository[Symbol.asyncDispose]()
    },
  }
}

const alert = (world: World, ended: { until?: number } = {}): Promise<void> =>
  world.signals.append([
    {
      kind: 'event',
      resource: { service: 'checkout' },
      at: world.clock.now(),
      source: 'alert',
      reason: 'PodsKilled',
      severity: 'error',
      message: 'checkout is killed for memory',
      key: 'a',
      count: 1,
      attributes: {},
      ...ended,
    },
  ])

const limit = '/spec/template/spec/containers/0/resources/limits/memory'

/** A person proposes more memory. */
async function propose(world: World, incident: string): Promise<void> {
  await world.client.create(Proposal, {
    apiVersion: apiVersionOf(Proposal),
    kind: 'Proposal',
    metadata: { name: 'more-memory', namespace: 'default' },
    spec: {
      delivery: 'app',
      title: 'Raise the memory limit of checkout to 512Mi',
      why: 'checkout is killed for memory.',
      skill: 'right-size',
      incident,
      hypothesis: {
        statement: 'too little memory',
        class: 'out-of-memory',
        rules: ['objects/oom'],
        confidence: 0.9,
      },
      changes: [
        {
          file: 'checkout.yaml',
          object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', namespace: 'default' },
          operations: [
            { op: 'test', path: limit, value: '256Mi' },
            { op: 'replace', path: limit, value: '512Mi' },
          ],
        },
      ],
      expected: { signal: { incident }, within: '10m' },
    },
  })
  await world.settle()
}

const find = (world: World, name = 'more-memory') => world.client.get(Proposal, name, 'default')

async function approve(world: World, by: string, name = 'more-memory'): Promise<void> {
  const found = await find(world, name)
  const decisions = [...found.spec.decisions, { action: 'approve' as const, reason: 'read it' }]
  await world.clientOf(by).update(Proposal, { ...found, spec: { ...found.spec, decisions } })
  await world.settle()
}

/** The memory limit of the live Deployment. */
async function liveLimit(world: World): Promise<unknown> {
  const kind = kinds.find(other => other.kind === 'Deployment')
  if (!kind) throw new Error('there is no kind Deployment')
  const live = JSON.stringify(await world.client.get(kind, 'checkout', 'default'))
  return /"limits":\{"memory":"(\w+)"/.exec(live)?.[1]
}

test('proposed by hand, looked at by gates, approved by another, merged, synced, and verified when the incident is over', async () => {
  await using at = await start()
  const { world, repository, incident } = at
  await propose(world, incident)
  const proposed = await find(world)
  expect(proposed.status).toMatchObject({ phase: 'Proposed', risk: { class: 'low' }, quorum: 1 })
  expect(proposed.status?.gates?.every(({ state }) => state === 'open')).toBe(true)
  expect(await liveLimit(world)).toBe('256Mi')

  await approve(world, 'alice')
  expect((await find(world)).status).toMatchObject({
    phase: 'Proposed',
    ignored: ['alice: nobody approves what is their own'],
  })
  await approve(world, 'bob')
  expect((await find(world)).status?.phase).toBe('Merged')
  expect(await repository.git('show', 'main:checkout.yaml')).toBe(declared.replace('256Mi', '512Mi').trim())

  await world.advance(15_000)
  expect((await find(world)).status?.phase).toBe('Verifying')
  expect(await liveLimit(world)).toBe('512Mi')
  await alert(world, { until: world.clock.now() })
  await world.advance(10_000)
  expect((await find(world)).status).toMatchObject({
    phase: 'Verified',
    observed: `incident ${incident} is Recovering`,
  })

  const entries = await world.ledger.list({ subject: 'Proposal/default/more-memory' })
  expect(entries.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
    'proposal controller:proposal',
    'proposal-gate controller:proposal',
    'proposal-branch controller:proposal',
    'approve user:alice',
    'approve user:bob',
    'approval controller:proposal',
    'merge controller:proposal',
    'verified controller:proposal',
  ])
  expect((await world.ledger.verify()).intact).toBe(true)
  expect(learntFrom(await world.ledger.list()).outcomes).toMatchObject([
    { skill: 'right-size', class: 'out-of-memory', environment: 'default', result: 'verified' },
  ])
}, 60_000)

test('what does not help is taken back by a proposal that people approve like any other', async () => {
  await using at = await start()
  const { world, repository, incident } = at
  await propose(world, incident)
  await approve(world, 'bob')
  await world.advance(15_000)
  expect(await liveLimit(world)).toBe('512Mi')
  for (let waited = 0; waited < 11 * minute; waited += 30_000) {
    world.clock.advance(30_000)
    await world.settle()
  }
  expect((await find(world)).status).toMatchObject({ phase: 'Ineffective', revert: 'more-memory-revert' })
  const revert = await find(world, 'more-memory-revert')
  expect(revert).toMatchObject({
    spec: { reverts: 'more-memory', createdBy: 'system:keelway' },
    status: { phase: 'Proposed', risk: { class: 'low' } },
  })
  expect(await liveLimit(world)).toBe('512Mi')

  await approve(world, 'bob', 'more-memory-revert')
  await world.advance(30_000)
  expect(await repository.git('show', 'main:checkout.yaml')).toBe(declared.trim())
  expect(await liveLimit(world)).toBe('256Mi')
  expect((await find(world, 'more-memory-revert')).status?.phase).toBe('Verified')
  expect((await find(world)).status?.phase).toBe('Reverted')
  expect(learntFrom(await world.ledger.list()).outcomes).toMatchObject([
    { skill: 'right-size', result: 'ineffective' },
  ])
}, 60_000)
