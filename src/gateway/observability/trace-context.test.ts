import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../../lib/random.ts'
import { traceOf } from './trace-context.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parent = '00f067aa0ba902b7'
const of = (traceparent?: string | string[], tracestate?: string | string[]) =>
  traceOf({ traceparent, tracestate }, seededRandom(1))

test('a trace is continued: its id stays, the gateway becomes the parent of what comes after', () => {
  const trace = of(`00-${traceId}-${parent}-01`, 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7')
  expect(trace).toEqual({
    traceId,
    spanId: trace.spanId,
    parentSpanId: parent,
    sampled: true,
    forward: {
      traceparent: `00-${traceId}-${trace.spanId}-01`,
      tracestate: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7',
    },
  })
  expect(trace.spanId).not.toBe(parent)
})

test('a client that does not sample is not overruled', () => {
  const trace = of(`00-${traceId}-${parent}-00`)
  expect(trace.sampled).toBe(false)
  expect(trace.forward.traceparent).toMatch(/-00$/)
})

test('of a later version what version 00 has is read, and version 00 is sent on', () => {
  expect(of(`cc-${traceId}-${parent}-03-what-comes`)).toMatchObject({ traceId, sampled: true })
  expect(of(`cc-${traceId}-${parent}-03`).forward.traceparent).toMatch(/^00-.*-01$/)
})

test.each([
  ['none', undefined],
  ['an empty one', ''],
  ['version ff', `ff-${traceId}-${parent}-01`],
  ['more behind version 00', `00-${traceId}-${parent}-01-more`],
  ['more of a later version without a dash', `01-${traceId}-${parent}-01more`],
  ['capital letters', `00-${traceId.toUpperCase()}-${parent}-01`],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${parent}-01`],
  ['a parent of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['something that is no hex', `00-${traceId.slice(1)}g-${parent}-01`],
  ['flags that are no hex', `00-${traceId}-${parent}-0x`],
  ['one that is too short', `00-${traceId}-${parent}`],
  ['two of them', [`00-${traceId}-${parent}-01`, `00-${traceId}-${parent}-01`]],
])('with %s a trace begins, and the tracestate counts for nothing', (_, traceparent) => {
  const trace = of(traceparent, 'congo=1')
  expect(trace.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/)
  expect(trace.traceId).not.toBe(traceId)
  expect(trace).not.toHaveProperty('parentSpanId')
  expect(trace.sampled).toBe(true)
  expect(trace.forward).toEqual({ traceparent: `00-${trace.traceId}-${trace.spanId}-01` })
})

test('a tracestate with too many members or characters is left out, several are one list', () => {
  const given = `00-${traceId}-${parent}-01`
  expect(of(given, ['a=1', 'b=2']).forward.tracestate).toBe('a=1,b=2')
  expect(of(given, Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(',')).forward).not.toHaveProperty(
    'tracestate',
  )
  expect(of(given, `a=${'x'.repeat(5000)}`).forward).not.toHaveProperty('tracestate')
})

test('whatever a client sends, what goes on is valid', () => {
  const piece = fc.constantFrom('0', 'f', 'a', 'A', '-', 'g', ' ', '00-', traceId, parent, '-01')
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 60 }).map(pieces => pieces.join('')),
  )
  fc.assert(
    fc.property(text, fc.integer(), (traceparent, seed) => {
      const { forward, traceId, spanId, parentSpanId = parent } = traceOf({ traceparent }, seededRandom(seed))
      expect(forward.traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/)
      expect([traceId.length, spanId.length, parentSpanId.length]).toEqual([32, 16, 16])
    }),
  )
})

test('chance that gives only zeros still gives ids that are valid', () => {
  expect(traceOf({}, () => 0)).toMatchObject({ traceId: `${'0'.repeat(31)}1`, spanId: `${'0'.repeat(15)}1` })
})
