import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AnswerParser } from './answer-parser.ts'

/** What a parser tells of bytes that come in these pieces. */
function told(pieces: readonly Buffer[], answers: number): { events: string[]; error?: string } {
  const events: string[] = []
  let body = ''
  let left = answers
  const parser = new AnswerParser({
    head: ({ status, headers, body, reusable }) =>
      events.push(JSON.stringify({ status, headers, body, reusable })),
    data: piece => {
      body += piece.toString('latin1')
    },
    done: () => {
      events.push(body)
      body = ''
      if (--left > 0) parser.begin()
    },
  })
  parser.begin()
  try {
    for (const piece of pieces) parser.push(piece)
    if (parser.end()) events.push('ended')
  } catch (error) {
    return { events, error: (error as Error).message }
  }
  return { events }
}

const cut = (bytes: Buffer, at: readonly number[]): Buffer[] => {
  const places = [0, ...at.map(place => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}

const name = fc.stringMatching(/^[a-z][a-z-]{0,8}$/).map(text => `x-${text}`)
const value = fc.stringMatching(/^[!-~]{0,12}$/)
const bodyText = fc.string({ maxLength: 60, unit: 'binary-ascii' })
const answer = fc
  .record({
    fields: fc.array(fc.tuple(name, value), { maxLength: 4 }),
    texts: fc.array(bodyText),
    chunked: fc.boolean(),
  })
  .map(({ fields, texts, chunked }) => {
    const head = `HTTP/1.1 200 OK\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}`
    if (!chunked) return `${head}content-length: ${texts.join('').length}\r\n\r\n${texts.join('')}`
    const chunks = texts.filter(text => text !== '').map(text => `${text.length.toString(16)}\r\n${text}\r\n`)
    return `${head}transfer-encoding: chunked\r\n\r\n${chunks.join('')}0\r\n\r\n`
  })

test('reads answers in a row alike however the network cuts them', () => {
  fc.assert(
    fc.property(
      fc.array(answer, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (all, at) => {
        const bytes = Buffer.from(all.join(''), 'latin1')
        const whole = told([bytes], all.length)
        expect(whole.error).toBeUndefined()
        expect(whole.events).toHaveLength(2 * all.length)
        expect(told(cut(bytes, at), all.length)).toEqual(whole)
        expect(
          told(
            Array.from(bytes, byte => Buffer.from([byte])),
            all.length,
          ),
        ).toEqual(whole)
      },
    ),
  )
})

test('ends in an answer, an error or the wish for more, whatever comes', () => {
  const noise = fc.array(
    fc.oneof(
      fc.constantFrom(
        'HTTP/1.1 200 OK\r\n',
        'content-length: 3\r\n',
        'transfer-encoding: chunked\r\n',
        '\r\n',
        '3\r\nabc\r\n',
        '0\r\n',
      ),
      fc.string({ maxLength: 4, unit: 'binary' }),
    ),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(noise, fc.array(fc.nat(), { maxLength: 6 }), (parts, at) => {
      const bytes = Buffer.from(parts.join(''), 'latin1')
      const whole = told([bytes], 9)
      const pieces = told(cut(bytes, at), 9)
      expect(pieces.events).toEqual(whole.events)
      expect(pieces.error === undefined).toBe(whole.error === undefined)
    }),
  )
})

test.each([
  ['a head', 'HTTP/1.1 200 OK\r\nx: '],
  ['a chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;'],
  ['trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: '],
])('gives up %s that does not end', (_, begin) => {
  expect(
    told([Buffer.from(begin), ...Array.from({ length: 80 }, () => Buffer.alloc(1024, 97))], 1).error,
  ).toMatch(/Header|without an end/i)
})
