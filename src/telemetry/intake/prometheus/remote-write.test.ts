import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../../lib/clock.fake.ts'
import type { Signal } from '../../signals/signal.ts'
import { intakeRequest, pushSourceContract } from '../source.contract.ts'
import { StoreBehind } from '../source.ts'
import { createRemoteWrite } from './remote-write.ts'
import { type FakeMetadata, type FakeSeries, writeRequest } from './write-request.fake.ts'

const path = '/api/v1/write'
const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' }
const clock = new FakeClock()
const now = clock.now()
const labels = (name: string, more: Record<string, string> = {}) => ({
  __name__: name,
  job: 'checkout',
  instance: 'checkout:8080',
  ...more,
})
const sample = (name: string, value: number, more?: Record<string, string>): FakeSeries => ({
  labels: labels(name, more),
  samples: [[value, now]],
})
const request = (series: readonly FakeSeries[], metadata?: readonly FakeMetadata[]) =>
  intakeRequest(path, writeRequest(series, metadata), headers)

const latency = [
  sample('latency_seconds_bucket', 3, { le: '0.1' }),
  sample('latency_seconds_bucket', 5, { le: '1' }),
  sample('latency_seconds_bucket', 6, { le: '+Inf' }),
  sample('latency_seconds_sum', 4.5),
  sample('latency_seconds_count', 6),
]
const distribution = { bounds: [0.1, 1], counts: [3, 2, 1], sum: 4.5 }

function world() {
  const source = createRemoteWrite()
  const stored: Signal[] = []
  let failure: Error | undefined
  const emit = async (signals: readonly Signal[]) => {
    if (failure) throw failure
    stored.push(...signals)
  }
  return {
    stored,
    fail: (error?: Error) => {
      failure = error
    },
    write: (...[series, metadata]: Parameters<typeof request>) =>
      source.take(request(series, metadata), emit, clock),
    raw: (body: Uint8Array, type: string) =>
      source.take(intakeRequest(path, body, { 'content-type': type }), emit, clock),
  }
}

pushSourceContract('remote write', {
  source: createRemoteWrite(),
  good: [
    { request: request([sample('orders_total', 1), sample('size', 2, { a: 'b' })]), signals: 2 },
    { request: request(latency), signals: 1 },
  ],
  malformed: intakeRequest(path, Buffer.from([10, 200, 1]), headers),
})

describe('remote write', () => {
  test('tells counters from gauges by their name, and better by what it is told of them', async () => {
    const { write, stored } = world()
    await write([sample('orders_total', 1), sample('temperature', 2), sample('errors', 3)])
    expect(stored).toMatchObject([
      { name: 'orders_total', type: 'counter', at: now, resource: { service: 'checkout' } },
      { name: 'temperature', type: 'gauge' },
      { name: 'errors', type: 'gauge' },
    ])
    await write([], [{ name: 'errors', type: 'counter', unit: 'seconds' }])
    await write([sample('errors', 4)])
    expect(stored.at(-1)).toMatchObject({ name: 'errors', type: 'counter', unit: 's' })
  })

  test('makes one distribution of a histogram, also when a request ends in the middle of it', async () => {
    for (let cut = 0; cut <= latency.length; cut++) {
      const { write, stored } = world()
      await write(latency.slice(0, cut))
      await write(latency.slice(cut))
      expect(stored).toMatchObject([{ name: 'latency_seconds', type: 'histogram', value: 6, distribution }])
    }
  })

  test('keeps the first part of a histogram when the second could not be stored', async () => {
    const { write, stored, fail } = world()
    await write(latency.slice(0, 2))
    fail(new StoreBehind(1))
    await expect(write(latency.slice(2))).rejects.toBeInstanceOf(StoreBehind)
    fail()
    await write(latency.slice(2))
    expect(stored).toMatchObject([{ distribution }])
  })

  test('gives up on a part whose other part does not come', async () => {
    const { write, stored } = world()
    const old = latency.slice(0, 2).map(series => ({ ...series, samples: [[1, now - 600_000] as const] }))
    expect(await write(old)).toMatchObject({ status: 204, lost: 1 })
    expect(stored).toEqual([])
  })

  test('takes a stale marker for the end of a series, and no time for a mistake', async () => {
    const { write, stored } = world()
    const answer = await write([
      sample('ended', Number.NaN),
      { labels: labels('timeless'), samples: [[1, 0]] },
      { labels: labels('ahead'), samples: [[1, now + 2 * 86_400_000]] },
      { labels: { job: 'nameless' }, samples: [[1, now]] },
    ])
    expect([answer.status, answer.refused, stored]).toEqual([204, 3, []])
  })

  test('says that it takes no native histograms, and no other version', async () => {
    const { write, raw } = world()
    expect(await write([{ labels: labels('native'), nativeHistograms: 2 }])).toMatchObject({
      status: 204,
      refused: 2,
      headers: { 'x-keelway-warning': expect.stringContaining('classic') },
    })
    const second = await raw(writeRequest([]), 'application/x-protobuf;proto=io.prometheus.write.v2.Request')
    expect(second.status).toBe(415)
  })
})
