/**
 * Providers that answer everything they can read, by OpenAI's and Anthropic's protocols, so that every failure of a run is
 * the gateway's. Run as a program it writes its port.
 */
import { createServer, type ServerResponse } from 'node:http'
import { listenNear } from '../../src/gateway/listen.ts'

export const upstreamProgram = import.meta.filename

type Json = Record<string, unknown>

if (import.meta.main) {
  const server = createServer(async (request, response) => {
    response.on('error', () => undefined)
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk)
      answer(response, request.url ?? '', JSON.parse(Buffer.concat(chunks).toString()))
    } catch (error) {
      if (response.headersSent || response.destroyed) return
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: `not understood: ${(error as Error).message}` } }))
    }
  })
  console.log(await listenNear(server, '127.0.0.1', 0))
}

const text = 'Your order left the warehouse on Tuesday. '
const usage = { prompt_tokens: 10, completion_tokens: 9, total_tokens: 19 }

function answer(response: ServerResponse, path: string, body: Json): void {
  const { stream } = body
  const whole = (value: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  const events = (lines: string[]) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(lines.map(line => `${line}\n\n`).join(''))
  }
  if (path.endsWith('/messages/count_tokens')) whole({ input_tokens: 10 })
  else if (path.endsWith('/messages')) stream ? events(messageEvents()) : whole(message(text))
  else if (path.endsWith('/embeddings')) whole(embeddings(body))
  else if (path.endsWith('/chat/completions'))
    stream ? events(chunks('chat.completion.chunk')) : whole(completion())
  else if (path.endsWith('/completions'))
    stream ? events(chunks('text_completion')) : whole(legacyCompletion())
  else throw new Error(`no ${path}`)
}

const completion = () => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-bench',
  choices: [
    { index: 0, message: { role: 'assistant', content: text }, logprobs: null, finish_reason: 'stop' },
  ],
  usage,
})

const legacyCompletion = () => ({
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1,
  model: 'gpt-bench',
  choices: [{ index: 0, text, logprobs: null, finish_reason: 'stop' }],
  usage,
})

function chunks(object: string): string[] {
  const legacy = object === 'text_completion'
  const data = (choices: object[], more = {}) =>
    `data: ${JSON.stringify({ id: 'c-1', object, created: 1, model: 'gpt-bench', choices, ...more })}`
  const piece = (content: string) =>
    data([
      legacy
        ? { index: 0, text: content, finish_reason: null }
        : { index: 0, delta: { content }, finish_reason: null },
    ])
  const end = data([{ index: 0, ...(legacy ? { text: '' } : { delta: {} }), finish_reason: 'stop' }])
  return [...text.split(' ').map(piece), end, data([], { usage }), 'data: [DONE]']
}

function embeddings({ input, encoding_format }: Json): unknown {
  const many = Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1
  const vector = [0.25, 0.5, 0.75]
  const embedding =
    encoding_format === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector
  return {
    object: 'list',
    model: 'gpt-bench',
    data: Array.from({ length: many }, (_, index) => ({ object: 'embedding', index, embedding })),
    usage: { prompt_tokens: 10, total_tokens: 10 },
  }
}

const message = (content: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-bench',
  content: content === '' ? [] : [{ type: 'text', text: content }],
  stop_reason: content === '' ? null : 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 9 },
})

const messageEvents = (): string[] =>
  [
    { type: 'message_start', message: message('') },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 9 },
    },
    { type: 'message_stop' },
  ].map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}`)
