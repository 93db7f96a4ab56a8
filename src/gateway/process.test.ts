import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { fetch } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { listenNear } from './listen.ts'
import { adoptGateway, superviseGateway } from './process.ts'
import {
  ask,
  cleanUp,
  cleanups,
  newState,
  snapshotOf,
  spawned,
  startControl,
  startOptions,
  until,
  upstreamServer,
} from './process.world.ts'
import { completion, sendJson } from './upstream.world.ts'

afterEach(cleanUp)

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
  const upstream = await upstreamServer(async response => {
    arrived.resolve()
    await goOn.promise
    sendJson(response, 200, completion('hi'))
  })
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
