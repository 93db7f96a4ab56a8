import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../canonical/answer.ts'
import { type Failure, GatewayError } from '../failure.ts'
import type { Protocol } from './protocol.ts'
import { anyAnswer, at, call, inFrames } from './protocol.world.ts'
import { EventReader, type ServerSentEvent } from './sse.ts'

/** What every wire format must do, given requests in it. */
export interface ProtocolCase {
  protocol: Protocol
  /** A request with all that it may hold. Unknown fields are added to it. */
  body: Record<string, unknown>
  streams: boolean
  /** What makes it wrong where it is put, with the field that is then said to be at fault. */
  wrong: readonly [path: Path, value: unknown, param: string][]
  /** One piece of a stream and a whole answer, as a provider of this protocol sends them. */
  wire: { piece: string; whole: string }
}

export type Path = readonly (string | number)[]

const failure: Failure = {
  status: 429,
  code: 'budget_exceeded',
  message: 'the budget is spent',
  headers: {},
}

export function protocolContract({ protocol, body, streams, wrong, wire }: ProtocolCase): void {
  const parse = (value: unknown) => protocol.parse(Buffer.from(JSON.stringify(value)), {})
  const refusal = (bytes: string | Buffer): unknown => {
    try {
      protocol.parse(Buffer.from(bytes), {})
      return undefined
    } catch (error) {
      return error
    }
  }
  const context = (extra = {}) => ({ request: parse({ ...body, ...extra }), call, at })

  describe(`${protocol.name} requests`, () => {
    test('keep every field, known or not, as it came', () => {
      const unknown = { 'x-new': { deep: [1, null, 'é'] }, ...body }
      expect(parse(unknown).origin).toEqual({ protocol: protocol.name, value: unknown })
    })

    test('carry variables that no provider sees', () => {
      const parsed = parse({ ...body, keelway: { variables: { name: 'Ada', age: 36 } } })
      expect(parsed.variables).toEqual({ name: 'Ada', age: 36 })
      expect(JSON.stringify(parsed)).not.toContain('keelway')
      expect(parse({ ...body, metadata: { name: 'Ada' } }).variables).toEqual({ name: 'Ada' })
      expect(refusal(JSON.stringify({ ...body, keelway: { variables: [] } }))).toMatchObject({
        param: 'keelway.variables',
      })
    })

    test.each(wrong.map(([path, value, param]) => [param, path, value] as const))(
      'name the field at fault: %s',
      (param, path, value) => {
        const error = refusal(JSON.stringify(put(body, path, value)))
        expect(error).toBeInstanceOf(GatewayError)
        expect(error).toMatchObject({ code: 'invalid_request', status: 400, param })
        expect((error as Error).message).toContain(`${param} `)
      },
    )

    test.each([
      ['', 'invalid_json'],
      ['{', 'invalid_json'],
      ['{"model":NaN}', 'invalid_json'],
      ['[]', 'invalid_request'],
      ['null', 'invalid_request'],
      ['"text"', 'invalid_request'],
      [`{"model":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'invalid_json'],
      [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'invalid_json'],
      [`{"model":"${'x'.repeat(200_000)}`, 'invalid_json'],
    ])('that are malformed are refused as such: %.20s', (bytes, code) => {
      expect(refusal(bytes)).toMatchObject({ name: 'GatewayError', code, status: 400 })
    })

    test('throw nothing but errors for the client, whatever stands in whatever field', () => {
      const paths = pathsOf(body)
      fc.assert(
        fc.property(fc.constantFrom(...paths), fc.anything({ withNullPrototype: false }), (path, value) => {
          const text = JSON.stringify(put(body, path, value), (_, one) =>
            typeof one === 'bigint' ? Number(one) : one,
          )
          const error = refusal(text)
          expect(error === undefined || error instanceof GatewayError).toBe(true)
        }),
        { numRuns: 500 },
      )
    })

    test('throw nothing but errors for the client when 100 kB of them are cut, doubled or overwritten', () => {
      const long = Buffer.from(JSON.stringify({ ...body, user: 'é'.repeat(60_000) }))
      fc.assert(
        fc.property(
          fc.nat(long.length),
          fc.nat(400),
          fc.uint8Array({ maxLength: 8 }),
          (from, size, bytes) => {
            const error = refusal(Buffer.concat([long.subarray(0, from), bytes, long.subarray(from + size)]))
            expect(error === undefined || error instanceof GatewayError).toBe(true)
          },
        ),
        { numRuns: 100 },
      )
    })
  })

  describe(`${protocol.name} answers`, () => {
    test('go out as they came when they came in this protocol', () => {
      const own = (data: string): Frame => ({ events: [], wire: { protocol: protocol.name, data } })
      const encoder = protocol.encode(context(streams ? { stream: true } : {}))
      expect(encoder.whole(own(wire.whole))).toBe(wire.whole)
      if (streams) expect(read(encoder.frame(own(wire.piece)))[0]?.data).toBe(wire.piece)
    })

    test('never pass on the wire of another protocol', () => {
      const other = protocol.name === 'openai-chat' ? 'anthropic-messages' : 'openai-chat'
      const foreign: Frame = { events: [], wire: { protocol: other, data: '{"secret":1}' } }
      const encoder = protocol.encode(context())
      expect(encoder.whole(foreign) + encoder.frame(foreign) + encoder.end()).not.toContain('secret')
    })

    test('are whole JSON and whole events, whatever the provider gave', () => {
      const shape = { choices: 3, reasoning: true, refusal: true, interleaved: true, signed: true }
      fc.assert(
        fc.property(inFrames(anyAnswer(shape)), frames => {
          const whole = protocol.encode(context()).whole({ events: frames.flatMap(({ events }) => events) })
          expect(typeof JSON.parse(whole)).toBe('object')
          const encoder = protocol.encode(context(streams ? { stream: true } : {}))
          const stream = frames.map(frame => encoder.frame(frame)).join('') + encoder.end()
          for (const { data } of read(stream)) if (data !== '[DONE]') JSON.parse(data)
          expect(stream === '' || stream.endsWith('\n\n')).toBe(true)
        }),
        { numRuns: 100 },
      )
    })

    test('read the same when their bytes are cut anywhere', () => {
      const shape = { choices: 2, reasoning: true, refusal: false, interleaved: true }
      const [frames] = fc.sample(inFrames(anyAnswer(shape)), { numRuns: 1, seed: 7 })
      const encoder = protocol.encode(context(streams ? { stream: true } : {}))
      const bytes = Buffer.from((frames ?? []).map(frame => encoder.frame(frame)).join('') + encoder.end())
      const all = read(bytes.toString())
      for (let i = 0; i <= bytes.length; i++) {
        const reader = new EventReader(1 << 20)
        const found = [...reader.push(bytes.subarray(0, i)), ...reader.push(bytes.subarray(i))]
        if (found.length !== all.length || found.at(-1)?.data !== all.at(-1)?.data) expect(found).toEqual(all)
      }
    })

    test('that break end with one event that clients raise as an error', () => {
      const encoder = protocol.encode(context(streams ? { stream: true } : {}))
      const [event, ...others] = read(encoder.failure(failure))
      expect(others).toEqual([])
      expect(JSON.parse(event?.data ?? '')).toMatchObject({ error: { message: failure.message } })
    })

    test('that are errors say what happened', () => {
      expect(JSON.parse(JSON.stringify(protocol.errorBody(failure)))).toMatchObject({
        error: { message: failure.message, type: expect.any(String) },
      })
    })
  })
}

const read = (stream: string): ServerSentEvent[] => new EventReader(16 << 20).push(Buffer.from(stream))

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...at, name]))].filter(
    path => path.length > 0,
  )
}

function put(value: unknown, [name, ...rest]: Path, member: unknown): unknown {
  if (name === undefined) return member
  if (Array.isArray(value)) return value.with(Number(name), put(value[Number(name)], rest, member))
  const found = value as Record<string, unknown>
  return { ...found, [name]: put(found[name], rest, member) }
}
