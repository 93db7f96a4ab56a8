import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventReader, type ServerSentEvent, writeEvent } from './sse.ts'

const limit = 1 << 20
const readAll = (parts: readonly Buffer[]): ServerSentEvent[] => {
  const reader = new EventReader(limit)
  return parts.flatMap(part => reader.push(part))
}

/** The algorithm of WHATWG HTML §9.2.6, line by line over the whole stream. */
function readSlowly(bytes: Buffer): ServerSentEvent[] {
  const events: ServerSentEvent[] = []
  let data: string[] = []
  let event = ''
  const lines = bytes
    .toString()
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
  // What follows the last line end is no line.
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (data.length > 0) events.push({ ...(event ? { event } : {}), data: data.join('\n') })
      data = []
      event = ''
      continue
    }
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') data.push(value)
    if (name === 'event') event = value
  }
  return events
}

const piece = fc.constantFrom(
  ...[
    'data: é€😀',
    'data:x',
    'data',
    'data:',
    'data:  two',
    'database: no',
    'event: e',
    'event',
    'eventual: no',
  ],
  ...[': ping', 'id: 7', '\n', '\n', '\n\n', '\r\n', '\r', '\r\n\r\n', '\uFEFF', ' '],
)
const stream = fc.array(piece, { maxLength: 30 }).map(pieces => Buffer.from(pieces.join('')))

test('events are those of the WHATWG algorithm however the stream is cut', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(40), { maxLength: 12 }), (bytes, cuts) => {
      const parts: Buffer[] = []
      let at = 0
      for (const size of cuts) {
        parts.push(bytes.subarray(at, at + size))
        at += size
      }
      expect(readAll([...parts, bytes.subarray(at)])).toEqual(readSlowly(bytes))
    }),
    { numRuns: 1500 },
  )
})

test('each event is there as soon as its blank line is, byte by byte', () => {
  const bytes = Buffer.from(
    '\uFEFFevent: a\r\ndata: {"a":"é€"}\r\n\r\n: ping\n\ndata: 1\ndata: 2\n\ndata: [DONE]\n\n',
  )
  const reader = new EventReader(limit)
  const found = [...bytes].map(byte => reader.push(Buffer.from([byte])))
  expect(found.flat()).toEqual([{ event: 'a', data: '{"a":"é€"}' }, { data: '1\n2' }, { data: '[DONE]' }])
  expect(found.at(-1)).toEqual([{ data: '[DONE]' }])
})

test('an event that has not ended is kept back and one that is too large is refused', () => {
  const reader = new EventReader(100)
  expect(reader.push(Buffer.from('data: half'))).toEqual([])
  expect(reader.unfinished).toBe(10)
  expect(() => reader.push(Buffer.alloc(200, 'x'))).toThrow(RangeError)
})

test('a large event in many pieces takes time linear in its size', () => {
  const reader = new EventReader(64 << 20)
  const chunk = Buffer.alloc(1024, 'x')
  reader.push(Buffer.from('data: '))
  for (let i = 0; i < 8 << 10; i++) reader.push(chunk)
  expect(reader.push(Buffer.from('\n\n'))[0]?.data).toHaveLength(8 << 20)
})

test('what is written reads as what it was, lines and all', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(undefined, 'message_start'),
      (text, event) => {
        const data = text.replaceAll('\uFEFF', '')
        const [read] = readAll([Buffer.from(writeEvent(data, event))])
        expect(read).toEqual({ data: data.replaceAll(/\r\n?/g, '\n'), ...(event ? { event } : {}) })
      },
    ),
  )
  expect(readAll([Buffer.from(writeEvent('{"a":1,\r\n"b":2}'))])).toEqual([{ data: '{"a":1,\n"b":2}' }])
})
