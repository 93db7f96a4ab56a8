import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Agent, fetch, Pool, request } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { parseExposition } from './observability/exposition.world.ts'
import { adoptGateway } from './process.ts'
import {
  ask,
  cleanUp,
  cleanups,
  newState,
  question,
  snapshotOf,
  spawned,
  startControl,
  until,
  upstreamServer,
} from './process.world.ts'
import { chunkEvents, completion, type Reply, sendJson } from './upstream.world.ts'

afterEach(cleanUp)

interface Health {
  id: string
  status: string
  snapshot: string
  snapshotAgeSeconds: number
  controlPlane: { state: string; since: string }
  records: { waiting: number; spooledBytes: number; dropped: number }
  worker: { index: number; count: number; pid: number }
}

/** Over a connection of its own, so that any worker may answer. */
async function healthOf(url: string): Promise<Health> {
  const { body } = await request(`${url}/healthz`, { reset: true })
  return (await body.json()) as Health
}

/** The workers that answer now, by index. */
async function workersOf(url: string, count: number): Promise<Map<number, number>> {
  const found = new Map<number, number>()
  await until(`${count} workers answer`, async () => {
    const { worker } = await healthOf(url)
    found.set(worker.index, worker.pid)
    return found.size === count
  })
  return found
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function world(options: { workers?: number; reply?: Reply } = {}) {
  const { workers = 2, reply = response => sendJson(response, 200, completion('hi')) } = options
  const state = await newState()
  const control = await startControl(state)
  const upstream = await upstreamServer(reply)
  const gateway = await spawned(state, 0, workers)
  await until('connected', () => control.hub.gateways().length === workers)
  await control.hub.control.publish(snapshotOf(upstream))
  return { state, control, upstream, gateway, workers }
}

test('a worker that is killed under load takes its own calls with it, the others go on, and it is started again', async () => {
  const { gateway } = await world()
  const before = await workersOf(gateway.url, 2)
  const counts = { answered: 0, broken: 0 }
  let going = true
  const client = async (): Promise<void> => {
    const pool = new Pool(gateway.url, { connections: 1, headersTimeout: 5000 })
    while (going) {
      const { statusCode, body } = await pool
        .request({ path: '/v1/chat/completions', ...question() })
        .catch(() => ({ statusCode: 0, body: undefined }))
      await body?.dump().catch(() => undefined)
      if (statusCode === 200) counts.answered++
      else counts.broken++
    }
    await pool.close()
  }
  const clients = Array.from({ length: 8 }, client)
  await until('under load', () => counts.answered > 100)
  process.kill(before.get(2) ?? 0, 'SIGKILL')
  const answered = counts.answered
  await until('others go on', () => counts.answered > answered + 100)
  await until('started again', async () => {
    const pid = (await workersOf(gateway.url, 2)).get(2)
    return pid !== undefined && pid !== before.get(2)
  })
  going = false
  // None hangs: each client ends its last call.
  await Promise.all(clients)
  // At most the call in progress of each client was lost, and no other failed.
  expect(counts.broken).toBeLessThanOrEqual(8)
  expect((await workersOf(gateway.url, 2)).get(1)).toBe(before.get(1))
}, 60_000)

test('a new snapshot drops no stream, and new calls get it from every worker', async () => {
  const goOn = Promise.withResolvers<void>()
  let begun = 0
  const pieces = ['a', 'b', 'c', 'd']
  const { gateway, control, upstream } = await world({
    reply: async (response, body) => {
      if (!body.stream) return sendJson(response, 200, completion('hi'))
      const [head = '', ...rest] = chunkEvents(pieces).split('\n\n')
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`${head}\n\n${rest.slice(0, 3).join('\n\n')}\n\n`)
      begun++
      await goOn.promise
      response.end(`${rest.slice(3).join('\n\n')}`)
    },
  })
  const dispatcher = new Agent({ pipelining: 0 })
  cleanups.push(() => dispatcher.close())
  const stream = async () => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      ...question({ stream: true }),
      dispatcher,
    })
    return { release: response.headers.get('x-keelway-release'), text: await response.text() }
  }
  const streams = Array.from({ length: 12 }, stream)
  await until('streams have begun', () => begun === 12)
  await control.hub.control.publish(snapshotOf(upstream, 'mail-triage-2', 2))
  await until('all workers serve it', async () => {
    const all = control.hub.gateways()
    return all.length === 2 && new Set(all.map(({ applied }) => applied)).size === 1
  })
  for (let i = 0; i < 6; i++) expect(await ask(gateway.url)).toBe('mail-triage-2')
  goOn.resolve()
  for (const { release, text } of await Promise.all(streams)) {
    expect(release).toBe('mail-triage-1')
    for (const piece of pieces) expect(text).toContain(`"content":"${piece}"`)
    expect(text.trimEnd()).toMatch(/\[DONE\]$/)
  }
}, 60_000)

test('metrics are those of all workers, whoever is asked', async () => {
  const { gateway } = await world()
  const seen = new Set<number>()
  let asked = 0
  while (seen.size < 2) {
    const pool = new Pool(gateway.url, { connections: 1 })
    const { body } = await pool.request({ path: '/v1/chat/completions', ...question() })
    await body.dump()
    asked++
    const health = await pool.request({ path: '/healthz', method: 'GET' })
    seen.add(((await health.body.json()) as Health).worker.index)
    await pool.close()
  }
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  const { samples } = parseExposition(text)
  const value = (name: string) => samples.find(sample => sample.name === name)?.value
  expect(value('keelway_workers')).toBe(2)
  expect(value('gen_ai_client_operation_duration_seconds_count')).toBe(asked)
  expect(value('keelway_control_plane_connected')).toBe(1)
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(50e6)
}, 60_000)

test('workers end when the process that keeps them running is killed, and the port is free again', async () => {
  const { gateway, state } = await world()
  const workers = await workersOf(gateway.url, 2)
  process.kill(gateway.pid, 'SIGKILL')
  await gateway.exited
  await until('all ended', () => [...workers.values()].every(pid => !isAlive(pid)))
  const again = await spawned(state, gateway.port, 2)
  expect(again.port).toBe(gateway.port)
  expect(await ask(again.url)).toBe('mail-triage-1')
}, 60_000)

test('a gateway of several workers is adopted, and a second one finds its port taken', async () => {
  const { gateway, state } = await world()
  const adopted = await adoptGateway({ state, clock: systemClock })
  expect(adopted).toMatchObject({ pid: gateway.pid, port: gateway.port, adopted: true })
  const workers = await workersOf(gateway.url, 2)
  const other = await newState()
  await startControl(other)
  expect((await spawned(other, gateway.port, 2)).port).toBeGreaterThan(gateway.port)
  await adopted?.stop()
  expect([...workers.values()].filter(isAlive)).toEqual([])
}, 60_000)

test('without the control plane a gateway serves on, says so, and delivers its records after a restart with fewer workers', async () => {
  const { gateway, state, control } = await world()
  expect(await healthOf(gateway.url)).toMatchObject({
    status: 'ok',
    controlPlane: { state: 'connected' },
    records: { spooledBytes: 0 },
    worker: { count: 2 },
  })
  control.die()
  const asked = 20
  for (let i = 0; i < asked; i++) {
    const { statusCode, body } = await request(`${gateway.url}/v1/chat/completions`, {
      ...question(),
      reset: true,
    })
    await body.dump()
    expect(statusCode).toBe(200)
  }
  await until(
    'it is known to be gone',
    async () => (await healthOf(gateway.url)).controlPlane.state === 'gone',
  )
  const { status, snapshotAgeSeconds, controlPlane } = await healthOf(gateway.url)
  expect(status).toBe('ok')
  expect(snapshotAgeSeconds).toBeGreaterThan(0)
  expect(Date.parse(controlPlane.since)).toBeLessThanOrEqual(systemClock.now())
  await gateway.stop()
  const spool = join(state, 'gateway', 'spool')
  expect((await readdir(spool)).sort()).toEqual(['1', '2'])

  const alone = await spawned(state, gateway.port)
  expect(await ask(alone.url)).toBe('mail-triage-1')
  const after = await startControl(state, control.telemetry)
  await until('records', async () => (await after.telemetry.calls({ limit: 99 })).length === asked + 1)
  await until('nothing waits', async () => {
    const { records } = await healthOf(alone.url)
    return records.spooledBytes === 0 && records.waiting === 0
  })
  expect((await healthOf(alone.url)).records.dropped).toBe(0)
}, 60_000)
