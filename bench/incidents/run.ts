import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiVersionOf } from '../../src/api/kind.ts'
import { Delivery } from '../../src/api/kinds/delivery.ts'
import { Incident } from '../../src/api/kinds/incident.ts'
import { ModelRoute } from '../../src/api/kinds/model-route.ts'
import { RouteRelease } from '../../src/api/kinds/route-release.ts'
import { caseOf } from '../../src/diagnosis/case.ts'
import { channels } from '../../src/diagnosis/channels.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Cause, Diagnosis } from '../../src/diagnosis/diagnosis.ts'
import { type Random, seededRandom } from '../../src/lib/random.ts'
import { bundleSources, toldOf } from '../../src/main/evidence.ts'
import { loadBundle } from '../../src/telemetry/bundle/load.ts'
import { writeBundle } from '../../src/telemetry/bundle/write.ts'
import { memorySignals } from '../../src/telemetry/signals/memory-signals.ts'
import type { Telemetry } from '../../src/telemetry/telemetry.ts'
import { testRepository } from '../../test/repository.ts'
import { takeSignals, toldTelemetry } from '../../test/signal-sources.ts'
import { testWorld, type World } from '../../test/world.ts'
import { inputs } from './data.ts'
import { attacks, type Fault, innocent, judged } from './faults.ts'
import { files, type Shop, usual } from './shop.ts'
import { calm, startUpstream, type Upstream } from './upstream.ts'

const minuteMs = 60_000
/** Simulated minutes before the fault, and the most after it. */
const before = 40
const after = 40
/** With no alert, somebody asks after this many minutes. */
const asked = 25
const callsOfMinute = { desk: 12, faq: 6, mail: 8 } as const

export interface RunResult {
  fault: string
  seed: number
  /** A rollout stopped the commit before all users had it. */
  stopped: boolean
  /** Seconds from the fault until an Incident opened; absent when nothing told. */
  detected?: number
  /** Its first hypothesis is what was done, or says that nothing is to be reverted when that is so. */
  right: boolean
  /** It blames a commit that is not to blame. */
  falseRevert: boolean
  /** Seconds from the fault until what was there before it served again; absent without a revert. */
  recovered?: number
  said: string
}

/** One installation, some innocent commits, and one fault; from a seed. */
export async function runIncident(
  fault: Fault,
  { seed, steps }: { seed: number; steps: Shop['steps'] },
): Promise<RunResult> {
  await using shop = await open(seed, steps)
  const { random } = shop
  const planned = innocent.map(() => 5 + Math.floor(random() * (before + 10)))
  const innocentAt = (minute: number) => innocent.filter((_, i) => planned[i] === minute)
  for (let minute = 0; minute < before; minute++) {
    for (const { title, edit } of innocentAt(minute)) await shop.commit(title, edit(shop.now(), minute))
    await shop.minute()
  }
  const at = shop.world.clock.now()
  const [stable, original] = [await shop.stable(), shop.now()]
  const guilty = fault.commit && (await shop.commit(fault.commit.title, fault.commit.edit))
  shop.begin(fault)
  let incident: Incident | undefined
  for (let minute = 0; minute < after && !incident; minute++) {
    for (const { title, edit } of innocentAt(before + minute))
      await shop.commit(title, edit(shop.now(), before + minute))
    await shop.minute()
    incident = (await shop.incidents()).find(
      ({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') >= at,
    )
    if (!incident && minute === asked) break
  }
  const opened = incident && shop.world.clock.now()
  // What is known when somebody looks, not in the second of the alert.
  for (let minute = 0; minute < 3; minute++) await shop.minute()
  const diagnosis = await shop.diagnosis(incident, at)
  const [top] = diagnosis.hypotheses
  const blamed = top?.cause.kind === 'change' ? top.cause.name : undefined
  const right = isRight(fault, guilty, top?.cause)
  const recovered = guilty && right ? await shop.recovery(fault, original, stable, at) : undefined
  return {
    fault: fault.name,
    seed,
    stopped: guilty !== undefined && (await shop.stopped(guilty)),
    ...(opened !== undefined && { detected: Math.round((opened - at) / 1000) }),
    right,
    falseRevert: blamed !== undefined && blamed !== guilty,
    ...(recovered !== undefined && { recovered: Math.round(recovered / 1000) }),
    said: top ? `${top.cause.kind} ${top.cause.name}: ${top.statement}` : (diagnosis.reason ?? ''),
  }
}

function isRight({ outside }: Fault, guilty: string | undefined, cause: Cause | undefined): boolean {
  if (guilty) return cause?.kind === 'change' && cause.name === guilty
  return outside ? cause?.kind === 'external' && outside.test(cause.name) : cause === undefined
}

async function open(seed: number, steps: Shop['steps']) {
  await using opening = new AsyncDisposableStack()
  const random = seededRandom(seed)
  const repository = opening.use(await testRepository())
  const signals = memorySignals()
  const telemetry = toldTelemetry()
  const world = opening.use(await testWorld({ telemetry, signals }))
  const { clock, client } = world
  const upstream = opening.use(await startUpstream(clock, random))
  upstream.weather.main = { ...calm }
  opening.use(await takeSignals(world, telemetry))

  let shop = usual(steps)
  let fault: Fault = { name: 'none' }
  await repository.commit('The desk', files(shop, upstream.url))
  await client.create(Delivery, {
    apiVersion: apiVersionOf(Delivery),
    kind: 'Delivery',
    metadata: { name: 'shop', namespace: 'default' },
    spec: { repository: repository.path, path: 'deploy', interval: '60s' },
  })
  await until(world, 'all routes serve', async () =>
    (await client.list(ModelRoute)).items.every(({ status }) => status?.stable),
  )
  const installation = {
    world,
    random,
    now: () => shop,
    async commit(title: string, edit: Partial<Shop>): Promise<string> {
      shop = { ...shop, ...edit }
      return repository.commit(title, files(shop, upstream.url))
    },
    begin(given: Fault) {
      fault = given
      Object.assign(upstream.weather.main ?? {}, given.provider)
    },
    minute: () => passMinute(world, upstream, telemetry, random, fault),
    incidents: async () => (await client.list(Incident)).items,
    async stable(): Promise<string> {
      return (await client.get(ModelRoute, 'desk', 'default')).status?.stable ?? ''
    },
    async stopped(commit: string): Promise<boolean> {
      const { items } = await client.list(RouteRelease)
      return items.some(
        ({ status }) =>
          status?.commits?.[0]?.revision === commit &&
          ['RolledBack', 'Rejected'].includes(status.phase ?? ''),
      )
    },
    async diagnosis(incident: Incident | undefined, since: number): Promise<Diagnosis> {
      const folder = await mkdtemp(join(tmpdir(), 'keelway-incident-'))
      try {
        const now = clock.now()
        const told = incident ? { incident: toldOf(incident) } : {}
        const query = { from: since - before * minuteMs, to: now, ...told }
        await writeBundle(query, bundleSources({ signals, telemetry, client }), join(folder, 'bundle'))
        return diagnose(await caseOf(await loadBundle(join(folder, 'bundle'), { now })), channels)
      } finally {
        await rm(folder, { recursive: true })
      }
    },
    /** Takes back what the commit changed, as the proposal of a rollback does, and waits until that serves. */
    async recovery(
      { commit }: Fault,
      original: Shop,
      release: string,
      since: number,
    ): Promise<number | undefined> {
      const { digest } = (await client.get(RouteRelease, release, 'default')).spec
      const changed = Object.keys(commit?.edit ?? {}) as (keyof Shop)[]
      const back = Object.fromEntries(changed.map(key => [key, original[key]]))
      const revert = await installation.commit(`Revert "${commit?.title}"`, back)
      for (let minute = 0; minute < 30; minute++) {
        await installation.minute()
        const now = (await client.get(ModelRoute, 'desk', 'default')).status?.stable ?? ''
        const { spec, status } = await client.get(RouteRelease, now, 'default')
        if (spec.digest === digest || status?.commits?.some(({ revision }) => revision === revert))
          return clock.now() - since
      }
      return undefined
    },
  }
  const opened = opening.move()
  return { ...installation, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

async function until(world: World, what: string, ask: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await ask()) return
    await world.advance(1000)
  }
  throw new Error(`in 200 simulated seconds it did not come about that ${what}`)
}

/** A minute of traffic: everybody asks at its beginning, and people say of some answers what they think. */
async function passMinute(
  world: World,
  upstream: Upstream,
  telemetry: Telemetry,
  random: Random,
  fault: Fault,
): Promise<void> {
  const { clock } = world
  const start = clock.now()
  const pick = () => inputs[Math.floor(random() * inputs.length)]?.user ?? ''
  const questions = Object.entries(callsOfMinute).flatMap(([route, count]) =>
    Array.from({ length: count }, () => ({ route, text: pick() })),
  )
  if (fault.traffic === 'attack')
    for (let i = 0; i < 10; i++)
      questions.push({ route: 'desk', text: attacks[Math.floor(random() * attacks.length)] ?? '' })
  if (fault.traffic === 'loop')
    for (let i = 0; i < 60; i++) questions.push({ route: 'desk', text: inputs[0]?.user ?? '' })
  let open = questions.length
  const asking = questions.map(async ({ route, text }, i) => {
    try {
      const answer = await world.ask(route, text, `s-${start}-${i}`)
      const said =
        answer.status === 200 && random() < 0.6 ? judged(answer.text, text, fault.labels) : undefined
      if (!said) return
      const at = clock.now()
      const { by, correct } = said
      await telemetry.append([], [{ call: answer.call, at, source: 'person', by, scores: { correct } }])
    } finally {
      open--
    }
  })
  while (open > 0) {
    // Requests travel in real time; the clock moves on when nothing does any more.
    for (let [turn, seen] = [0, -1]; turn < 60; turn++) {
      const state = open * 1000 + upstream.waiting()
      if (state !== seen) turn = 0
      seen = state
      await new Promise<void>(resolve => setImmediate(resolve))
    }
    if (open > 0) clock.advance(50)
  }
  await Promise.all(asking)
  for (let left = start + minuteMs - clock.now(); left > 0; left = start + minuteMs - clock.now()) {
    await world.advance(Math.min(left, 250))
    clock.advance(Math.min(Math.max(0, left - 250), 4750))
  }
  await world.advance(250)
}
