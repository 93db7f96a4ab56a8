/**
 * The provider that is measured against: it answers OpenAI chat completions from bytes made beforehand, so that it is never
 * the bottleneck. Whole answers have 950 bytes; streams have 50 chunks, 2 ms apart, the first with the role as servers
 * send it. Run as a program it writes its port.
 */
import { createServer, type Socket } from 'node:net'
import { listenNear } from '../../src/gateway/listen.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { MessageReader } from './messages.ts'

export const upstreamProgram = import.meta.filename
export const chunksOfStream = 50
const gapMs = 2
/** What the first text of a stream begins with. */
export const firstText = 'word0'

const whole = wholeOf()
const pieces = piecesOf()

if (import.meta.main) {
  const server = createServer(socket => {
    socket.setNoDelay(true).on('error', () => socket.destroy())
    const reader = new MessageReader(({ body }) => answer(socket, body))
    socket.on('data', bytes => reader.push(bytes))
  })
  console.log(await listenNear(server, '127.0.0.1', 0))
}

function answer(socket: Socket, body: Buffer): void {
  if (body.includes('"stream":true')) stream(socket, 0)
  else socket.write(whole)
}

function stream(socket: Socket, index: number): void {
  const piece = pieces[index]
  if (!piece || socket.destroyed) return
  socket.write(piece)
  systemClock.after(gapMs, () => stream(socket, index + 1))
}

function wholeOf(): Buffer {
  const body = (content: string) =>
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model: 'gpt-bench',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content, refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 80,
        completion_tokens: 140,
        total_tokens: 220,
        prompt_tokens_details: { cached_tokens: 20, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
      },
      service_tier: 'default',
    })
  const text =
    'Your order left the warehouse on Tuesday and should be with you by the end of the week. '.repeat(9)
  const answer = body(text.slice(0, 950 - body('').length))
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(answer)}\r\n\r\n${answer}`,
  )
}

function piecesOf(): Buffer[] {
  const event = (choices: object[], usage: object | null = null) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-bench', choices, usage })}\n\n`
  const delta = (delta: object, finish: string | null = null) =>
    event([{ index: 0, delta, logprobs: null, finish_reason: finish }])
  const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
  const texts = Array.from({ length: chunksOfStream }, (_, i) => chunk(delta({ content: `word${i} ` })))
  texts[0] = head + chunk(delta({ role: 'assistant', content: '' })) + texts[0]
  texts[chunksOfStream - 1] += [
    chunk(delta({}, 'stop')),
    chunk(event([], { prompt_tokens: 80, completion_tokens: 100, total_tokens: 180 })),
    chunk('data: [DONE]\n\n'),
    '0\r\n\r\n',
  ].join('')
  return texts.map(text => Buffer.from(text))
}
