import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../lib/clock.ts'
import { uuidv7 } from '../lib/uuid.ts'
import { assign } from './assignment.ts'
import { type CallStart, callRecord } from './call-record.ts'
import { ClientClosed, failureOf, sendBytes, sendFailure } from './http.ts'
import { GatewayError } from './protocols/openai/error.ts'
import { type ChatRequest, parseChatRequest } from './protocols/openai/request.ts'
import type { ProviderAnswer } from './providers/provider.ts'
import type { Release } from './release.ts'
import type { Reporter } from './reporter.ts'
import type { Serving } from './serving.ts'
import type { ShadowQueue } from './shadow.ts'
import type { AccessKeySnapshot } from './snapshot.ts'

export interface ChatContext {
  clock: Clock
  reporter: Pick<Reporter, 'call'>
  shadow: ShadowQueue
}

/** One HTTP request for a chat completion, past authentication. */
export interface ChatCall {
  id: string
  at: number
  serving: Serving
  key: AccessKeySnapshot
  request: IncomingMessage
  response: ServerResponse
  body: Buffer
}

/** Headers that every answer to this call carries, also its errors, as far as they are known. */
export type Known = Record<string, string>

/** `POST /v1/chat/completions`: chooses the release, answers, records, and hands the input to a shadowed candidate. */
export async function answerChat(context: ChatContext, call: ChatCall, known: Known): Promise<void> {
  const { id, at, serving, key, request, body } = call
  const chat = parseChatRequest(body)
  const route = serving.route(key, chat.model)
  if (!route)
    throw new GatewayError(
      'model_not_found',
      `the model "${chat.model}" does not exist or this key may not use it; GET /v1/models lists those it may`,
      { param: 'model' },
    )
  const assignment = assign(route, {
    call: id,
    accessKey: `${key.namespace}/${key.name}`,
    session: headerOf(request, 'x-keelway-session'),
    user: chat.user,
  })
  const release = assignment && serving.releases.get(assignment.release)
  if (!assignment || !release)
    throw new GatewayError(
      'no_release',
      `no release of "${chat.model}" is live yet; see the status of ModelRoute ${route.name}`,
    )
  known['x-keelway-release'] = release.snapshot.name
  const start: CallStart = {
    id,
    at,
    route,
    release,
    arm: assignment.arm,
    unit: assignment.unit,
    accessKey: key.name,
    streamed: chat.stream === true,
  }
  const completed = await serve(context, call, start, chat, known)
  const shadow = route.candidate?.shadow ? serving.releases.get(route.candidate.release) : undefined
  if (completed && shadow && assignment.arm === 'stable')
    context.shadow.add(signal => answerUnseen(context, serving, shadow, start, chat, signal))
}

/** @returns false when the client went away: then there is nothing to compare a shadow answer with. */
async function serve(
  { clock, reporter }: ChatContext,
  { at, serving, request, response, body, id }: ChatCall,
  start: CallStart,
  chat: ChatRequest,
  known: Known,
): Promise<boolean> {
  const { release } = start
  const abort = new AbortController()
  const onClose = () => {
    if (!response.writableFinished) abort.abort(new ClientClosed('the client went away'))
  }
  response.on('close', onClose)
  let answer: ProviderAnswer | undefined
  let firstByteAt: number | undefined
  try {
    const secret = serving.secret(release.secret)
    answer = await release.answer(
      {
        call: id,
        at,
        ...release.prepare(chat, body),
        ...(secret === undefined ? {} : { secret }),
        trace: traceOf(request),
      },
      abort.signal,
    )
    if (Buffer.isBuffer(answer.body)) sendBytes(response, 200, answer.contentType, answer.body, known)
    else
      await sendStream(response, answer.contentType, answer.body, known, abort.signal, () => {
        firstByteAt = clock.now()
      })
    const end = { status: 200, latencyMs: clock.now() - at, outcome: answer.outcome() }
    reporter.call(
      callRecord(start, { ...end, ...(firstByteAt === undefined ? {} : { firstByteMs: firstByteAt - at }) }),
    )
    return true
  } catch (error) {
    const failure = failureOf(error)
    sendFailure(response, error, known)
    reporter.call(
      callRecord(start, {
        status: failure.status,
        error: failure.code,
        latencyMs: clock.now() - at,
        ...(firstByteAt === undefined ? {} : { firstByteMs: firstByteAt - at }),
        ...(answer ? { outcome: answer.outcome() } : {}),
      }),
    )
    if (failure.code === 'internal_error') throw error
    return failure.code !== 'client_closed'
  } finally {
    response.off('close', onClose)
  }
}

/** Waits for the first bytes before the headers go out, so that an early failure still gets its own status. */
async function sendStream(
  response: ServerResponse,
  contentType: string,
  body: AsyncIterable<Buffer>,
  known: Known,
  signal: AbortSignal,
  onFirstByte: () => void,
): Promise<void> {
  for await (const bytes of body) {
    signal.throwIfAborted()
    if (!response.headersSent) {
      onFirstByte()
      response.writeHead(200, {
        ...known,
        'content-type': contentType,
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
      })
    }
    if (!response.write(bytes)) await drained(response, signal)
  }
  signal.throwIfAborted()
  response.end()
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onDrain = () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }
    const onAbort = () => {
      response.off('drain', onDrain)
      reject(signal.reason)
    }
    response.once('drain', onDrain)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** The candidate answers what a user asked; only the call record ever sees the answer. */
async function answerUnseen(
  { clock, reporter }: ChatContext,
  serving: Serving,
  release: Release,
  user: CallStart,
  chat: ChatRequest,
  signal: AbortSignal,
): Promise<void> {
  const begin = clock.now()
  const start: CallStart = {
    ...user,
    id: uuidv7(clock),
    release,
    arm: 'shadow',
    pair: user.id,
    streamed: false,
  }
  const result = await answerWhole(release, { ...chat, stream: false }, serving, start, signal)
  if (!signal.aborted) reporter.call(callRecord(start, { ...result, latencyMs: clock.now() - begin }))
}

/** One answer without a client: for shadow traffic and evaluations. Errors become part of the result. */
export async function answerWhole(
  release: Release,
  { stream_options: _, ...chat }: ChatRequest,
  serving: Serving,
  { id, at }: { id: string; at: number },
  signal: AbortSignal,
): Promise<{ status: number; error?: string; outcome?: ReturnType<ProviderAnswer['outcome']> }> {
  try {
    const secret = serving.secret(release.secret)
    const answer = await release.answer(
      {
        call: id,
        at,
        chat: release.prepare(chat, undefined).chat,
        ...(secret === undefined ? {} : { secret }),
        trace: {},
      },
      signal,
    )
    return { status: 200, outcome: answer.outcome() }
  } catch (error) {
    const { status, code } = failureOf(error)
    return { status, error: code }
  }
}

/** W3C Trace Context goes on to the provider as it came. */
function traceOf(request: IncomingMessage): Record<string, string> {
  const trace: Record<string, string> = {}
  for (const name of ['traceparent', 'tracestate']) {
    const value = headerOf(request, name)
    if (value !== undefined) trace[name] = value
  }
  return trace
}

export function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
