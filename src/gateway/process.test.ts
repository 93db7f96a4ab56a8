import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetch } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { writePrivateFile } from '../lib/private-file.ts'
import { serveRpc } from '../lib/rpc.ts'
import { memoryTelemetry } from '../telemetry/memory.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { accessKey, controlToken, openai, release, route, userKey } from './gateway.world.ts'
import { createHub, type Hub } from './hub.ts'
import { listenNear } from './listen.ts'
import { adoptGateway, type GatewayProcess, spawnGateway, superviseGateway } from './process.ts'
import { makeSnapshot } from './snapshot.ts'
import { upstreamMethods } from './transport.ts'
import { completion, type FakeOpenAi, fakeOpenAi, sendJson } from './upstream.world.ts'

interface Control {
  hub: Hub
  telemetry: Telemetry
  /** As at `kill -9`: connections break, the endpoints file stays. */
  die(): void
}

const cleanups: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function newState(): Promise<string> {
  const state = await mkdtemp(join(tmpdir(), 'keelway-process-'))
  cleanups.push(() => rm(state, { recursive: true, force: true }))
  return state
}

async function startControl(state: string): Promise<Control> {
  const telemetry = memoryTelemetry()
  const hub = createHub({
    clock: systemClock,
    telemetry,
    blobs: { get: async () => undefined },
    token: controlToken,
  })
  const server = createServer(
    serveRpc({ upstream: { target: hub.upstream, methods: upstreamMethods } }, { token: controlToken }),
  )
  const port = await listenNear(server, '127.0.0.1', 0)
  writePrivateFile(
    join(state, 'endpoints.json'),
    JSON.stringify({ control: `http://127.0.0.1:${port}`, controlToken }),
  )
  const die = () => {
    server.close()
    server.closeAllConnections()
  }
  cleanups.push(die)
  return { hub, telemetry, die }
}

const startOptions = (state: string, port = 0) => ({
  state,
  control: join(state, 'endpoints.json'),
  host: '127.0.0.1',
  port,
  clock: systemClock,
})

async function spawned(state: string, port = 0): Promise<GatewayProcess> {
  const gateway = await spawnGateway(startOptions(state, port))
  cleanups.push(() => gateway.stop())
  return gateway
}

async function upstreamServer(): Promise<FakeOpenAi> {
  const upstream = await fakeOpenAi(response => sendJson(response, 200, completion('hi')))
  cleanups.push(() => upstream.stop())
  return upstream
}

const snapshotOf = (upstream: FakeOpenAi, name = 'mail-triage-1', at = 1) =>
  makeSnapshot(
    {
      routes: [route({ stable: `support/${name}` })],
      releases: release(name, openai(upstream.endpoint, { parameters: { seed: at } })),
      accessKeys: [accessKey()],
      budgets: [],
      secrets: {},
    },
    at,
  )

async function ask(url: string): Promise<string | null> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'mail-triage', messages: [{ role: 'user', content: 'hello' }] }),
    headers: { authorization: `Bearer ${userKey}`, 'content-type': 'application/json' },
  })
  await response.text()
  return response.status === 200 ? response.headers.get('x-keelway-release') : `status ${response.status}`
}

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = systemClock.now() + 10_000
  while (!(await holds())) {
    if (systemClock.now() > deadline) throw new Error(`not within 10 s: ${what}`)
    await systemClock.sleep(20)
  }
}

test('a gateway killed with -9 serves its last snapshot again with the control plane dead', async () => {
  const state = await newState()
  const control = await startControl(state)
  const upstream = await upstreamServer()
  const first = await spawned(state)
  await until('connected', () => control.hub.gateways().length === 1)
  await control.hub.control.publish(snapshotOf(upstream))
  expect(await ask(first.url)).toBe('mail-triage-1')
  control.die()
  process.kill(first.pid, 'SIGKILL')
  await first.exited
  const second = await spawned(state, first.port)
  expect(second.port).toBe(first.port)
  expect(await ask(second.url)).toBe('mail-triage-1')
}, 30_000)

test('a new control plane adopts the gateway that runs, finds it at once and gets the records of the time between', async () => {
  const state = await newState()
  const before = await startControl(state)
  const upstream = await upstreamServer()
  const gateway = await spawned(state)
  await until('connected', () => before.hub.gateways().length === 1)
  await before.hub.control.publish(snapshotOf(upstream))
  before.die()
  for (let i = 0; i < 5; i++) expect(await ask(gateway.url)).toBe('mail-triage-1')

  const after = await startControl(state)
  const adopted = await adoptGateway({ state, clock: systemClock })
  expect(adopted).toMatchObject({ pid: gateway.pid, url: gateway.url, adopted: true })
  await until('connected again', () => after.hub.gateways().length === 1)
  await until('records', async () => (await after.telemetry.calls({ limit: 9 })).length === 5)
  await after.hub.control.publish(snapshotOf(upstream, 'mail-triage-2', 2))
  expect(await ask(gateway.url)).toBe('mail-triage-2')
  await adopted?.stop()
  expect(await adoptGateway({ state, clock: systemClock })).toBeUndefined()
}, 30_000)

test('a supervised gateway is started again on its port when it dies, and a taken port gives the next free one', async () => {
  const state = await newState()
  const control = await startControl(state)
  const taken: Server = createServer()
  const port = await listenNear(taken, '127.0.0.1', 0)
  cleanups.push(() => taken.close())
  const said: string[] = []
  const gateway = await superviseGateway({ ...startOptions(state, port), say: text => said.push(text) })
  cleanups.push(() => gateway[Symbol.asyncDispose]())
  const { url, pid } = gateway
  expect(Number(new URL(url).port)).toBeGreaterThan(port)
  expect(await readFile(join(state, 'gateway', 'gateway.log'), 'utf8')).toContain(`port ${port} is taken`)
  process.kill(pid, 'SIGKILL')
  await until('started again', () => gateway.pid !== pid)
  expect(gateway.url).toBe(url)
  expect(said).toEqual([`the gateway (pid ${pid}) ended, starting it again`])
  await until('connected', () => control.hub.gateways().length === 1)
}, 30_000)

test('SIGTERM lets calls in progress end and reports them', async () => {
  const state = await newState()
  const control = await startControl(state)
  const arrived = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const upstream = await fakeOpenAi(async response => {
    arrived.resolve()
    await goOn.promise
    sendJson(response, 200, completion('hi'))
  })
  cleanups.push(() => upstream.stop())
  const gateway = await spawned(state)
  await until('connected', () => control.hub.gateways().length === 1)
  await control.hub.control.publish(snapshotOf(upstream))
  const answer = ask(gateway.url)
  await arrived.promise
  const stopped = gateway.stop()
  // Not by another call: one that is taken just before the signal would wait for the upstream too.
  const ready = () =>
    fetch(`${gateway.url}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    )
  await until('refusing new calls', async () => !(await ready()))
  goOn.resolve()
  expect(await answer).toBe('mail-triage-1')
  await stopped
  expect((await control.telemetry.calls({ limit: 9 })).length).toBe(1)
}, 30_000)
