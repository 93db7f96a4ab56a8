import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventSplitter, eventData } from './events.ts'

const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const line = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(text => `data: ${text.replaceAll(/[\r\n]/g, '')}`),
  fc.constantFrom(': ping', 'event: x', 'data', 'data:', 'id: 7'),
)
const event = fc.array(line, { minLength: 1, maxLength: 4 })
const stream = fc.array(fc.tuple(event, lineEnd), { minLength: 1, maxLength: 6 })

const write = (events: [string[], string][]): Buffer =>
  Buffer.from(events.map(([lines, end]) => lines.map(text => text + end).join('') + end).join(''))

/** Cuts at every position given as a share of what is left. */
function cut(bytes: Buffer, shares: number[]): Buffer[] {
  const parts: Buffer[] = []
  let rest = bytes
  for (const share of shares) {
    const at = Math.floor(share * rest.length)
    parts.push(rest.subarray(0, at))
    rest = rest.subarray(at)
  }
  return [...parts, rest]
}

const dataOf = (events: Buffer[]) => events.map(eventData).filter(data => data !== undefined)

test('events and their data are the same however the stream is cut', () => {
  fc.assert(
    fc.property(
      stream,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
      (events, shares) => {
        const bytes = write(events)
        const splitter = new EventSplitter(1 << 20)
        const found = cut(bytes, shares).flatMap(part => splitter.push(part))
        expect(dataOf(found)).toEqual(dataOf(new EventSplitter(1 << 20).push(bytes)))
        const rest = bytes.subarray(bytes.length - splitter.unfinished)
        expect(Buffer.concat([...found, rest])).toEqual(bytes)
        expect(rest.toString().replaceAll(/[\r\n]/g, '')).toBe('')
      },
    ),
    { numRuns: 300 },
  )
})

test('each event is found as soon as its blank line is there, at every single byte', () => {
  const text = 'data: {"a":"é€"}\r\n\r\n: ping\n\ndata: 1\ndata: 2\n\ndata: [DONE]\n\n'
  const splitter = new EventSplitter(1 << 20)
  const found: Buffer[] = []
  for (const byte of Buffer.from(text)) found.push(...splitter.push(Buffer.from([byte])))
  expect(dataOf(found)).toEqual(['{"a":"é€"}', '1\n2', '[DONE]'])
})

test('an event that has not ended is kept back and one that is too large is refused', () => {
  const splitter = new EventSplitter(100)
  expect(splitter.push(Buffer.from('data: half'))).toEqual([])
  expect(splitter.unfinished).toBe(10)
  expect(() => splitter.push(Buffer.alloc(200, 'x'))).toThrow(RangeError)
})
