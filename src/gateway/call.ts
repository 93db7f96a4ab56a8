import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Attempt, CallRecord, GuardResult } from '../telemetry/telemetry.ts'
import { usageOf } from './accounting/estimate.ts'
import { costOf } from './accounting/prices.ts'
import { type Reservation, reservationFor, type Spending } from './accounting/spending.ts'
import { assign } from './assignment.ts'
import { type AnswerCache, type CachedAnswer, cacheKey } from './cache.ts'
import { type CallEnd, type CallStart, callRecord } from './call-record.ts'
import { type AnswerContent, createFold, type Frame } from './canonical/answer.ts'
import type { CanonicalRequest } from './canonical/request.ts'
import type { Usage } from './canonical/usage.ts'
import { type Delivery, deliver } from './delivery.ts'
import { ClientClosed, failureOf, GatewayError } from './failure.ts'
import type { GuardedRequest } from './guardrails/guard.ts'
import { headerList, sendFailure } from './http.ts'
import { type Trace, traceOf } from './observability/trace-context.ts'
import type { Protocol } from './protocols/protocol.ts'
import type { Release } from './release.ts'
import type { Serving } from './serving.ts'
import type { ShadowQueue } from './shadow.ts'
import type { AccessKeySnapshot } from './snapshot.ts'
import { answerByTargets, type TargetAnswer } from './targets.ts'
import { answerUnseen } from './unseen.ts'

export interface CallContext {
  clock: Clock
  random: Random
  reporter: { call(record: CallRecord, chunks?: number): void }
  shadow: ShadowQueue
  spending: Spending
  cache: AnswerCache
}

/** One HTTP request for an answer, past authentication. */
export interface Call {
  id: string
  at: number
  serving: Serving
  key: AccessKeySnapshot
  protocol: Protocol
  request: IncomingMessage
  response: ServerResponse
  body: Buffer
}

/** Headers that every answer to this call carries, also its errors, as far as they are known. */
export type Known = Record<string, string>

/** Answers one call, whichever protocol it came by: every step below acts on canonical requests and events alone. */
export async function answerCall(context: CallContext, call: Call, known: Known): Promise<void> {
  const { id, at, serving, key, protocol } = call
  const asked = protocol.parse(call.body, call.request.headers)
  const { route, release, arm, unit } = chosen(call, asked)
  known['x-keelway-release'] = release.snapshot.name
  const start: CallStart = {
    id,
    at,
    route,
    release,
    arm,
    unit,
    accessKey: key.name,
    streamed: asked.stream,
    protocol: protocol.name,
    operation: asked.operation,
    trace: traceOf(call.request.headers, context.random),
  }
  const completed = await answer(context, call, start, asked, known)
  const shadow = route.candidate?.shadow ? serving.releases.get(route.candidate.release) : undefined
  if (completed && shadow && arm === 'stable')
    context.shadow.add(signal => answerUnseen(context, serving, shadow, start, asked, signal))
}

/** The route, and which of its releases this session gets. @throws GatewayError */
export function chosen(
  { id, serving, key, request }: Pick<Call, 'id' | 'serving' | 'key' | 'request'>,
  asked: CanonicalRequest,
) {
  const route = serving.route(key, asked.model)
  if (!route)
    throw new GatewayError(
      'model_not_found',
      `the model "${asked.model.slice(0, 200)}" does not exist or this key may not use it; GET /v1/models lists those it may`,
      { param: 'model' },
    )
  const assignment = assign(route, {
    call: id,
    accessKey: `${key.namespace}/${key.name}`,
    session: headerOf(request, 'x-keelway-session'),
    user: asked.user,
  })
  const release = assignment && serving.releases.get(assignment.release)
  if (!assignment || !release)
    throw new GatewayError(
      'no_release',
      `no release of "${asked.model}" is live yet; see the status of ModelRoute ${route.name}`,
    )
  return { route, release, arm: assignment.arm, unit: assignment.unit }
}

/** What is learnt of a call on its way; the record is made of it, however the call ends. */
interface Progress {
  guards: GuardResult[]
  attempts: Attempt[]
  guarded?: GuardedRequest
  served?: TargetAnswer
  content?: AnswerContent
  reservation?: Reservation
  cache?: 'hit' | 'miss'
  savedUsd?: number
  firstByteMs?: number
  chunks: number
}

/** @returns false when the client went away: then there is nothing to compare a shadow answer with. */
async function answer(
  context: CallContext,
  call: Call,
  start: CallStart,
  asked: CanonicalRequest,
  known: Known,
): Promise<boolean> {
  const { clock, reporter } = context
  const { response, at, protocol } = call
  const abort = new AbortController()
  const onClose = () => {
    if (!response.writableFinished) abort.abort(new ClientClosed('the client went away'))
  }
  response.on('close', onClose)
  const progress: Progress = { guards: [], attempts: [], chunks: 0 }
  const encoder = protocol.encode({ request: asked, call: call.id, at })
  const delivery: Delivery = {
    response,
    encoder,
    known,
    signal: abort.signal,
    stream: asked.stream,
    onWrite: () => {
      progress.chunks++
      progress.firstByteMs ??= clock.now() - at
    },
  }
  const conclude = ({ status, error }: Pick<CallEnd, 'status' | 'error'>): void => {
    const { firstByteMs, guards, attempts, guarded, served, content, cache, savedUsd } = progress
    const usage = used(progress)
    const cost = usage && served && costOf(served.target.price, usage, at)
    if (usage) progress.reservation?.settle(usage, cost?.usd)
    else progress.reservation?.release()
    const end: CallEnd = { status, latencyMs: clock.now() - at, guards, attempts }
    if (error !== undefined) end.error = error
    if (start.streamed && firstByteMs !== undefined) end.firstByteMs = firstByteMs
    if (served) end.target = served.target
    if (usage) end.usage = usage
    if (cost) end.cost = cost
    else if (cache === 'hit') end.cost = { usd: 0, source: 'cache' }
    if (cache) end.cache = cache
    if (savedUsd !== undefined) end.savedUsd = savedUsd
    if (guarded) end.request = guarded.request
    if (content) end.content = content
    reporter.call(callRecord(start, end), progress.chunks)
  }
  try {
    await answerGuarded(context, call, start, asked, delivery, progress)
    conclude({ status: 200 })
    return true
  } catch (error) {
    const failure = failureOf(error)
    sendFailure(response, failure, known, {
      errorBody: protocol.errorBody,
      inStream: failed => encoder.failure(failed),
    })
    // What is not sent on is not worth producing: a blocked or broken answer ends upstream too.
    abort.abort(error)
    conclude({ status: failure.status, error: failure.code })
    if (failure.code === 'internal_error') throw error
    return failure.code !== 'client_closed'
  } finally {
    response.off('close', onClose)
  }
}

async function answerGuarded(
  context: CallContext,
  call: Call,
  { release, route, trace }: CallStart,
  asked: CanonicalRequest,
  delivery: Delivery,
  progress: Progress,
): Promise<void> {
  const { spending, cache } = context
  const { key, at } = call
  const { signal, known } = delivery
  const prepared = release.prepare(asked)
  const looked = release.guard.request(prepared, signal)
  const guarded = looked instanceof Promise ? await looked : looked
  progress.guarded = guarded
  progress.guards = guarded.results
  if (guarded.refusal) throw guarded.refusal
  const cached =
    route.cache && cacheKey({ ...route, cache: route.cache }, release.snapshot.digest, key, guarded.request)
  const hit = cached === undefined ? undefined : cache.get(cached)
  try {
    const reserved = spending.reserve(
      reservationFor(
        key,
        route,
        [...release.group.targets, ...release.group.fallbacks],
        guarded.request,
        at,
        hit !== undefined,
      ),
    )
    progress.reservation = reserved instanceof Promise ? await reserved : reserved
  } finally {
    const style = call.protocol.name === 'anthropic-messages' ? 'anthropic' : 'openai'
    Object.assign(known, spending.headers(key, style))
  }
  if (cached !== undefined) {
    progress.cache = hit ? 'hit' : 'miss'
    known['x-keelway-cache'] = progress.cache
  }
  if (hit?.costUsd !== undefined) progress.savedUsd = hit.costUsd
  const served = hit ? undefined : await ask(context, call, release, guarded, trace, progress, signal)
  if (served?.dropped && served.dropped.length > 0) known['x-keelway-dropped'] = headerList(served.dropped)
  const fold = createFold()
  progress.content = fold.content
  // An answer from the cache is looked at like any other: what was masked is this caller's.
  const guard = release.guard.answer(guarded, fold.content, signal)
  const kept: Frame[] = []
  try {
    await deliver(delivery, served ?? { whole: (hit as CachedAnswer).frame }, guard, frame => {
      fold.add(frame.events)
      if (cached !== undefined && !hit) kept.push(frame)
    })
  } finally {
    if (guard) progress.guards = [...progress.guards, ...guard.results()]
  }
  if (cached === undefined || !served || !isComplete(fold.content)) return
  const cost = fold.content.usage && costOf(served.target.price, fold.content.usage, at)
  const [only] = kept
  cache.put(cached, route, {
    frame: 'whole' in served && only ? only : { events: kept.flatMap(({ events }) => events) },
    content: fold.content,
    ...(cost ? { costUsd: cost.usd } : {}),
  })
}

async function ask(
  { clock, random }: CallContext,
  { id, at, serving }: Call,
  { group }: Release,
  { request }: GuardedRequest,
  trace: Trace | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<TargetAnswer> {
  const served = await answerByTargets(
    group,
    {
      request: { call: id, at, request, trace: trace?.forward ?? {} },
      secret: name => serving.secret(name),
      attempts: progress.attempts,
      clock,
      random,
    },
    signal,
  )
  progress.served = served
  return served
}

/** An answer that ended of itself: one cut off by a limit or a filter is not what the next asker should get. */
const isComplete = ({ choices, embeddings }: AnswerContent): boolean =>
  embeddings.length > 0 ||
  (choices.length > 0 &&
    choices.every(({ finish }) => finish === 'stop' || finish === 'stop-sequence' || finish === 'tool-calls'))

/** Nothing when no provider answered: then nothing was used. */
const used = ({ served, content, guarded }: Progress): Usage | undefined =>
  served && guarded && usageOf(guarded.request, content)

export function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
