import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer } from '../../../test/api-server.ts'
import { conditionOf } from '../../api/conditions.ts'
import { apiVersionOf, type Kind } from '../../api/kind.ts'
import { Autonomy } from '../../api/kinds/autonomy.ts'
import { Namespace } from '../../api/kinds/core.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import { Incident } from '../../api/kinds/incident.ts'
import { kinds } from '../../api/kinds/index.ts'
import { Proposal } from '../../api/kinds/proposal.ts'
import { createClient } from '../../client/api-client.ts'
import type { Client } from '../../client/client.ts'
import type { Transport } from '../../client/transport.ts'
import { createGit } from '../../git/command.ts'
import type { Git } from '../../git/git.ts'
import { type FakeRepository, fakeRepository } from '../../git/repository.fake.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { memoryLedger } from '../../ledger/memory.ts'
import { FakeClock } from '../../lib/clock.fake.ts'
import { seededRandom } from '../../lib/random.ts'
import { memoryTelemetry } from '../../telemetry/memory.ts'
import { memorySignals } from '../../telemetry/signals/memory-signals.ts'
import type { SignalStore } from '../../telemetry/signals/signal-store.ts'
import { createManager, type Manager } from '../runtime/manager.ts'
import type { Reconciler } from '../runtime/reconciler.ts'
import type { ForgeOf } from './place.ts'
import { proposalReconciler } from './proposal.ts'

/** A server with a namespace `shop`, a repository and the Proposal controller; Deliveries are moved by hand. */
export interface ProposalWorld extends AsyncDisposable {
  /** The client of ann. */
  client: Client
  as(user: string): Client
  clock: FakeClock
  ledger: Ledger
  signals: SignalStore
  git: Git
  repository: FakeRepository
  /** Errors that the runtime told. */
  logged: string[]
  propose(spec?: Partial<Proposal['spec']>, options?: { name?: string; by?: string }): Promise<void>
  proposal(name?: string): Promise<Proposal>
  decide(action: 'approve' | 'reject' | 'withdraw', by: string, name?: string): Promise<void>
  autonomy(spec: object, options?: { name?: string; namespace?: string }): Promise<void>
  incident(phase: 'Open' | 'Recovering'): Promise<void>
  /** The Delivery has applied what main says now, or a commit. */
  sync(revision?: string): Promise<void>
  advance(ms: number): Promise<void>
  settle(): Promise<void>
  /** Lets time pass at once, so that everything is looked at again, and lets it come to rest. */
  look(ms?: number): Promise<void>
  /** What the Autonomy of the namespace says. */
  policy(): Promise<Autonomy['spec'] | undefined>
  stop(): Promise<void>
  /** Ends the controller as a crash would and starts another that remembers nothing. */
  restart(): Promise<void>
}

export const AUTOMATION = 'system:keelway'

export const file = `# Owned by the shop team.
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

const limit = '/spec/template/spec/containers/0/resources/limits/memory'

/** The change of the memory limit of checkout. */
export const raise = (from: string, to: string): Proposal['spec']['changes'][number] => ({
  file: 'deploy/checkout.yaml',
  object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', namespace: 'shop' },
  operations: [
    { op: 'test', path: limit, value: from },
    { op: 'replace', path: limit, value: to },
  ],
})

export const spec: Proposal['spec'] = {
  delivery: 'shop',
  title: 'Raise the memory limit of checkout to 512Mi',
  why: 'checkout was killed for memory 7 times since 10:14.',
  skill: 'right-size',
  incident: 'checkout-1',
  hypothesis: {
    statement: 'checkout needs more memory than it may use',
    class: 'out-of-memory',
    rules: ['objects/oom-killed'],
    confidence: 0.8,
  },
  evidence: [{ source: 'Event/shop/checkout', detail: 'OOMKilled' }],
  changes: [raise('256Mi', '512Mi')],
  expected: { signal: { incident: 'checkout-1' }, within: '15m' },
  risks: [],
  decisions: [],
}

export interface ProposalWorldOptions {
  forgeOf?: ForgeOf
  repository?: FakeRepository
  /** Stands in place of what the controller is given, to fail. */
  git?: (git: Git) => Git
  ledger?: (ledger: Ledger) => Ledger
  through?: (transport: Transport) => Transport
  delivery?: Partial<Delivery['spec']>
  /** There is no repository on disk: `git` holds one. */
  inMemory?: true
}

const noRepository: FakeRepository = {
  path: '/nowhere',
  git: () => '',
  commit: () => '',
  [Symbol.dispose]() {},
}

export async function proposalWorld(options: ProposalWorldOptions = {}): Promise<ProposalWorld> {
  const clock = new FakeClock()
  const random = seededRandom(1)
  const server = await startTestServer({ clock })
  const directory = mkdtempSync(join(tmpdir(), 'keelway-proposal-'))
  const repository = options.repository ?? (options.inMemory ? noRepository : fakeRepository())
  const realGit = createGit({ directory, clock })
  const git = options.git?.(realGit) ?? realGit
  const memory = memoryLedger()
  const ledger = options.ledger?.(memory) ?? memory
  const signals = memorySignals()
  const logged: string[] = []
  const as = (user: string) => createClient(server.as(user), { clock, random })
  const client = as('ann')
  const start = async (): Promise<Manager> => {
    const transport = server.as(AUTOMATION)
    const manager = createManager({
      client: createClient(options.through?.(transport) ?? transport, { clock, random }),
      reconcilers: [
        proposalReconciler({
          git,
          ledger,
          kinds,
          signals,
          callHistory: memoryTelemetry(),
          forgeOf: options.forgeOf,
        }),
      ] as unknown as Reconciler<Kind>[],
      kinds,
      clock,
      random,
      log: (level, message, fields) => {
        if (level === 'error') logged.push(`${message} ${JSON.stringify(fields)}`)
      },
    })
    await manager.start()
    return manager
  }
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  if (!options.repository && !options.inMemory)
    repository.commit({ 'deploy/checkout.yaml': file, 'README.md': 'shop' }, 'First')
  await client.create(Delivery, {
    metadata: { name: 'shop', namespace: 'shop' },
    spec: { repository: repository.path, path: 'deploy', ...options.delivery },
  })
  let manager = await start()
  const world: ProposalWorld = {
    client,
    as,
    clock,
    ledger: memory,
    signals,
    git: realGit,
    repository,
    logged,
    async propose(given = {}, { name = 'checkout-memory', by = AUTOMATION } = {}) {
      await as(by).create(Proposal, {
        apiVersion: apiVersionOf(Proposal),
        kind: 'Proposal',
        metadata: { name, namespace: 'shop' },
        spec: { ...spec, ...given },
      })
      await manager.settle()
    },
    proposal: (name = 'checkout-memory') => client.get(Proposal, name, 'shop'),
    async decide(action, by, name = 'checkout-memory') {
      const found = await world.proposal(name)
      const decisions = [...found.spec.decisions, { action, reason: `${by} says so` }]
      await as(by).update(Proposal, { ...found, spec: { ...found.spec, decisions } })
      await manager.settle()
    },
    async autonomy(given, { name = 'shop', namespace = 'shop' } = {}) {
      const known = await client.find(Autonomy, name, namespace)
      const content = {
        apiVersion: apiVersionOf(Autonomy),
        kind: 'Autonomy',
        metadata: { name, namespace },
        spec: given,
      }
      if (known) await client.update(Autonomy, { ...known, spec: given as Autonomy['spec'] })
      else {
        if (namespace !== 'shop' && !(await client.find(Namespace, namespace)))
          await client.create(Namespace, {
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: { name: namespace },
          })
        await client.create(Autonomy, content)
      }
      await manager.settle()
    },
    async incident(phase) {
      const at = new Date(clock.now()).toISOString()
      const timeline = [
        {
          number: 1,
          at,
          what: phase === 'Open' ? ('Opened' as const) : ('Recovering' as const),
          message: '',
        },
      ]
      const known = await client.find(Incident, 'checkout-1', 'shop')
      const incident =
        known ??
        (await client.create(Incident, {
          ...(Incident.example as { spec: object }),
          metadata: { name: 'checkout-1', namespace: 'shop' },
        }))
      await client.updateStatus(Incident, { ...incident, status: { phase, timeline } })
      await manager.settle()
    },
    async sync(revision = repository.git('rev-parse', 'main')) {
      const delivery = await client.get(Delivery, 'shop', 'shop')
      const history = [
        {
          revision,
          author: 'Ann <ann@example.com>',
          title: 't',
          at: '2026-01-01T00:00:00Z',
          result: 'applied' as const,
        },
        ...(delivery.status?.history ?? []),
      ].slice(0, 20)
      await client.updateStatus(Delivery, { ...delivery, status: { ...delivery.status, revision, history } })
      await manager.settle()
    },
    async advance(ms) {
      const step = Math.max(15_000, ms / 20)
      for (let left = ms; left > 0; left -= step) {
        clock.advance(Math.min(left, step))
        await manager.settle()
      }
    },
    settle: () => manager.settle(),
    async look(ms = 20_000) {
      clock.advance(ms)
      await manager.settle()
    },
    policy: async () => (await client.find(Autonomy, 'shop', 'shop'))?.spec,
    stop: () => manager.stop(),
    async restart() {
      await manager.stop()
      manager = await start()
      await manager.settle()
    },
    async [Symbol.asyncDispose]() {
      await manager.stop()
      await realGit[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      if (!options.repository) repository[Symbol.dispose]()
      rmSync(directory, { recursive: true, force: true })
    },
  }
  if (!options.inMemory) await world.sync()
  return world
}

export const phaseOf = async (world: ProposalWorld, name?: string) =>
  (await world.proposal(name)).status?.phase
/** What holds it up, with the reason in front. */
export const heldBy = async (world: ProposalWorld, name?: string) => {
  const found = conditionOf(await world.proposal(name), 'Held')
  return found && `${found.reason}: ${found.message}`
}
export const mainOf = ({ repository }: ProposalWorld) => repository.git('rev-parse', 'main')
