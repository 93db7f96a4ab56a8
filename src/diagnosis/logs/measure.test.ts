import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measureKind, Samples } from './measure.ts'

const sampled = (
  kind: 'memory' | 'latency' | 'load' | 'failure' | 'success',
  values: readonly number[],
): Samples => {
  const samples = new Samples(kind)
  for (const [place, value] of values.entries()) samples.push(value, place)
  return samples
}
const many = (count: number, value: (n: number) => number) =>
  Array.from({ length: count }, (_, n) => value(n))

describe('what a number stands for is in its name', () => {
  test.each([
    ['memory_usage_mb', 'memory'],
    ['heap_used', 'memory'],
    ['response_time_ms', 'latency'],
    ['cache_stats.hit_rate', 'success'],
    ['error_rate', 'failure'],
    ['queue_depth', 'load'],
    ['memory_limit_mb', undefined],
    ['port', undefined],
    ['line', undefined],
    ['order_id', undefined],
  ])('%s is %s', (name, kind) => expect(measureKind(name)).toBe(kind))
})

test('a step is found where it is, in a stream of any length', () => {
  const move = sampled(
    'success',
    many(100_000, n => (n < 60_000 ? 85 : 25) + (n % 3)),
  ).move('hits')
  expect(move).toMatchObject({ how: 'step', before: 86, after: 26 })
  expect(Math.abs((move?.at ?? 0) - 60_000)).toBeLessThanOrEqual((move?.stride ?? 0) * 2)
})

test('growth goes from the first to the last', () => {
  expect(
    sampled(
      'memory',
      many(500, n => 100 + n * 8),
    ).move('heap'),
  ).toMatchObject({ how: 'growth', before: 108, after: 4084 })
})

test.each<[string, Samples]>([
  [
    'what stays',
    sampled(
      'latency',
      many(300, n => 40 + (n % 9)),
    ),
  ],
  [
    'what gets better',
    sampled(
      'latency',
      many(300, n => (n < 150 ? 900 : 40)),
    ),
  ],
  [
    'too few to tell',
    sampled(
      'memory',
      many(20, n => n * 100),
    ),
  ],
  [
    'one that stands out',
    sampled(
      'latency',
      many(300, n => (n === 150 ? 9000 : 40 + (n % 5))),
    ),
  ],
  [
    'a small rise',
    sampled(
      'memory',
      many(300, n => 100 + n / 10),
    ),
  ],
])('%s is no move', (_, samples) => expect(samples.move('it')).toBeUndefined())

test('memory is bounded and samples keep their order, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { maxLength: 9000 }), values => {
      const samples = sampled('load', values)
      expect(samples.values.length).toBeLessThanOrEqual(2048)
      expect(samples.places).toEqual([...samples.places].sort((a, b) => a - b))
      expect(samples.values).toEqual(samples.places.map(place => values[place]))
      samples.move('it')
    }),
    { numRuns: 30 },
  )
})
