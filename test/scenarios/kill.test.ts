import { expect, test } from 'vitest'
import { ConfigMap } from '../../src/api/kinds/core.ts'
import { RouteRelease } from '../../src/api/kinds/route-release.ts'
import { type ReplaySummary, replay } from '../../src/gateway/replay.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { systemClock as clock } from '../../src/lib/clock.ts'
import { seededRandom } from '../../src/lib/random.ts'
import { remote } from '../../src/lib/rpc.ts'
import { ledgerMethods } from '../../src/main/services.ts'
import { answerTo, desk, liveQuestions } from '../desk.ts'
import { eventually, type StateDirectory, stateDirectory } from '../processes.ts'
import { testRepository } from '../repository.ts'

const KILLS = 26
/** Before these kills the gateway is killed too, with the control plane running on or ending with it. */
const gatewayAlone = new Set([17, 22])
const gatewayToo = new Set([20, 24])

test('kill -9 at random moments loses no acknowledged write, breaks no chain, and a rollout goes on where it was', async () => {
  await using repository = await testRepository()
  await using state = await stateDirectory()
  const random = seededRandom(7)
  const metrics = [{ name: 'quality', from: 'score.correct', margin: 0.06 }]
  const rollout = {
    steps: ['shadow', 50],
    closeAfter: '1s',
    metrics,
    alpha: 0.05,
    shadowAlpha: 0.05,
    atMost: { units: 20_000 },
  }
  await repository.commit('first', desk({ rollout }))
  let system = await state.ready(repository.path)
  const gatewayPort = new URL(state.endpoints().gateway).port
  const startAgain = () => state.up(repository.path, '--gateway-port', gatewayPort)
  await eventually('the first release', async () => (await releases(state)).find(live))

  const acknowledged = new Set<string>()
  await using clients = new AsyncDisposableStack()
  const stopping = new AbortController()
  const writing = writeAndRemember(state, acknowledged, stopping.signal)
  let traffic = startTraffic(state)
  clients.defer(async () => {
    stopping.abort()
    await Promise.all([writing, traffic.stop()])
  })
  await repository.commit('better', desk({ rollout, prompt: 'good' }))
  await state.syncSoon()
  const worse = async () => {
    await repository.commit('worse for users', desk({ rollout, prompt: 'sly' }))
    await state.syncSoon()
  }
  const progress = new Progress()
  let gateway = state.gatewayPid()

  for (let kill = 0; kill < KILLS; kill++) {
    if (kill === 16) expect((await traffic.stop()).errors).toEqual({})
    if (kill === 16) traffic = startTraffic(state)
    const duringStart = kill % 3 === 2
    if (!duringStart) {
      await system.line(/"ready":true/)
      await checkEverything(state, acknowledged, progress)
      if (progress.promoted === 1) await worse()
      if (!gatewayAlone.has(kill - 1) && !gatewayToo.has(kill - 1)) expect(state.gatewayPid()).toBe(gateway)
      gateway = state.gatewayPid()
    }
    if (gatewayAlone.has(kill)) gateway = await killGateway(state, gateway)
    // In the start, right after it, or late enough for records to have come and an evaluation or a step to be under way.
    await clock.sleep(random() * 500 + (duringStart || kill % 3 === 0 ? 0 : 700 + random() * 1000))
    system.kill('SIGKILL')
    if (gatewayToo.has(kill)) process.kill(gateway, 'SIGKILL')
    await system.ended
    system = startAgain()
  }
  await system.line(/"ready":true/)
  const promoted = await eventually('a promotion', async () => (await releases(state)).find(isPromoted), 30)
  if (progress.promoted === 0) await worse()
  const rolledBack = await eventually(
    'a rollback',
    async () => (await releases(state)).find(isRolledBack),
    30,
  )
  await checkEverything(state, acknowledged, progress)
  const { answered, byRelease } = await traffic.stop()
  expect(answered).toBeGreaterThan(0)
  expect(byRelease[promoted.metadata.name]?.answered).toBeGreaterThan(0)
  expect(rolledBack.status).toMatchObject({ weight: 0, shadow: false })
  expect(acknowledged.size).toBeGreaterThan(KILLS)
  expect(progress.steps).toBeGreaterThan(2)

  const ended = (await ledgerOf(state).list({ action: 'verdict' })).map(
    ({ subject, data }) => `${subject} ${data.decision}`,
  )
  expect(ended.toSorted()).toEqual([...new Set(ended)].toSorted())
  for (const { metadata } of [promoted, rolledBack])
    expect(ended.filter(entry => entry.startsWith(`RouteRelease/default/${metadata.name} `))).toHaveLength(1)
  system.kill('SIGTERM')
  expect(await system.ended).toBe(0)
}, 120_000)

const live = ({ status }: RouteRelease): boolean => status?.phase === 'Live'

async function releases(state: StateDirectory): Promise<RouteRelease[]> {
  await using client = state.client()
  return (await client.list(RouteRelease)).items
}

const isPromoted = (release: RouteRelease): boolean => live(release) && Boolean(release.status?.baseline)

const isRolledBack = ({ status }: RouteRelease): boolean => status?.phase === 'RolledBack'

function ledgerOf(state: StateDirectory): Ledger {
  const { control: url, controlToken: token } = state.endpoints()
  return remote<Ledger>({ endpoint: { url, token }, service: 'ledger', methods: ledgerMethods })
}

/** Creates objects one after another through the API, and notes those that the server said it has. */
async function writeAndRemember(
  state: StateDirectory,
  acknowledged: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  for (let i = 0; !signal.aborted; ) {
    await using client = state.client()
    try {
      for (; !signal.aborted; i++) {
        const name = `write-${i}`
        await client.create(ConfigMap, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, namespace: 'default' },
          data: { i: String(i) },
        })
        acknowledged.add(name)
        await clock.sleep(10)
      }
    } catch {
      // The server is gone, or came back elsewhere; whether this one was written nobody promised.
      i++
      await clock.sleep(20)
    }
  }
}

/** Endless traffic of users who say afterwards what would have been right. */
function startTraffic(state: StateDirectory): { stop(): Promise<ReplaySummary> } {
  const stopping = new AbortController()
  const running = replay({
    url: state.endpoints().gateway,
    key: state.read('access-key').trim(),
    model: 'refund',
    rows: rows(),
    rate: 80,
    labelShare: 1,
    labelDelayMs: 200,
    clock,
    random: seededRandom(3),
    signal: stopping.signal,
  })
  return {
    stop() {
      stopping.abort()
      return running
    },
  }
}

function* rows() {
  for (;;) for (const input of liveQuestions) yield { input, label: answerTo(input) }
}

/** How far each trial has come: units are never uncounted, steps not taken twice, verdicts not changed. */
class Progress {
  readonly #seen = new Map<string, RouteRelease>()
  steps = 0
  /** Grows with each look at a promoted candidate. */
  promoted = 0

  note(release: RouteRelease): void {
    const { uid } = release.metadata
    if (isPromoted(release)) this.promoted++
    const key = `${uid}/${release.status?.attempt}`
    const [before, now] = [this.#seen.get(key)?.status, release.status]
    this.#seen.set(key, release)
    if (!before || !now) return
    if (now.units !== before.units || now.step !== before.step) this.steps++
    expect(now.units ?? 0).toBeGreaterThanOrEqual(before.units ?? 0)
    expect(now.step ?? 0).toBeGreaterThanOrEqual(before.step ?? 0)
    if (before.verdict) expect(now.verdict).toEqual(before.verdict)
  }
}

async function checkEverything(
  state: StateDirectory,
  acknowledged: ReadonlySet<string>,
  progress: Progress,
): Promise<void> {
  const promised = [...acknowledged]
  await using client = state.client()
  const kept = new Set(
    (await client.list(ConfigMap, { namespace: 'default' })).items.map(({ metadata }) => metadata.name),
  )
  expect(promised.filter(name => !kept.has(name))).toEqual([])
  expect(await ledgerOf(state).verify()).toMatchObject({ intact: true })
  for (const release of await releases(state)) progress.note(release)
}

/** @returns the pid of the gateway that the control plane starts instead */
async function killGateway(state: StateDirectory, pid: number): Promise<number> {
  process.kill(pid, 'SIGKILL')
  return eventually('another gateway', () => {
    const found = state.gatewayPid()
    return found === pid ? undefined : found
  })
}
