import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import { memoryTelemetry } from '../../telemetry/memory.ts'
import { memorySignals } from '../../telemetry/signals/memory-signals.ts'
import type { Signal as Told } from '../../telemetry/signals/signal.ts'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import { spec } from './proposal.world.ts'
import { observe } from './verification.ts'

const minute = 60_000
type Signal = (typeof spec)['expected']['signal']

function scene() {
  const clock = new FakeClock()
  const signals = memorySignals()
  const telemetry = memoryTelemetry()
  const appliedAt = clock.now()
  const informer = () => ({ get: () => undefined, list: () => [] })
  return {
    clock,
    signals,
    telemetry,
    appliedAt,
    observe: (signal: Signal) =>
      observe(
        {
          metadata: { name: 'x', namespace: 'shop' },
          spec: { ...spec, expected: { signal, within: '15m' } },
        },
        appliedAt,
        { signals, callHistory: telemetry },
        { informer: informer as never, clock },
      ),
  }
}

const request = (at: number, i: number, error: boolean, durationMs = 100): Told => ({
  kind: 'span',
  resource: { service: 'checkout' },
  at,
  traceId: `t${at}-${i}`,
  spanId: `s${at}-${i}`,
  name: 'GET /',
  spanKind: 'server',
  durationMs,
  error,
  attributes: {},
})

/** A minute of requests, of which some fail. */
const traffic = (from: number, errors: number, durationMs = 100) =>
  Array.from({ length: 20 }, (_, i) => request(from + i * 1000, i, i < errors, durationMs))

describe('a figure', () => {
  test('is taken after the change only, and over a whole window', async () => {
    const { clock, signals, appliedAt, observe } = scene()
    const signal: Signal = { service: 'checkout', figure: 'errorRatio', below: 0.1 }
    await signals.append(traffic(appliedAt - 5 * minute, 0))
    clock.advance(4 * minute)
    expect(await observe(signal)).toEqual({ state: 'unknown', text: 'it is measured for 5 min first' })
    clock.advance(2 * minute)
    expect(await observe(signal)).toEqual({
      state: 'unknown',
      text: 'there is no value of errorRatio of checkout',
    })
    await signals.append(traffic(clock.now() - minute, 5))
    expect(await observe(signal)).toEqual({ state: 'unwell', text: 'errorRatio of checkout is 0.25' })
    clock.advance(6 * minute)
    await signals.append(traffic(clock.now() - minute, 1))
    expect(await observe(signal)).toEqual({ state: 'well', text: 'errorRatio of checkout is 0.05' })
  })

  test('of latency and rate is in milliseconds and per second, between bounds', async () => {
    const { clock, signals, observe } = scene()
    clock.advance(10 * minute)
    await signals.append(traffic(clock.now() - 2 * minute, 0, 400))
    const state = async (signal: Signal) => (await observe({ service: 'checkout', ...signal })).state
    expect(await state({ figure: 'p95', below: 500 })).toBe('well')
    expect(await state({ figure: 'p95', below: 300 })).toBe('unwell')
    // 20 requests in five minutes
    expect(await state({ figure: 'rate', above: 0.05, below: 0.08 })).toBe('well')
    expect(await state({ figure: 'rate', above: 0.1 })).toBe('unwell')
  })

  test('of a metric is its mean', async () => {
    const { clock, signals, observe } = scene()
    clock.advance(10 * minute)
    const point = (value: number, ago: number): Told => ({
      kind: 'metric',
      resource: { service: 'checkout' },
      at: clock.now() - ago,
      name: 'queue.length',
      type: 'gauge',
      value,
      attributes: {},
    })
    await signals.append([point(10, 3 * minute), point(30, minute)])
    const signal: Signal = { service: 'checkout', figure: 'metric', metric: 'queue.length', below: 25 }
    expect(await observe(signal)).toEqual({ state: 'well', text: 'queue.length of checkout is 20' })
  })

  test('of a score is the mean of what answers were scored', async () => {
    const { clock, telemetry, observe } = scene()
    clock.advance(10 * minute)
    const call = (i: number): CallRecord => ({
      id: `call-${i}`,
      at: clock.now() - minute,
      namespace: 'shop',
      route: 'refund',
      release: 'refund-1',
      digest: 'sha256:1',
      arm: 'stable',
      phase: '',
      unit: `u${i}`,
      accessKey: 'k',
      status: 200,
      latencyMs: 1,
      streamed: false,
      provider: 'p',
      model: 'm',
      usageSource: 'none',
    })
    const given = [0, 1, 2, 3].map(i => ({
      call: `call-${i}`,
      at: clock.now(),
      scores: { right: i < 3 ? 1 : 0 },
    }))
    await telemetry.append([0, 1, 2, 3].map(call), given)
    const signal: Signal = { service: 'refund', figure: 'score', metric: 'right', above: 0.7 }
    expect(await observe(signal)).toEqual({ state: 'well', text: 'right of refund is 0.75' })
    expect((await observe({ ...signal, above: 0.8 })).state).toBe('unwell')
  })
})

test('an incident that is not there is nothing that is known', async () => {
  const { observe } = scene()
  expect(await observe({ incident: 'gone' })).toEqual({ state: 'unknown', text: 'there is no incident gone' })
})
