import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { Resource as KubernetesObject } from '../../api/kind.ts'
import { memorySignals } from '../signals/memory-signals.ts'
import type { Attributes, Resource, Signal, SpanRecord } from '../signals/signal.ts'
import { change, event, log, minute, point, span, t0 } from '../signals/signal-store.fake.ts'
import { BundleError } from './layout.ts'
import { loadBundle } from './load.ts'
import { bundleSignals } from './signals.ts'
import { writeBundle } from './write.ts'
import type { BundleQuery, BundleSources } from './writing.ts'

const window = { from: t0, to: t0 + 60 * minute }
const now = t0 + 120 * minute
const ids = (n: number) => ({
  traceId: n.toString(16).padStart(32, '1'),
  spanId: n.toString(16).padStart(16, '2'),
})

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-written-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function written(
  signals: readonly Signal[],
  query: Partial<BundleQuery> = {},
  sources: Partial<BundleSources> = {},
) {
  const store = memorySignals()
  await store.append(signals)
  const folder = join(await place(), 'bundle')
  const manifest = await writeBundle(
    { ...window, stepMs: minute, ...query },
    { signals: store, redact: text => text, ...sources },
    folder,
  )
  return { folder, manifest, bundle: await loadBundle(folder, { now }) }
}

async function* these<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

/** All bytes of a folder. */
async function bytesOf(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(file =>
    file.isFile(),
  )
  const texts = files.map(async file => {
    const path = join(file.parentPath, file.name)
    return [path.slice(folder.length), await readFile(path, 'utf8')] as const
  })
  return Object.fromEntries((await Promise.all(texts)).sort())
}

const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9 .:/%@_-]{0,12}[a-z]$/)
const time = fc.integer({ min: 0, max: 60 * 60_000 - 1 }).map(ms => t0 + ms)
const resource: fc.Arbitrary<Resource> = fc
  .record(
    {
      service: fc.oneof(word, fc.constant('')),
      namespace: word,
      version: word,
      instance: word,
      workload: fc.constantFrom('Deployment/cart', 'StatefulSet/db', 'Rollout/web', 'Job/once'),
    },
    { requiredKeys: ['service'] },
  )
  .map(given => (given.service === '' ? { service: '' } : given))
const attributes: fc.Arbitrary<Attributes> = fc.dictionary(
  word.map(name => `x.${name}`),
  fc.oneof(
    word,
    fc.integer(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0),
  ),
  { maxKeys: 3 },
)
const logs = fc.array(
  fc.record({ resource, at: time, severity: fc.integer({ min: 0, max: 24 }), body: word, attributes }),
  { maxLength: 12 },
)
const spans = fc
  .array(
    fc.record({ resource, at: time, name: word, durationMs: fc.nat(5000), error: fc.boolean(), attributes }),
    {
      maxLength: 12,
    },
  )
  .map(all => all.map((given, index) => span('', { ...given, ...ids(index + 1) })))
const events = fc
  .array(
    fc.record({ resource, at: time, message: word, count: fc.integer({ min: 1, max: 9 }), attributes }),
    {
      maxLength: 6,
    },
  )
  .map(all => all.map((given, index) => event(`key-${index}`, given)))
const changes = fc
  .array(fc.record({ resource, at: time, message: word, attributes }), { maxLength: 6 })
  .map(all => all.map((given, index) => change(`id-${index}`, given)))
const gauges = fc
  .uniqueArray(fc.tuple(word, word, fc.nat(59)), { maxLength: 10, selector: key => JSON.stringify(key) })
  .map(all =>
    all.map(([service, name, n]) => point(name, n / 7, { resource: { service }, at: t0 + n * minute })),
  )

const sorted = <T>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => (JSON.stringify(a, keys(a)) < JSON.stringify(b, keys(b)) ? -1 : 1))
const keys = (value: unknown): string[] =>
  [
    ...new Set(
      JSON.stringify(value)
        .match(/"[^"]*"/g)
        ?.map(key => key.slice(1, -1)),
    ),
  ].sort()

test('what is loaded is what was written', async () => {
  await fc.assert(
    fc.asyncProperty(logs, spans, events, changes, gauges, async (logs, spans, events, changes, gauges) => {
      const records = logs.map(given => log('', given))
      const { bundle, manifest } = await written([...records, ...spans, ...events, ...changes, ...gauges])
      expect(manifest.leftOut).toEqual([])
      expect(sorted(await Array.fromAsync(bundle.logs()))).toEqual(sorted(records))
      expect(sorted(await Array.fromAsync(bundle.spans()))).toEqual(sorted(spans))
      expect(sorted(await bundle.events())).toEqual(sorted(events))
      expect(sorted(await bundle.changes())).toEqual(sorted(changes))
      const signals = await bundleSignals(bundle)
      for (const { name, resource, at, value } of gauges) {
        const [line] = await signals.series({
          metric: name,
          resource,
          window,
          stepMs: minute,
          measure: 'last',
        })
        expect(line?.points).toContainEqual({ at, value })
      }
    }),
    { numRuns: 40 },
  )
})

const traffic = (): Signal[] => [
  ...Array.from(
    { length: 120 },
    (_, n): SpanRecord =>
      span('', {
        ...ids(n + 1),
        at: t0 + n * 30_000,
        resource: { service: n % 2 === 0 ? 'checkout' : 'cart' },
        error: n % 10 === 0,
        ...(n % 2 === 1 && { parentSpanId: ids(n).spanId, traceId: ids(n).traceId }),
      }),
  ),
  log('started'),
  point('http.server.request.duration', 2, {
    type: 'histogram',
    resource: { service: 'cart' },
    distribution: { bounds: [0.1, 1], counts: [1, 1, 0], sum: 0.6 },
  }),
  point('cpu', 0.5, { resource: { service: 'search' } }),
  event('alert/1', { source: 'alert', reason: 'HighErrorRate', message: 'many errors' }),
]

test('questions are answered from a bundle as from the store it was made of', async () => {
  const store = memorySignals()
  await store.append(traffic())
  const { bundle } = await written(traffic())
  const signals = await bundleSignals(bundle)
  const asked = { resource: { service: 'checkout' }, window, stepMs: minute }
  const points = await signals.requests(asked)
  const expected = await store.requests(asked)
  expect(points.map(({ at }) => at)).toEqual(expected.map(({ at }) => at))
  for (const [index, point] of points.entries())
    for (const [name, value] of Object.entries(expected[index] ?? {}))
      expect(point[name as keyof typeof point]).toBeCloseTo(value, 9)
  expect(await signals.serviceGraph(window)).toEqual(await store.serviceGraph(window))
  expect(bundle.incident.alerts).toMatchObject([{ title: 'HighErrorRate', description: 'many errors' }])
})

test('the same signals give the same bytes, in any order and from a bundle', async () => {
  const one = await written(traffic())
  const other = await written(traffic().reverse())
  expect(await bytesOf(other.folder)).toEqual(await bytesOf(one.folder))
  const again = await written([], {}, { signals: await bundleSignals(one.bundle) })
  expect(await bytesOf(again.folder)).toEqual(await bytesOf(one.folder))
})

test('a service is written with what it calls and what calls it', async () => {
  const { bundle } = await written(traffic(), { service: 'cart' })
  expect(bundle.services).toEqual(['cart', 'checkout'])
})

test('more than there is room for is left out and said, spread over the time', async () => {
  const lines = Array.from({ length: 30_000 }, (_, n) => log(`request ${n}`, { at: t0 + n * 100 }))
  const rare = log('disk is on fire', { at: t0 + 1234 })
  const { bundle, manifest } = await written([...lines, rare])
  const kept = await Array.fromAsync(bundle.logs())
  expect(manifest.leftOut).toEqual(['log lines of checkout: about 9000 of 30001'])
  expect(kept.length).toBeGreaterThan(7_000)
  expect(kept.map(({ body }) => body)).toContain('disk is on fire')
  expect(Math.min(...kept.map(({ at }) => at))).toBeLessThan(t0 + 5 * minute)
})

test('a bundle is no larger than was asked for', async () => {
  const lines = Array.from({ length: 5_000 }, (_, n) => log(`request ${n} of many`, { at: t0 + n * 100 }))
  const { bundle, manifest } = await written(lines, { maxBytes: 100_000 })
  expect(bundle.files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(100_000)
  expect(manifest.leftOut.join()).toMatch(/of 5000 chosen log lines of checkout: no room/)
})

test('no secret gets into any file', async () => {
  const secret = 'hunter2-hunter2'
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'db',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":"${secret}"}` },
      },
      data: { password: secret },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { DB_PASSWORD: secret, url: `at ${secret}` },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        containers: [{ name: 'c', args: [`--x=${secret}`], env: [{ name: 'API_TOKEN', value: secret }] }],
        volumes: [{ name: 'v', secret: { secretName: 'db' } }],
      },
    },
  ] as KubernetesObject[]
  const { folder } = await written(
    [
      log(`say ${secret}`, { attributes: { note: secret } }),
      span('', {
        ...ids(1),
        name: `GET ${secret}`,
        attributes: { 'db.query.text': secret },
        events: [{ at: t0, name: 'exception', attributes: { 'exception.message': secret } }],
      }),
      event('alert/1', { source: 'alert', message: secret }),
      change('c1', { message: secret, files: [{ path: 'a', diff: `+${secret}` }] }),
    ],
    { incident: { summary: secret, alerts: [{ labels: { token: 'other', note: secret } }] } },
    { objects: () => these(objects), redact: text => text.replaceAll(secret, '[SECRET]') },
  )
  const bytes = await bytesOf(folder)
  expect(JSON.stringify(bytes)).not.toContain(secret)
  expect(bytes['/kubernetes/pod.json']).toContain('"secretName":"db"')
  expect(bytes['/incident.json']).toContain('"token": "***"')
})

test('text that can not be told to be clean is not written', async () => {
  const { bundle } = await written([log('what is this')], {}, { redact: () => undefined })
  expect((await Array.fromAsync(bundle.logs())).map(({ body }) => body)).toEqual(['[REDACTED]'])
})

test('a bundle that could not be written leaves nothing behind', async () => {
  const folder = await place()
  const signals = { ...memorySignals(), changes: () => Promise.reject(new Error('the store is gone')) }
  const writing = writeBundle(window, { signals, redact: text => text }, join(folder, 'bundle'))
  await expect(writing).rejects.toThrow('the store is gone')
  expect(await readdir(folder)).toEqual([])
})

test('a folder that is there is not touched', async () => {
  const writing = writeBundle(window, { signals: memorySignals(), redact: text => text }, await place())
  await expect(writing).rejects.toThrow(BundleError)
})
