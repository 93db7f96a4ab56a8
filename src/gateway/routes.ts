import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { uuidv7 } from '../lib/uuid.ts'
import { answerCall, type CallContext, headerOf, type Known } from './call.ts'
import { countTokens } from './count-tokens.ts'
import { answerEvaluation } from './evaluation.ts'
import { ClientClosed, failureOf, GatewayError } from './failure.ts'
import { parseFeedback } from './feedback.ts'
import { readBody, sendFailure, sendJson } from './http.ts'
import { countTokensPath } from './protocols/anthropic-messages/count-tokens.ts'
import { protocols } from './protocols/index.ts'
import { openAiErrorBody } from './protocols/openai-error.ts'
import type { Protocol } from './protocols/protocol.ts'
import type { Reporter } from './reporter.ts'
import type { Serving } from './serving.ts'
import type { AccessKeySnapshot } from './snapshot.ts'

export interface RoutesContext extends CallContext {
  /** One per start of a gateway. */
  id: string
  reporter: CallContext['reporter'] & Pick<Reporter, 'feedback'>
  /** What serves now; undefined before the first snapshot. */
  serving(): Serving | undefined
  draining(): boolean
  controlToken(): string | undefined
  /** Largest request body in bytes. */
  maxBodyBytes: number
  /** What `/healthz` says beyond that it is alive. */
  health(): Record<string, unknown>
  /** The text format of Prometheus. */
  metrics(): Promise<string>
  say(text: string): void
}

const byPath = new Map(protocols.map(protocol => [protocol.path, protocol]))

/** Everything a gateway answers over HTTP. Never throws. */
export async function handle(
  context: RoutesContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const at = context.clock.now()
  const id = uuidv7(context.clock)
  const known: Known = { 'x-keelway-call': id, 'x-request-id': id }
  if (context.draining()) known.connection = 'close'
  const url = request.url ?? '/'
  const query = url.indexOf('?')
  const path = query < 0 ? url : url.slice(0, query)
  const protocol = byPath.get(path)
  try {
    // RFC 9112 §3.2.
    if (request.headers.host === undefined && request.httpVersionMinor > 0)
      throw new GatewayError('invalid_request', 'the header host is missing')
    if (protocol) await answerProtocol(context, protocol, { request, response, id, at }, known)
    else await answerOther(context, path, { request, response, id, at }, known)
  } catch (error) {
    if (!(error instanceof GatewayError || error instanceof ClientClosed))
      context.say(`call ${id} failed: ${error instanceof Error ? error.stack : String(error)}`)
    const errorBody = (protocol ?? messagesFor(path))?.errorBody ?? openAiErrorBody
    try {
      sendFailure(response, failureOf(error), known, { errorBody })
    } catch (unsent) {
      // One answer that cannot be told must not end those of all others.
      context.say(`call ${id} has no answer: ${(unsent as Error).stack}`)
      response.destroy()
    }
  }
}

/** Clients of one protocol read errors of that protocol, also beside its main path. */
const messagesFor = (path: string): Protocol | undefined =>
  path === countTokensPath ? byPath.get('/v1/messages') : undefined

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  id: string
  at: number
}

async function answerProtocol(
  context: RoutesContext,
  protocol: Protocol,
  exchange: Exchange,
  known: Known,
): Promise<void> {
  const { request, at } = exchange
  allow(request.method, 'POST')
  const { serving, key } = authenticate(context, request, at)
  const body = await readBody(request, context.maxBodyBytes)
  return answerCall(context, { ...exchange, protocol, serving, key, body }, known)
}

async function answerOther(
  context: RoutesContext,
  path: string,
  { request, response, id, at }: Exchange,
  known: Known,
): Promise<void> {
  const { method } = request
  if (path === '/v1/models' || path.startsWith('/v1/models/')) {
    allow(method, 'GET')
    const { serving, key } = authenticate(context, request, at)
    return sendJson(response, 200, modelsFor(serving, key, path), known)
  }
  if (path === countTokensPath) {
    allow(method, 'POST')
    const { serving, key } = authenticate(context, request, at)
    const body = await readBody(request, context.maxBodyBytes)
    return sendJson(
      response,
      200,
      await countTokens(context, { request, id, at, serving, key, body }, response),
      known,
    )
  }
  if (path === '/v1/feedback') {
    allow(method, 'POST')
    authenticate(context, request, at)
    const feedback = parseFeedback(await readBody(request, context.maxBodyBytes), at)
    context.reporter.feedback(feedback)
    return sendJson(
      response,
      202,
      { object: 'feedback', call: feedback.call },
      { ...known, 'x-keelway-call': feedback.call },
    )
  }
  if (path === '/internal/answer') {
    allow(method, 'POST')
    checkToken(context.controlToken(), request)
    const body = await readBody(request, context.maxBodyBytes)
    const abort = new AbortController()
    response.on('close', () => abort.abort(new ClientClosed('the control plane went away')))
    return sendJson(
      response,
      200,
      await answerEvaluation(context, servingOf(context), body, abort.signal),
      known,
    )
  }
  if (path === '/metrics') {
    allow(method, 'GET')
    const text = await context.metrics()
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    response.end(text)
    return
  }
  if (path === '/healthz') {
    allow(method, 'GET')
    return sendJson(response, 200, {
      status: 'ok',
      id: context.id,
      snapshot: context.serving()?.digest ?? null,
      ...context.health(),
    })
  }
  if (path === '/readyz') {
    allow(method, 'GET')
    const ready = context.serving() !== undefined && !context.draining()
    return sendJson(response, ready ? 200 : 503, {
      status: ready ? 'ready' : context.draining() ? 'draining' : 'no snapshot yet',
    })
  }
  throw new GatewayError(
    'not_found',
    `there is no ${path.slice(0, 200)} here; see ${[...byPath.keys()].join(', ')}, /v1/models, /v1/feedback`,
  )
}

function allow(method: string | undefined, allowed: 'GET' | 'POST'): void {
  if (method !== allowed)
    throw new GatewayError('method_not_allowed', `use ${allowed} here, not ${method}`, {
      headers: { allow: allowed },
    })
}

function servingOf(context: RoutesContext): Serving {
  const serving = context.serving()
  if (!serving)
    throw new GatewayError('not_ready', 'this gateway has no snapshot from its control plane yet', {
      headers: { 'retry-after': '1' },
    })
  return serving
}

/** @throws GatewayError when the key is missing, unknown or expired; which of them is not said. */
function authenticate(
  context: RoutesContext,
  request: IncomingMessage,
  now: number,
): { serving: Serving; key: AccessKeySnapshot } {
  const serving = servingOf(context)
  // Clients of Anthropic's protocol send the key by itself.
  const given = bearerOf(request) ?? headerOf(request, 'x-api-key')
  const key = given === undefined ? undefined : serving.key(`sha256:${hash('sha256', given)}`)
  if (key && (key.expiresAt === undefined || key.expiresAt > now)) return { serving, key }
  throw new GatewayError(
    'invalid_api_key',
    given === undefined
      ? 'no key given: send an access key as "Authorization: Bearer KEY" or as "x-api-key: KEY"'
      : 'this access key is unknown, expired or suspended',
    { headers: { 'www-authenticate': 'Bearer realm="keelway"' } },
  )
}

/** Scheme names are case-insensitive (RFC 9110 §11.1); nearly everybody writes this one. */
function bearerOf(request: IncomingMessage): string | undefined {
  const given = headerOf(request, 'authorization') ?? ''
  if (given.startsWith('Bearer ') && given.length > 7 && !given.includes(' ', 7)) return given.slice(7)
  return /^bearer +([^\s]+) *$/i.exec(given)?.[1]
}

function checkToken(token: string | undefined, request: IncomingMessage): void {
  const given = Buffer.from(hash('sha256', bearerOf(request) ?? ''))
  if (!token || !timingSafeEqual(given, Buffer.from(hash('sha256', token))))
    throw new GatewayError('invalid_api_key', 'only the control plane may ask this', {
      headers: { 'www-authenticate': 'Bearer realm="keelway-internal"' },
    })
}

function modelsFor(serving: Serving, key: AccessKeySnapshot, path: string): unknown {
  const models = serving.routes(key).map(({ model, namespace }) => ({
    id: model,
    object: 'model',
    created: Math.floor(serving.at / 1000),
    owned_by: namespace,
  }))
  if (path === '/v1/models') return { object: 'list', data: models }
  const name = decode(path.slice('/v1/models/'.length))
  const model = models.find(({ id }) => id === name)
  if (!model)
    throw new GatewayError(
      'model_not_found',
      `the model "${name}" does not exist or this key may not use it`,
      { param: 'model' },
    )
  return model
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
