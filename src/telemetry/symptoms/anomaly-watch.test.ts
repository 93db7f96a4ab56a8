import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { seededRandom } from '../../lib/random.ts'
import { memorySignals } from '../signals/memory-signals.ts'
import type { MetricPoint } from '../signals/signal.ts'
import { event } from '../signals/signal-store.fake.ts'
import { createAnomalyWatch } from './anomaly-watch.ts'
import { episodesOf } from './episode.ts'
import { watchFile } from './watch-file.ts'

const stepMs = 300_000
const dayMs = 86_400_000
const start = Date.UTC(2026, 0, 5)
const days = 4

/** Queue lengths of services, around 50; `broken` ones are ten times as long at the end. */
function points(services: readonly string[], broken: readonly string[] = []): MetricPoint[] {
  const random = seededRandom(3)
  const steps = (days * dayMs) / stepMs
  return services.flatMap(service =>
    Array.from({ length: steps }, (_, i) => ({
      kind: 'metric' as const,
      resource: { service },
      at: start + i * stepMs + 1000,
      name: 'queue.length',
      type: 'gauge' as const,
      value: (40 + 20 * random()) * (broken.includes(service) && i >= steps - 4 ? 10 : 1),
      attributes: {},
    })),
  )
}

const end = start + days * dayMs
const all = { source: 'anomaly', window: { from: 0, to: end + dayMs }, limit: 1000 }

test('a series that leaves its usual level is told as a symptom, others are not', async () => {
  const signals = memorySignals()
  await signals.append(points(['cart', 'search'], ['cart']))
  const watch = createAnomalyWatch({ signals, stepMs })
  await watch.round(end + 2 * 60_000)
  const told = await signals.events(all)
  expect(new Set(told.map(({ resource }) => resource.service))).toEqual(new Set(['cart']))
  expect(told.at(-1)).toMatchObject({ source: 'anomaly', severity: 'warning' })
  expect(told.at(-1)?.message).toMatch(/^queue\.length of cart: /)
  expect(Number(told[0]?.attributes.score)).toBeGreaterThan(0.55)
  expect(watch.status()).toEqual({ series: 2, unwatched: 0 })
})

test('what is told again after a crash counts once, and a symptom ends', async () => {
  const signals = memorySignals()
  await signals.append(points(['cart'], ['cart']))
  await createAnomalyWatch({ signals, stepMs }).round(end + 2 * 60_000)
  const before = await signals.events(all)
  await createAnomalyWatch({ signals, stepMs }).round(end + 2 * 60_000)
  expect(await signals.events(all)).toEqual(before)
  await createAnomalyWatch({ signals, stepMs }).round(end + 50 * 60_000)
  const episodes = episodesOf(await signals.events(all))
  expect(episodes.length).toBe(1)
  expect(episodes[0]?.until).toBeGreaterThan(episodes[0]?.since ?? 0)
})

test('a symptom that an earlier process told and nobody sees any more is over', async () => {
  const signals = memorySignals()
  await signals.append(points(['cart']).filter(({ at }) => at > end - dayMs))
  const left = { at: end - dayMs / 2, source: 'anomaly', resource: { service: 'cart' } }
  await signals.append([event('anomaly/old', { ...left, attributes: { score: 0.7 } })])
  await createAnomalyWatch({ signals, stepMs, learnMs: dayMs }).round(end + 120_000)
  expect(episodesOf(await signals.events(all))).toMatchObject([{ key: 'anomaly/old', until: end + 120_000 }])
})

test('what was learned is kept, and a damaged file is learned again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-watch-'))
  try {
    const path = join(folder, 'deep', 'anomalies.gz')
    const signals = memorySignals()
    await signals.append(points(['cart'], ['cart']))
    const healthy = end - 4 * stepMs + 61_000
    await createAnomalyWatch({ signals, stepMs, memory: watchFile(path) }).round(healthy)
    let asked = Infinity
    const spied = {
      ...signals,
      metrics: (query: Parameters<typeof signals.metrics>[0]) => {
        asked = Math.min(asked, query.window.from)
        return signals.metrics(query)
      },
    }
    await createAnomalyWatch({ signals: spied, stepMs, memory: watchFile(path) }).round(end + 120_000)
    expect(asked, 'only what is new is read').toBe(end - 4 * stepMs)
    expect((await signals.events(all)).length).toBeGreaterThan(0)
    await writeFile(path, randomBytes(1000))
    const watch = createAnomalyWatch({ signals, stepMs, memory: watchFile(path) })
    await watch.round(end + 120_000)
    expect(watch.status().series).toBe(1)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('no more series are watched than there is room for', async () => {
  const signals = memorySignals()
  await signals.append(points(['a', 'b', 'c']).filter(({ at }) => at > end - dayMs))
  const watch = createAnomalyWatch({ signals, stepMs, mostSeries: 2, learnMs: dayMs })
  await watch.round(end + 120_000)
  expect(watch.status()).toEqual({ series: 2, unwatched: 1 })
})

test('a service that nobody asks any more has no requests, while others are asked', async () => {
  const signals = memorySignals()
  const span = (service: string, at: number, i: number) => ({
    kind: 'span' as const,
    resource: { service },
    at,
    traceId: `${service}${i}`,
    spanId: `${service}${i}`,
    name: 'GET /',
    spanKind: 'server' as const,
    durationMs: 10,
    error: false,
    attributes: {},
  })
  const spans = Array.from({ length: 288 }, (_, i) => {
    const at = end - dayMs + i * stepMs + 1000
    const asked = i < 284 ? [0, 1, 2].map(n => span('cart', at + n, 3 * i + n)) : []
    return [...asked, span('search', at, i)]
  }).flat()
  await signals.append(spans)
  await createAnomalyWatch({ signals, stepMs, learnMs: dayMs }).round(end + 120_000)
  const told = await signals.events(all)
  expect(told.map(({ resource, attributes }) => [resource.service, attributes.series])).toContainEqual([
    'cart',
    'requests/s',
  ])
})
