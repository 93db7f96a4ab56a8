import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import type { AnswerEvent, FinishReason, Frame } from '../canonical/answer.ts'
import type { Usage } from '../canonical/usage.ts'
import { type Failure, GatewayError } from '../failure.ts'
import { protocols } from './index.ts'
import type { Protocol } from './protocol.ts'

/** Protocols served over HTTP with scripted answers, and the answers that providers may give, for tests. */
export interface ProtocolWorld {
  url: string
  /** What every request gets from now on; streams break with the failure, if there is one. */
  answer(frames: readonly Frame[], failure?: Failure): void
  [Symbol.asyncDispose](): Promise<void>
}

export const call = '0199-call'
export const at = 1_700_000_000_000

export async function protocolWorld(): Promise<ProtocolWorld> {
  let frames: readonly Frame[] = []
  let broken: Failure | undefined
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const protocol = protocols.find(({ path }) => path === request.url) as Protocol
    try {
      const parsed = protocol.parse(body, request.headers)
      const encoder = protocol.encode({ request: parsed, call, at })
      if (!parsed.stream) {
        const [only] = frames
        const whole: Frame =
          frames.length === 1 && only ? only : { events: frames.flatMap(({ events }) => events) }
        response.setHeader('content-type', 'application/json').end(encoder.whole(whole))
        return
      }
      response.setHeader('content-type', 'text/event-stream')
      for (const frame of frames) response.write(encoder.frame(frame))
      if (broken) response.write(encoder.failure(broken), () => response.destroy())
      else response.end(encoder.end())
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      const { status, code, message, param } = error
      const failure = { status, code, message, headers: {}, ...(param === undefined ? {} : { param }) }
      response.writeHead(status, { 'content-type': 'application/json', 'x-should-retry': 'false' })
      response.end(JSON.stringify(protocol.errorBody(failure)))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    answer: (given, failure) => {
      frames = given
      broken = failure
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export interface AnswerShape {
  /** Largest number of choices. */
  choices: number
  reasoning: boolean
  refusal: boolean
  /** Calls may begin before earlier ones have all their arguments. */
  interleaved: boolean
  /** Reasoning may come with a signature, or redacted. */
  signed?: boolean
}

const piece = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const count = fc.nat(5000)
const id = fc.stringMatching(/^[a-z0-9]{6}$/)

export const anyUsage: fc.Arbitrary<Usage> = fc.record({
  input: count,
  cacheRead: count,
  cacheWrite: count,
  inputAudio: count,
  output: count,
  reasoning: count,
  outputAudio: count,
  source: fc.constant('provider' as const),
})

/** Cuts a text at random places; none of the pieces is empty. */
const cutText = (text: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
  fc.tuple(text, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 })).map(([whole, sizes]) => {
    const pieces: string[] = []
    let from = 0
    for (const size of sizes) {
      if (from + size < whole.length) pieces.push(whole.slice(from, from + size))
      else break
      from += size
    }
    return [...pieces, whole.slice(from)].filter(one => one !== '')
  })

const anyArguments = cutText(
  fc.oneof(
    fc.constant(''),
    fc.dictionary(piece, fc.jsonValue({ maxDepth: 2 })).map(object => JSON.stringify(object)),
  ),
)

function choiceOf(choice: number, shape: AnswerShape): fc.Arbitrary<AnswerEvent[]> {
  const texts = fc.array(
    piece.map((text): AnswerEvent => ({ type: 'text', choice, text })),
    { maxLength: 4 },
  )
  const refusals = shape.refusal
    ? fc.array(
        piece.map((text): AnswerEvent => ({ type: 'refusal', choice, text })),
        { maxLength: 2 },
      )
    : fc.constant([])
  const thoughts = shape.reasoning ? anyThoughts(choice, shape.signed === true) : fc.constant([])
  const calls = fc.array(fc.tuple(id, piece, anyArguments), { maxLength: 3 }).chain(found => {
    const each = found.map(([callId, name, pieces], index): AnswerEvent[] => [
      { type: 'tool-call', choice, index, id: `${callId}${index}`, name },
      ...pieces.map((text): AnswerEvent => ({ type: 'tool-arguments', choice, index, text })),
    ])
    return shape.interleaved ? interleave(each).map(numbered) : fc.constant(each.flat())
  })
  const reasons: FinishReason[] = ['stop', 'length', 'tool-calls', 'content-filter']
  return fc
    .tuple(thoughts, texts, refusals, calls, fc.constantFrom(...reasons))
    .map(([first, second, third, fourth, reason]): AnswerEvent[] => [
      ...first,
      ...second,
      ...third,
      ...fourth,
      { type: 'finish', choice, reason },
    ])
}

/** Calls are counted in the order in which they begin. */
function numbered(events: AnswerEvent[]): AnswerEvent[] {
  const order: number[] = []
  for (const event of events) if (event.type === 'tool-call') order.push(event.index)
  return events.map(event =>
    event.type === 'tool-call' || event.type === 'tool-arguments'
      ? { ...event, index: order.indexOf(event.index) }
      : event,
  )
}

function anyThoughts(choice: number, signed: boolean): fc.Arbitrary<AnswerEvent[]> {
  const block = fc
    .tuple(fc.array(piece, { minLength: 1, maxLength: 3 }), fc.constantFrom('signed', 'redacted'), id)
    .map(([texts, kind, proof]): AnswerEvent[] => {
      if (signed && kind === 'redacted') return [{ type: 'reasoning', choice, text: '', redacted: proof }]
      const events = texts.map((text): AnswerEvent => ({ type: 'reasoning', choice, text }))
      return signed ? [...events, { type: 'reasoning', choice, text: '', signature: proof }] : events
    })
  return fc.array(block, { maxLength: 2 }).map(blocks => blocks.flat())
}

/** All orders that keep each list's own. */
function interleave<T>(lists: readonly T[][]): fc.Arbitrary<T[]> {
  return fc.infiniteStream(fc.nat(1000)).map(picks => {
    const rest = lists.map(list => [...list])
    const merged: T[] = []
    for (const pick of picks) {
      const open = rest.filter(list => list.length > 0)
      const next = open[pick % Math.max(open.length, 1)]?.shift()
      if (next === undefined) break
      merged.push(next)
    }
    return merged
  })
}

/** One whole answer as the events that a provider gives, choices interleaved, usage last. */
export const anyAnswer = (shape: AnswerShape): fc.Arbitrary<AnswerEvent[]> =>
  fc
    .integer({ min: 1, max: shape.choices })
    .chain(choices =>
      fc
        .tuple(
          id,
          fc
            .tuple(...Array.from({ length: choices }, (_, choice) => choiceOf(choice, shape)))
            .chain(interleave),
          anyUsage,
        )
        .map(([start, events, usage]): AnswerEvent[] => [
          { type: 'start', id: `answer-${start}`, model: 'model-of-provider', created: 1_699_999_999 },
          ...events,
          { type: 'usage', usage },
        ]),
    )

/** The events in frames of one to three. */
export const inFrames = (events: fc.Arbitrary<AnswerEvent[]>): fc.Arbitrary<Frame[]> =>
  fc.tuple(events, fc.infiniteStream(fc.integer({ min: 1, max: 3 }))).map(([all, sizes]) => {
    const frames: Frame[] = []
    let from = 0
    for (const size of sizes) {
      if (from >= all.length) break
      frames.push({ events: all.slice(from, from + size) })
      from += size
    }
    return frames
  })
