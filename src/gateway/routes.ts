import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { uuidv7 } from '../lib/uuid.ts'
import { answerChat, type ChatContext, headerOf, type Known } from './chat.ts'
import { answerEvaluation } from './evaluation.ts'
import { parseFeedback } from './feedback.ts'
import { ClientClosed, readBody, sendFailure, sendJson } from './http.ts'
import { GatewayError } from './protocols/openai/error.ts'
import type { Reporter } from './reporter.ts'
import type { Serving } from './serving.ts'
import type { AccessKeySnapshot } from './snapshot.ts'

export interface RoutesContext extends ChatContext {
  /** One per start of a gateway. */
  id: string
  reporter: Reporter
  /** What serves now; undefined before the first snapshot. */
  serving(): Serving | undefined
  draining(): boolean
  controlToken(): string | undefined
  /** Largest request body in bytes. */
  maxBodyBytes: number
  say(text: string): void
}

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
  try {
    await route(context, request, response, { id, at }, known)
  } catch (error) {
    if (!(error instanceof GatewayError || error instanceof ClientClosed))
      context.say(`call ${id} failed: ${error instanceof Error ? error.stack : String(error)}`)
    sendFailure(response, error, known)
  }
}

async function route(
  context: RoutesContext,
  request: IncomingMessage,
  response: ServerResponse,
  { id, at }: { id: string; at: number },
  known: Known,
): Promise<void> {
  const { method } = request
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  if (path === '/v1/chat/completions') {
    allow(method, 'POST')
    const { serving, key } = authenticate(context, request, at)
    const body = await readBody(request, context.maxBodyBytes)
    return answerChat(context, { id, at, serving, key, request, response, body }, known)
  }
  if (path === '/v1/models' || path.startsWith('/v1/models/')) {
    allow(method, 'GET')
    const { serving, key } = authenticate(context, request, at)
    return sendJson(response, 200, modelsFor(serving, key, path), known)
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
  if (path === '/healthz') {
    allow(method, 'GET')
    return sendJson(response, 200, {
      status: 'ok',
      id: context.id,
      snapshot: context.serving()?.digest ?? null,
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
    `there is no ${path.slice(0, 200)} here; see /v1/chat/completions, /v1/models, /v1/feedback`,
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
  const given = bearerOf(request)
  const key = given === undefined ? undefined : serving.key(`sha256:${hash('sha256', given)}`)
  if (key && (key.expiresAt === undefined || key.expiresAt > now)) return { serving, key }
  throw new GatewayError(
    'invalid_api_key',
    given === undefined
      ? 'no key given: send an access key as "Authorization: Bearer KEY"'
      : 'this access key is unknown, expired or suspended',
    { headers: { 'www-authenticate': 'Bearer realm="keelway"' } },
  )
}

/** Scheme names are case-insensitive (RFC 9110 §11.1). */
const bearerOf = (request: IncomingMessage): string | undefined =>
  /^bearer +([^\s]+) *$/i.exec(headerOf(request, 'authorization') ?? '')?.[1]

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
