import { expect, test } from 'vitest'
import { ApiError, isConflict } from '../../src/api/errors.ts'
import type { Kind, Resource, ResourceOf } from '../../src/api/kind.ts'
import { ModelProvider } from '../../src/api/kinds/model-provider.ts'
import type { ModelRoute } from '../../src/api/kinds/model-route.ts'
import { RouteRelease } from '../../src/api/kinds/route-release.ts'
import { snapshotContent } from '../../src/controllers/gateway-config/content.ts'
import { modelRouteReconciler } from '../../src/controllers/model-route/model-route.ts'
import { routeReleaseReconciler } from '../../src/controllers/route-release/route-release.ts'
import { type Context, Stalled, Waiting } from '../../src/controllers/runtime/reconciler.ts'
import type { Gate } from '../../src/gates/gate.ts'
import { memoryLedger } from '../../src/ledger/memory.ts'
import { FakeClock } from '../../src/lib/clock.fake.ts'
import { type Random, seededRandom } from '../../src/lib/random.ts'
import { memoryTelemetry } from '../../src/telemetry/memory.ts'
import type { Unit } from '../../src/telemetry/telemetry.ts'

const ORDERS = 1000
const STEPS = 60

/** How good the content of each version is, and whether its gate opens. */
const versions = {
  first: { right: 0.9, opens: true },
  better: { right: 1, opens: true },
  broken: { right: 0, opens: false },
  sly: { right: 0.1, opens: true },
} as const
type Version = keyof typeof versions

test(`under ${ORDERS} orders of events a rejected or rolled-back release never comes back and a closed gate lets nothing through`, async () => {
  const ends = new Map<string, number>()
  for (let seed = 1; seed <= ORDERS; seed++) {
    const play = createPlay(seed)
    try {
      for (let step = 0; step < STEPS; step++) await play.step()
      await play.finish()
    } catch (error) {
      throw new Error(`order ${seed}: ${(error as Error).message}`, { cause: error })
    }
    for (const end of play.ends()) ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  // The orders are worth something only when they led everywhere.
  for (const end of ['Live', 'Rejected', 'RolledBack', 'Superseded'])
    expect(ends.get(end) ?? 0, `orders that saw ${end}`).toBeGreaterThan(ORDERS / 10)
}, 60_000)

/**
 * The route's and the releases' reconcilers over a server whose objects reach their one cache late, not in order of
 * kinds, repeatedly, and with states in between left out; writes collide, and crashes lose what was not written yet.
 */
function createPlay(seed: number) {
  const random = seededRandom(seed)
  const clock = new FakeClock()
  const ledger = memoryLedger()
  const server = new Map<string, Resource>()
  const cache = new Map<string, Resource>()
  let revision = 0

  const keyOf = ({ kind, metadata }: Pick<Resource, 'kind' | 'metadata'>) => `${kind}/${metadata.name}`
  const put = (object: Resource): Resource => {
    const stored = structuredClone(object)
    stored.metadata.resourceVersion = String(++revision)
    server.set(keyOf(object), stored)
    return stored
  }
  const listOf = (objects: Map<string, Resource>, kind: Kind) =>
    [...objects.values()].filter(object => object.kind === kind.kind)
  const informerOf =
    (objects: Map<string, Resource>): Context['informer'] =>
    <K extends Kind>(kind: K) => ({
      get: (name: string) => objects.get(`${kind.kind}/${name}`) as ResourceOf<K> | undefined,
      list: () => listOf(objects, kind) as unknown as ResourceOf<K>[],
    })
  const context = {
    informer: informerOf(cache),
    clock,
    signal: new AbortController().signal,
    event() {},
    wake() {},
    client: {
      async create(_: Kind, object: object) {
        const created = { status: {}, ...structuredClone(object) } as unknown as Resource
        if (server.has(keyOf(created))) throw new ApiError('AlreadyExists', 'it is there')
        created.metadata.uid = `uid-${++revision}`
        Object.assign(created.spec as object, { decisions: [] })
        return put(created)
      },
    },
  } as unknown as Context

  const gate: Gate = {
    name: 'approval',
    async check({ release }) {
      if (random() < 0.3) return { state: 'waiting', reason: 'Slow', message: 'not yet' }
      const { opens } = versions[versionOf(release)]
      return { state: opens ? 'open' : 'closed', reason: 'Looked', message: 'looked' }
    },
  }
  const route = modelRouteReconciler({ ledger, telemetry: memoryTelemetry() })
  const release = routeReleaseReconciler({
    ledger,
    telemetry: { ...memoryTelemetry(), units: async query => unitsOf(query.phase, random) },
    gates: [gate],
    score: () => null,
    forecast: async () => [],
    revert: async ({ metadata }) => ({ branch: `revert-${metadata.name}`, revision: 'r' }),
  })

  const versionOf = ({ spec }: RouteRelease): Version =>
    (spec.bundle as { parameters: { version: Version } }).parameters.version
  /** A shadow or canary unit of whatever is tried in this phase. */
  const unitsOf = (phase: string, random: Random): Unit[] => {
    const tried = listOf(server, RouteRelease).find(
      object => (object as unknown as RouteRelease).status?.phaseId === phase,
    ) as unknown as RouteRelease | undefined
    if (!tried || random() < 0.3) return []
    const arm = random() < 0.5 ? 'stable' : 'candidate'
    const right = arm === 'stable' ? 0.9 : versions[versionOf(tried)].right
    const closedAt = ++revision
    const answer = { call: `c${closedAt}`, at: closedAt, latencyMs: 1 }
    return Array.from({ length: 8 }, (_, i) => ({
      unit: `u${closedAt}-${i}`,
      closedAt,
      answers: [{ ...answer, arm, scores: { correct: random() < right ? 1 : 0 } }],
    }))
  }

  const want = (version: Version): void => {
    const found = server.get('ModelRoute/r')
    const generation = (found?.metadata.generation ?? 0) + 1
    const rollout = {
      steps: [50],
      unit: 'session',
      closeAfter: '1s',
      metrics: [
        { name: 'q', from: 'score.correct', kind: 'quality', margin: 0.4, marginPercent: 20, quantile: 0.9 },
      ],
      alpha: 0.2,
      shadowAlpha: 0.2,
      atMost: { units: 200, hours: 24 },
      otherwise: 'hold',
      expect: { quality: 0.9, coverage: 1 },
    }
    put({
      apiVersion: 'keelway.dev/v1alpha1',
      kind: 'ModelRoute',
      metadata: { name: 'r', namespace: 'default', uid: 'route', generation },
      spec: {
        model: 'r',
        serve: {
          provider: { ref: 'p', model: 'm' },
          parameters: { version },
          alternatives: [],
          weight: 1,
          spread: 'weighted',
          fallbacks: [],
          resilience: { attempts: 2, failures: 5, cooldown: '10s' },
        },
        gates: [{ approval: { count: 1 } }],
        scorers: [],
        rollout,
        record: { content: 'output', redact: true, keep: '720h' },
        guardrails: [],
        suspend: false,
      },
      status: found?.status ?? {},
    })
  }
  put({
    apiVersion: 'keelway.dev/v1alpha1',
    kind: ModelProvider.kind,
    metadata: { name: 'p', namespace: 'default', generation: 1 },
    spec: {
      protocol: 'openai',
      endpoint: 'http://127.0.0.1/v1',
      options: {},
      models: [],
      timeout: '60s',
    },
    status: { observedGeneration: 1, revision: '', conditions: [{ type: 'Ready', status: 'True' }] },
  })
  want('first')

  /** One call with what the cache holds now, one status write against the version that it saw. */
  const reconcile = async (key: string): Promise<void> => {
    const cached = cache.get(key)
    if (!cached) return
    const draft = { ...structuredClone(cached), status: structuredClone(cached.status ?? {}) }
    try {
      if (draft.kind === 'ModelRoute') await route.reconcile(draft as never, context)
      else await release.reconcile(draft as never, context)
    } catch (error) {
      if (!(error instanceof Waiting || error instanceof Stalled || isConflict(error))) throw error
    }
    // A crash between what was done and the status write.
    if (random() < 0.1) return
    const current = server.get(key)
    if (current?.metadata.resourceVersion !== cached.metadata.resourceVersion) return
    if (JSON.stringify(current?.status) !== JSON.stringify(draft.status))
      put({ ...current, status: draft.status } as Resource)
    check()
  }

  const ended = new Map<string, string>()
  /** What must hold at every moment, of the server's state and of what gateways are told from any cache. */
  const check = (): void => {
    const releases = listOf(server, RouteRelease) as unknown as RouteRelease[]
    const digests = releases.map(({ spec }) => spec.digest)
    if (new Set(digests).size < digests.length) throw new Error('one digest has two releases')
    for (const release of releases) checkEnded(release)
    const served = (objects: Map<string, Resource>) => {
      const { routes } = snapshotContent({ informer: informerOf(objects) }, clock.now())
      const names = routes.flatMap(({ stable, candidate }) => [stable, candidate?.release])
      return releases.filter(({ metadata }) => names.includes(`default/${metadata.name}`))
    }
    for (const release of [...served(server), ...served(cache)])
      if (!versions[versionOf(release)].opens)
        throw new Error(`${release.metadata.name} is served although its gate is closed`)
    for (const { metadata } of served(server))
      if (ended.has(metadata.name)) throw new Error(`${metadata.name} is served although it has ended`)
  }
  const checkEnded = ({ metadata, status }: RouteRelease): void => {
    const state = `${status?.phase} in attempt ${status?.attempt}`
    const before = ended.get(metadata.name)
    if (before !== undefined && before !== state)
      throw new Error(`${metadata.name} was ${before} and is ${state}`)
    if (status?.phase !== 'Rejected' && status?.phase !== 'RolledBack') return
    ended.set(metadata.name, state)
    if (status.weight || status.shadow) throw new Error(`${metadata.name} is ${state} and has traffic`)
  }

  /** A first release has nothing to be compared with; any other of this content is found out and put on hold. */
  const endOf = ({ status }: ModelRoute): string => {
    const releases = listOf(server, RouteRelease) as unknown as RouteRelease[]
    const wanted = releases.find(({ spec }) => spec.digest === status?.digest)
    if (!wanted || versionOf(wanted) !== 'sly') return ''
    if (status?.stable === wanted.metadata.name && wanted.status?.baseline === '') return 'Live'
    return status?.rejected?.some(({ digest }) => digest === wanted.spec.digest) ? 'RolledBack' : ''
  }
  const deliver = (key: string): void => {
    const object = server.get(key)
    if (object) cache.set(key, object)
  }
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]
  const commits: Version[] = ['better', 'broken', 'sly', 'first', 'sly', 'broken']

  return {
    async step(): Promise<void> {
      clock.advance(Math.floor(random() * 3000))
      const chance = random()
      const key = pick([...server.keys()]) ?? ''
      if (chance < 0.45) deliver(key)
      else if (chance < 0.92) await reconcile(key)
      else want(pick(commits) ?? 'first')
      check()
    },
    /** Everything arrives, and the loop comes to rest: what is wanted serves, or is on hold. */
    async finish(): Promise<void> {
      want('sly')
      let end = ''
      for (let round = 0; round < 60 && end === ''; round++) {
        for (const key of [...server.keys()]) deliver(key)
        clock.advance(2000)
        for (const key of [...server.keys()]) await reconcile(key)
        end = endOf(server.get('ModelRoute/r') as unknown as ModelRoute)
      }
      if (end === '') throw new Error('it never comes to rest')
      if (!(await ledger.verify()).intact) throw new Error('the ledger is broken')
    },
    ends: () =>
      new Set(
        (listOf(server, RouteRelease) as unknown as RouteRelease[]).map(({ status }) => status?.phase ?? ''),
      ),
  }
}
