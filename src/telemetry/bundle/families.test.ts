import { createReadStream, createWriteStream } from 'node:fs'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { expect, onTestFinished } from 'vitest'
import { needs, sharedData } from '../../../test/needs.ts'
import { loadBundle } from './load.ts'
import { bundleSignals } from './signals.ts'

const now = Date.parse('2026-12-01T00:00:00Z')

/** A copy with every file unpacked. */
async function unpacked(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'keelway-family-'))
  onTestFinished(() => rm(copy, { recursive: true }))
  await cp(folder, copy, { recursive: true })
  for (const entry of await readdir(copy, { recursive: true }))
    if (entry.endsWith('.gz')) {
      const packed = join(copy, entry)
      await pipeline(createReadStream(packed), createGunzip(), createWriteStream(packed.slice(0, -3)))
      await rm(packed)
    }
  return copy
}

const loaded = async (family: string, name: string) => {
  const folder = await unpacked(sharedData('bundles', family, name) ?? '')
  const bundle = await loadBundle(folder, { now })
  return { bundle, signals: await bundleSignals(bundle) }
}
const has = (family: string, name: string) =>
  needs(`shared data of ${family}`, sharedData('bundles', family, name))

has('rcd', 'sock-01')('metrics of a web shop by the second are loaded', async () => {
  const { bundle, signals } = await loaded('rcd', 'sock-01')
  expect(bundle.services).toContain('carts-db')
  const window = signals.window ?? { from: 0, to: 0 }
  const names = await signals.metrics({ resource: { service: 'shipping' }, window })
  expect(names.map(({ name }) => name)).toEqual([
    ...['cpu', 'latency_p50', 'latency_p90', 'latency_p99', 'memory', 'requests'],
  ])
  expect(bundle.incident.startedAt).toBeGreaterThan(window.from)
})

has('petshop', 'pet-01')('a call graph with encoded names is loaded', async () => {
  const { bundle, signals } = await loaded('petshop', 'pet-01')
  expect(bundle.services).toContain('PetAdoptionStatusUpdater/prod_AWS::ApiGateway::Stage')
  expect(await signals.serviceGraph({ from: 0, to: 1 })).toHaveLength(bundle.topology.calls.length)
  expect(bundle.incident).toMatchObject({ service: 'PetSite', alerts: [{ metric: 'availability' }] })
})

has('rootcausebench', 'rcb-01')('changes, JSON logs, spans and text output are loaded', async () => {
  const { bundle, signals } = await loaded('rootcausebench', 'rcb-01')
  const window = signals.window ?? { from: 0, to: 0 }
  expect((await bundle.cluster()).outputs.map(({ command }) => command)).toContain(
    'log-patterns --since-baseline',
  )
  expect((await signals.changes({ window, limit: 100 })).map(({ change }) => change)).toContain('flag')
  const [log] = await signals.logs({ resource: { service: 'event-enricher-1' }, window, limit: 1 })
  expect(log?.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect((await signals.spans({ window, limit: 10, error: true })).length).toBeGreaterThan(0)
})

has('nezha', 'train-01')('spans and logs of many services meet at them', async () => {
  const { bundle, signals } = await loaded('nezha', 'train-01')
  const window = signals.window ?? { from: 0, to: 0 }
  const spans = await signals.spans({ window, limit: 10_000 })
  const traced = new Set(spans.map(({ resource }) => resource.service))
  expect([...traced].filter(service => !bundle.services.includes(service))).toEqual([])
  const templates = await signals.templates({ window, limit: 1_000 })
  expect(templates.length).toBeGreaterThan(20)
})

has('holmes', 'k8s-04')('manifests and text of commands are loaded', async () => {
  const manifest = await loaded('holmes', 'k8s-04')
  expect((await manifest.bundle.cluster()).objects.map(({ object }) => object.kind)).toContain('Deployment')
  const observed = await loaded('holmes', 'k8s-01')
  const commands = (await observed.bundle.cluster()).outputs.map(({ command }) => command)
  expect(commands.every(command => command !== '')).toBe(true)
})
