import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SpanRecord } from '../../telemetry/signals/signal.ts'
import { tracesOf } from './traces.ts'

const span = (id: string, service: string, at: number, durationMs: number, parent?: string): SpanRecord => ({
  ...{ kind: 'span', resource: { service }, at, traceId: 't', spanId: id, name: id, durationMs },
  ...{ spanKind: 'internal', error: false, attributes: {} },
  ...(parent !== undefined && { parentSpanId: parent }),
})

test('self time is what no child covers, also when children overlap', () => {
  const { self } = tracesOf(
    [
      span('a', 'web', 0, 100),
      span('b', 'cart', 10, 40, 'a'),
      span('c', 'cart', 30, 40, 'a'),
      span('d', 'cart', 90, 50, 'a'),
    ],
    0,
  )
  expect([...self]).toEqual([30, 40, 40, 50])
})

test('the entry of a span is where its service was entered', () => {
  const traces = tracesOf(
    [
      span('a', 'web', 0, 9),
      span('b', 'web', 1, 8, 'a'),
      span('c', 'cart', 2, 7, 'b'),
      span('d', 'cart', 3, 6, 'c'),
    ],
    2,
  )
  expect([...traces.entry]).toEqual([0, 0, 2, 2])
  expect(traces.counts).toEqual([2, 2])
  expect(traces.serviceOf(3)).toBe('cart')
})

test('parents that are missing, themselves or in a circle end every walk', () => {
  const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const links = fc.array(fc.tuple(ids, ids, fc.constantFrom('web', 'cart')), { maxLength: 12 })
  fc.assert(
    fc.property(links, of => {
      const traces = tracesOf(
        of.map(([id, parent, service], i) => span(id, service, i, 10, parent)),
        5,
      )
      expect(traces.entry.every(entry => entry >= 0 && entry < of.length)).toBe(true)
      expect(traces.self.every(self => self >= 0 && self <= 10)).toBe(true)
    }),
  )
})
