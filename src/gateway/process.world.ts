import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetch } from 'undici'
import { systemClock } from '../lib/clock.ts'
import { writePrivateFile } from '../lib/private-file.ts'
import { serveRpc } from '../lib/rpc.ts'
import { memoryTelemetry } from '../telemetry/memory.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { accessKey, controlToken, openai, release, route, userKey } from './gateway.world.ts'
import { createHub, type Hub } from './hub.ts'
import { listenNear } from './listen.ts'
import { type GatewayProcess, spawnGateway } from './process.ts'
import { makeSnapshot } from './snapshot.ts'
import { upstreamMethods } from './transport.ts'
import { completion, type FakeOpenAi, fakeOpenAi, type Reply, sendJson } from './upstream.world.ts'

/** Real gateway processes with a control plane in this one. */
export interface Control {
  hub: Hub
  telemetry: Telemetry
  /** As at `kill -9`: connections break, the endpoints file stays. */
  die(): void
}

/** What a test leaves behind; emptied after each. */
export const cleanups: (() => Promise<unknown> | unknown)[] = []

export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}

export async function newState(): Promise<string> {
  const state = await mkdtemp(join(tmpdir(), 'keelway-process-'))
  cleanups.push(() => rm(state, { recursive: true, force: true }))
  return state
}

/** @param telemetry of an earlier control plane, which keeps what it was told */
export async function startControl(
  state: string,
  telemetry: Telemetry = memoryTelemetry(),
): Promise<Control> {
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

export const startOptions = (state: string, port = 0, workers = 1) => ({
  state,
  control: join(state, 'endpoints.json'),
  host: '127.0.0.1',
  port,
  clock: systemClock,
  workers,
})

export async function spawned(state: string, port = 0, workers = 1): Promise<GatewayProcess> {
  const gateway = await spawnGateway(startOptions(state, port, workers))
  cleanups.push(() => gateway.stop())
  return gateway
}

const answerHi: Reply = response => sendJson(response, 200, completion('hi'))

export async function upstreamServer(reply = answerHi): Promise<FakeOpenAi> {
  const upstream = await fakeOpenAi(reply)
  cleanups.push(() => upstream.stop())
  return upstream
}

export const snapshotOf = (upstream: FakeOpenAi, name = 'mail-triage-1', at = 1) =>
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

export const question = (fields: object = {}) => ({
  method: 'POST' as const,
  body: JSON.stringify({ model: 'mail-triage', messages: [{ role: 'user', content: 'hello' }], ...fields }),
  headers: { authorization: `Bearer ${userKey}`, 'content-type': 'application/json' },
})

/** @returns the release that answered, or the status when none did */
export async function ask(url: string): Promise<string | null> {
  const response = await fetch(`${url}/v1/chat/completions`, question())
  await response.text()
  return response.status === 200 ? response.headers.get('x-keelway-release') : `status ${response.status}`
}

export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = systemClock.now() + 10_000
  while (!(await holds())) {
    if (systemClock.now() > deadline) throw new Error(`not within 10 s: ${what}`)
    await systemClock.sleep(20)
  }
}
