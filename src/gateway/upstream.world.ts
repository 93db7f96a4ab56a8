import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of the OpenAI HTTP API that answers as a test tells it. */
export interface FakeOpenAi {
  /** Base URL up to and including /v1. */
  endpoint: string
  requests: {
    path: string
    body: Record<string, unknown>
    raw: string
    headers: IncomingMessage['headers']
  }[]
  /** Resolves when a client broke off its request. */
  disconnected: Promise<void>
  /** How many connections clients have opened. */
  connections(): number
  stop(): Promise<void>
}

export type Reply = (response: ServerResponse, body: Record<string, unknown>, path: string) => void

export async function fakeOpenAi(reply: Reply): Promise<FakeOpenAi> {
  const requests: FakeOpenAi['requests'] = []
  const disconnected = Promise.withResolvers<void>()
  let connections = 0
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) disconnected.resolve()
    })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const raw = Buffer.concat(chunks).toString()
    const body = JSON.parse(raw)
    const path = request.url ?? ''
    requests.push({ path, body, raw, headers: request.headers })
    reply(response, body, path)
  })
  server.on('connection', () => connections++)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    disconnected: disconnected.promise,
    connections: () => connections,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const sendJson = (response: ServerResponse, status: number, value: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof value === 'string' ? value : JSON.stringify(value))
}

export const completion = (content: string) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-test',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
})

/** Events of a streamed answer, as api.openai.com sends them when usage was asked for. */
export function chunkEvents(pieces: string[], options: { usage?: boolean; lineEnd?: string } = {}): string {
  const { usage = true, lineEnd = '\n' } = options
  const chunk = (choices: unknown[], counted: unknown = null) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-test', choices, ...(usage ? { usage: counted } : {}) })}${lineEnd}${lineEnd}`
  const delta = (value: object, finish: string | null = null) =>
    chunk([{ index: 0, delta: value, finish_reason: finish }])
  return [
    `: ping${lineEnd}${lineEnd}`,
    delta({ role: 'assistant', content: '' }),
    ...pieces.map(content => delta({ content })),
    delta({}, 'stop'),
    ...(usage ? [chunk([], { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 })] : []),
    `data: [DONE]${lineEnd}${lineEnd}`,
  ].join('')
}

/** A whole answer of the Anthropic API. */
export const messageBody = (text: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-test',
  content: [{ type: 'text', text }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 11, output_tokens: 7 },
})

/** Events of a streamed answer, as api.anthropic.com sends them. */
export function messageEvents(pieces: string[]): string {
  const { content: _, usage, ...message } = messageBody('')
  return [
    {
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    ...pieces.map(text => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 7 },
    },
    { type: 'message_stop' },
  ]
    .map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')
}

/** Sends a stream in parts, each in a network write of its own. */
export function sendStream(response: ServerResponse, parts: (string | Buffer)[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.socket?.setNoDelay(true)
  const rest = [...parts]
  const next = () => {
    const part = rest.shift()
    if (part === undefined) response.end()
    else response.write(part, () => setImmediate(next))
  }
  next()
}
