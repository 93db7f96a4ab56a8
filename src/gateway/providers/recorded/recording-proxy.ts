import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../../lib/clock.ts'
import { uuidv7 } from '../../../lib/uuid.ts'
import { type AnswerContent, createFold, type Frame } from '../../canonical/answer.ts'
import type { CanonicalRequest } from '../../canonical/request.ts'
import { GatewayError } from '../../failure.ts'
import { readBody } from '../../http.ts'
import { openAiChat } from '../../protocols/openai-chat/protocol.ts'
import { EventReader } from '../../protocols/sse.ts'
import { AnswerReader } from '../openai/answer-reader.ts'
import { ProviderError } from '../provider.ts'
import { exchange } from '../upstream/exchange.ts'
import type { Recorded, Recorder } from './recorder.ts'

/** What has passed. */
export interface ProxyCounts {
  requests: number
  /** Answers that were no success. */
  failed: number
  /** What was no chat completion that could be read. */
  unreadable: number
  recorded: Record<Recorded, number>
}

export interface RecordingProxyOptions {
  /** Base URL up to and including /v1. */
  upstream: URL
  /** Sent instead of the client's own key. */
  key?: string
  /** Asked for instead of the client's model. */
  model?: string
  recorder: Recorder
  dispatcher: Dispatcher
  clock: Clock
  timeoutMs: number
  onProgress(counts: Readonly<ProxyCounts>): void
}

const maxBody = 32 << 20
/** Of an answer this much is read to be recorded; all of it is passed on. */
const maxAnswer = 8 << 20

/**
 * Stands between a client and a provider of chat completions: bytes pass as they are, and every complete exchange is
 * given to the recorder. Keys are passed on and kept nowhere.
 */
export function recordingProxy(options: RecordingProxyOptions): { server: Server; counts: ProxyCounts } {
  const counts: ProxyCounts = {
    requests: 0,
    failed: 0,
    unreadable: 0,
    recorded: { written: 0, known: 0, differs: 0, unrecordable: 0, full: 0 },
  }
  const server = createServer((request, response) => {
    pass(options, counts, request, response)
      .catch((error: unknown) => refuse(response, error))
      .finally(() => options.onProgress(counts))
  })
  return { server, counts }
}

async function pass(
  options: RecordingProxyOptions,
  counts: ProxyCounts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST' || !/\/chat\/completions$/.test(request.url?.split('?')[0] ?? ''))
    throw new GatewayError('not_found', 'keelway record passes POST …/chat/completions only')
  const sent = await readBody(request, maxBody)
  const body = withModel(sent, options.model)
  const asked = chatOf(body)
  counts.requests++
  const abort = new AbortController()
  response.on('close', () => abort.abort(new Error('the client went away')))
  const { upstream, dispatcher, timeoutMs } = options
  const answer = await exchange(
    dispatcher,
    {
      origin: upstream.origin,
      path: `${upstream.pathname.replace(/\/+$/, '')}/chat/completions${upstream.search}`,
      headers: headersOf(request, options.key),
      body: body.toString(),
      timeoutMs,
    },
    abort.signal,
  )
  const type = answer.headers['content-type'] ?? 'application/json'
  response.writeHead(answer.status, { 'content-type': type, 'cache-control': 'no-cache' })
  const kept: Buffer[] = []
  let size = 0
  for await (const bytes of answer.body) {
    size += bytes.length
    if (size <= maxAnswer) kept.push(bytes)
    if (!response.write(bytes))
      await new Promise(resolve => response.once('drain', resolve).once('close', resolve))
  }
  response.end()
  if (answer.status !== 200) {
    counts.failed++
    return
  }
  const content =
    asked && size <= maxAnswer ? contentOf(Buffer.concat(kept), type, asked, options.clock) : undefined
  if (asked && content)
    counts.recorded[await options.recorder.add(asked, content, options.key ?? keyOf(request))]++
  else counts.unreadable++
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  const key = headers['api-key'] ?? headers.authorization?.replace(/^bearer +/i, '')
  return typeof key === 'string' && key !== '' ? key : undefined
}

/** Only what a provider needs to know who asks and how. */
function headersOf({ headers }: IncomingMessage, key: string | undefined): Record<string, string> {
  const passed: Record<string, string> = { 'content-type': 'application/json', 'accept-encoding': 'identity' }
  for (const name of [
    'accept',
    'authorization',
    'api-key',
    'openai-organization',
    'openai-project',
    'user-agent',
  ]) {
    const value = headers[name]
    if (typeof value === 'string') passed[name] = value
  }
  if (key !== undefined) passed.authorization = `Bearer ${key}`
  return passed
}

function withModel(body: Buffer, model: string | undefined): Buffer {
  if (model === undefined) return body
  const value: unknown = JSON.parse(body.toString())
  return Buffer.from(JSON.stringify({ ...(value as object), model }))
}

/** A request that can not be read is passed on all the same: the provider says what is wrong with it. */
function chatOf(body: Buffer): CanonicalRequest | undefined {
  try {
    return openAiChat.parse(body, {})
  } catch (error) {
    if (error instanceof GatewayError) return undefined
    throw error
  }
}

function contentOf(
  bytes: Buffer,
  type: string,
  request: CanonicalRequest,
  clock: Clock,
): AnswerContent | undefined {
  const reader = new AnswerReader('openai-chat', { request, call: uuidv7(clock) })
  const fold = createFold()
  try {
    const frames: Frame[] = []
    if (type.startsWith('text/event-stream')) {
      for (const { data } of new EventReader(maxAnswer).push(bytes)) reader.read(data, frames)
      if (!reader.complete) return undefined
    } else frames.push(reader.whole(bytes.toString()))
    for (const { events } of frames) fold.add(events)
    return fold.content
  } catch (error) {
    if (error instanceof ProviderError || error instanceof RangeError) return undefined
    throw error
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const status = error instanceof GatewayError ? error.status : error instanceof SyntaxError ? 400 : 502
  const message = error instanceof Error ? error.message : 'failed'
  const body = JSON.stringify({ error: { message, type: 'keelway_record', param: null, code: null } })
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body)
}
