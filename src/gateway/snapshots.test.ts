import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetch } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { memoryTelemetry } from '../telemetry/memory.ts'
import type { GatewayUpstream } from './gateway.ts'
import {
  accessKey,
  controlToken,
  echo,
  type GatewayWorld,
  gatewayWorld,
  recorded,
  release,
  route,
  userKey,
} from './gateway.world.ts'
import { createHub } from './hub.ts'
import { openLastGood } from './last-good.ts'
import { makeSnapshot, type Snapshot } from './snapshot.ts'

const worlds: GatewayWorld[] = []
const folders: string[] = []
afterEach(async () => {
  await Promise.all(worlds.splice(0).map(world => world.stop()))
  await Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true })))
})

async function start(options: Parameters<typeof gatewayWorld>[0] = {}): Promise<GatewayWorld> {
  const world = await gatewayWorld(options)
  worlds.push(world)
  return world
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-gateway-'))
  folders.push(folder)
  return folder
}

const ask = async ({ url }: GatewayWorld): Promise<{ status: number; release: string | null }> => {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'mail-triage', messages: [{ role: 'user', content: 'hello' }] }),
    headers: { authorization: `Bearer ${userKey}`, 'content-type': 'application/json' },
  })
  await response.text()
  return { status: response.status, release: response.headers.get('x-keelway-release') }
}

const serving = (name: string, artefact: string) => ({
  routes: [route({ stable: `support/${name}` })],
  releases: release(name, echo(artefact)),
})

/** A control plane that a test can break. */
function breakable(hub: GatewayWorld['hub']): { upstream: GatewayUpstream; dead: boolean } {
  const state = { dead: false, upstream: hub.upstream }
  const guarded =
    <A extends unknown[], R>(method: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (state.dead) throw new Error('connection refused')
      return method(...args)
    }
  const { snapshot, applied, report, blob } = hub.upstream
  state.upstream = {
    // Short waits, so that a broken control plane is noticed at once.
    snapshot: guarded((gateway, have, _, signal) => snapshot(gateway, have, 20, signal)),
    applied: guarded(applied),
    report: guarded(report),
    blob: guarded(blob),
  }
  return state
}

test('publishing waits until the gateway serves the snapshot', async () => {
  const world = await start()
  for (const name of ['mail-triage-1', 'mail-triage-2', 'mail-triage-3']) {
    const { digest } = await world.publish(serving(name, world.put(name)))
    expect(world.gateway.serving).toBe(digest)
    expect(await ask(world)).toEqual({ status: 200, release: name })
  }
})

test('a release whose content is missing holds up its own route only, which goes on as before', async () => {
  const world = await start()
  await world.publish(serving('mail-triage-1', world.put('one')))
  const { digest } = await world.publish(serving('mail-triage-2', `sha256:${'0'.repeat(64)}`))
  expect(world.gateway.serving).toBe(digest)
  expect(await ask(world)).toEqual({ status: 200, release: 'mail-triage-1' })
  expect(world.said.join()).toContain('the control plane has no content')
  await world.publish(serving('mail-triage-3', world.put('three')))
  expect(await ask(world)).toEqual({ status: 200, release: 'mail-triage-3' })
})

test('content that arrives late is picked up', async () => {
  const world = await start()
  const late = world.put('late')
  const bytes = world.blobs.get(late)
  world.blobs.delete(late)
  const published = world.publish(serving('mail-triage-1', late))
  await recorded(world, async () => world.said.some(text => text.includes(late)))
  if (bytes) world.blobs.set(late, bytes)
  await published
  await recorded(world, async () => (await ask(world)).status === 200)
})

test('content whose bytes are not what the digest says is refused', async () => {
  const world = await start()
  const artefact = world.put('one')
  world.blobs.set(artefact, Buffer.from('changed'))
  void world.publish(serving('mail-triage-1', artefact))
  await recorded(world, async () => world.said.some(text => text.includes('another digest')))
  expect(await ask(world)).toMatchObject({ status: 503 })
})

test('a snapshot whose content is not what its digest says is refused and the last good one serves', async () => {
  const broken: { snapshot?: Snapshot } = {}
  const hub = createHub({
    clock: systemClock,
    telemetry: memoryTelemetry(),
    blobs: { get: async () => Buffer.from('one') },
    token: controlToken,
  })
  const upstream: GatewayUpstream = {
    ...hub.upstream,
    snapshot: async (gateway, have, waitMs, signal) =>
      broken.snapshot ?? hub.upstream.snapshot(gateway, have, Math.min(waitMs, 20), signal),
  }
  const world = await start({ upstream })
  const content = {
    ...serving('mail-triage-1', world.put('one')),
    accessKeys: [accessKey()],
    budgets: [],
    secrets: {},
  }
  const good = makeSnapshot(content, 1)
  await hub.control.publish(good)
  expect(world.gateway.serving).toBe(good.digest)
  broken.snapshot = { ...makeSnapshot({ ...content, routes: [] }, 2), digest: `sha256:${'1'.repeat(64)}` }
  await recorded(world, async () =>
    world.said.some(text => text.includes('refused, the last good one stays')),
  )
  expect(world.gateway.serving).toBe(good.digest)
  delete broken.snapshot
})

test('one release that can never answer fails its own calls only', async () => {
  const world = await start()
  await world.publish({
    routes: [route(), route({ name: 'other', model: 'other', stable: 'support/other-1' })],
    releases: {
      ...release('mail-triage-1', echo(world.put('one'))),
      ...release('other-1', { serve: 'model', format: 'unheard-of', artefact: world.put('x') }),
    },
  })
  expect(await ask(world)).toMatchObject({ status: 200 })
  const response = await fetch(`${world.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'other', messages: [{ role: 'user', content: 'hello' }] }),
    headers: { authorization: `Bearer ${userKey}`, 'content-type': 'application/json' },
  })
  expect([response.status, await response.json()]).toMatchObject([
    500,
    { error: { code: 'release_unusable', message: expect.stringContaining('unheard-of') } },
  ])
})

test('the gateway serves on with the control plane dead and reports what happened meanwhile', async () => {
  const telemetry = memoryTelemetry()
  const blobs = new Map<string, Uint8Array>()
  const hub = createHub({
    clock: systemClock,
    telemetry,
    blobs: { get: async digest => blobs.get(digest) },
    token: controlToken,
  })
  const control = breakable(hub)
  const world = await start({ upstream: control.upstream })
  const artefact = world.put('one')
  blobs.set(artefact, Buffer.from('one'))
  await hub.control.publish(
    makeSnapshot(
      { ...serving('mail-triage-1', artefact), accessKeys: [accessKey()], budgets: [], secrets: {} },
      1,
    ),
  )
  control.dead = true
  await recorded(world, async () => world.said.some(text => text.includes('does not answer')))
  for (let i = 0; i < 20; i++) expect(await ask(world)).toMatchObject({ status: 200 })
  control.dead = false
  await recorded(world, async () => (await telemetry.calls({ limit: 100 })).length === 20)
  await recorded(world, async () =>
    world.said.some(text => text.includes('connected to the control plane again')),
  )
})

test('a restarted gateway serves the kept snapshot without a control plane, with secrets encrypted on disk', async () => {
  const stateDir = await newFolder()
  const first = await start({ stateDir })
  const artefact = first.put('one')
  await first.publish({
    ...serving('mail-triage-1', artefact),
    secrets: { 'support/openai/apiKey': 'sk-very-secret' },
  })
  await first.stop()
  const dead: GatewayUpstream = {
    snapshot: async () => Promise.reject(new Error('connection refused')),
    applied: async () => Promise.reject(new Error('connection refused')),
    report: async () => Promise.reject(new Error('connection refused')),
    blob: async () => Promise.reject(new Error('connection refused')),
  }
  const second = await start({ stateDir, upstream: dead })
  expect(await ask(second)).toEqual({ status: 200, release: 'mail-triage-1' })
  for (const name of ['snapshot.json', 'secrets.key']) {
    expect((await stat(join(stateDir, name))).mode & 0o777).toBe(0o600)
    expect(await readFile(join(stateDir, name), 'latin1')).not.toContain('sk-very-secret')
  }
  expect(await readdir(join(stateDir, 'blobs'))).toEqual([artefact.slice(7)])
})

test('a kept snapshot that was changed on disk is not served', async () => {
  const folder = await newFolder()
  const key = new Uint8Array(32)
  const kept = openLastGood(folder, key)
  const snapshot = makeSnapshot(
    { routes: [], releases: {}, accessKeys: [], budgets: [], secrets: { 'a/b/c': 's' } },
    1,
  )
  await kept.save(snapshot)
  expect(await kept.load()).toEqual(snapshot)
  const path = join(folder, 'snapshot.json')
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace('"routes":[]', '"routes":[{"name":"x"}]'))
  await expect(kept.load()).rejects.toThrow('refused')
  await writeFile(path, text)
  await expect(openLastGood(folder, new Uint8Array(32).fill(1)).load()).rejects.toThrow()
  const stateDir = folder
  await writeFile(path, '{"broken":')
  const world = await start({ stateDir })
  expect(world.said.join()).toContain('kept snapshot cannot be served')
})

test('content that no release needs any more is deleted', async () => {
  const stateDir = await newFolder()
  const world = await start({ stateDir })
  await world.publish(serving('mail-triage-1', world.put('one')))
  const two = world.put('two')
  await world.publish(serving('mail-triage-2', two))
  expect(await readdir(join(stateDir, 'blobs'))).toEqual([two.slice(7)])
})
