import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Attempt } from '../telemetry/telemetry.ts'
import type { Price } from './accounting/prices.ts'
import type { AnswerEvent, Frame } from './canonical/answer.ts'
import type { CanonicalRequest } from './canonical/request.ts'
import { failed, type Health, succeeded } from './health.ts'
import {
  type Backend,
  type ProviderAnswer,
  ProviderError,
  type ProviderRequest,
} from './providers/provider.ts'
import type { ResilienceSettings } from './snapshot.ts'

/** A provider's model that is ready to be called. */
export interface OpenTarget {
  /** Of the ModelProvider; the protocol when it has no name. */
  provider: string
  protocol: string
  /** Name at the provider. */
  model: string
  /** `namespace/name/key` of the secret it is called with. */
  secret?: string
  weight: number
  /** Absent when unknown. */
  price?: Price
  /** Most tokens of one answer, where the ModelProvider says it. */
  maxOutputTokens?: number
  health: Health
  backend: Backend
  /** Classes of errors a fallback is for. */
  on?: ReadonlySet<string>
}

export interface TargetGroup {
  /** At least one; they share the load. */
  targets: readonly OpenTarget[]
  spread: 'weighted' | 'least-busy' | 'fastest'
  fallbacks: readonly OpenTarget[]
  resilience: Required<ResilienceSettings>
}

export interface TargetCall {
  request: Omit<ProviderRequest, 'secret'>
  secret(name: string | undefined): string | undefined
  /** Tells of every try that failed, in order. */
  attempts: Attempt[]
  clock: Clock
  random: Random
}

export type TargetAnswer = ProviderAnswer & { target: OpenTarget }

/** The longest a call waits for one target that asked for patience; above that the next target is tried, or the client told. */
const longestWaitMs = 2000

/**
 * Answers by one of the targets: spread over those that are well, tried again with pauses, then the fallbacks that are
 * for this kind of failure. A stream is handed over once it has begun to say something, so that everything
 * before that can still be tried elsewhere and nothing is ever said twice.
 * @throws ProviderError of the last try
 */
export async function answerByTargets(
  group: TargetGroup,
  call: TargetCall,
  signal: AbortSignal,
): Promise<TargetAnswer> {
  let last: unknown
  for (const target of inOrder(group, call)) {
    if (last !== undefined && target.on && !(last instanceof ProviderError && target.on.has(last.code)))
      continue
    if (last !== undefined && !target.on && !(last instanceof ProviderError && last.retryable)) continue
    const found = await tryTarget(target, group.resilience, call, signal)
    if ('answer' in found) return found.answer
    last = found.error
  }
  if (last instanceof ProviderError && call.attempts.length > 1) last.spent = true
  throw last
}

/** The chosen target, the others by the same rule, then the fallbacks; those that cool down come after those that do not. */
function inOrder({ targets, spread, fallbacks }: TargetGroup, { clock, random }: TargetCall): OpenTarget[] {
  const [only] = targets
  if (targets.length === 1 && only && fallbacks.length === 0) return [only]
  const now = clock.now()
  const cool = (target: OpenTarget): number => Number(target.health.coolingUntil > now)
  const ranked = targets.map(target => ({ target, rank: rankOf(target, spread, random) }))
  ranked.sort((a, b) => cool(a.target) - cool(b.target) || a.rank - b.rank)
  const order = [...ranked.map(({ target }) => target), ...fallbacks]
  // A target that is left alone is skipped while a fallback is well, and asked all the same when nothing else is there.
  const well = order.filter(target => cool(target) === 0)
  return well.length > 0 ? [...well, ...order.filter(target => cool(target) === 1)] : order
}

/**
 * Lower is earlier. Weighted: exponential races, so that the first is drawn in proportion to the weights (Efraimidis and
 * Spirakis, 2006). Fastest: latency times calls in progress, as in Finagle's peak EWMA; one not known yet is tried.
 */
function rankOf({ weight, health }: OpenTarget, spread: TargetGroup['spread'], random: Random): number {
  if (spread === 'weighted') return weight > 0 ? -Math.log(1 - random()) / weight : Number.POSITIVE_INFINITY
  if (spread === 'least-busy') return health.inFlight + random() / 2
  return (health.latencyMs ?? 0) * (health.inFlight + 1) + random() / 1000
}

async function tryTarget(
  target: OpenTarget,
  resilience: Required<ResilienceSettings>,
  call: TargetCall,
  signal: AbortSignal,
): Promise<{ answer: TargetAnswer } | { error: unknown }> {
  const { clock, random, attempts } = call
  const { health } = target
  for (let attempt = 1; ; attempt++) {
    const begin = clock.now()
    health.inFlight++
    try {
      const answer = await begun(target, resilience, call, signal, () => {
        health.inFlight--
      })
      succeeded(health, clock.now() - begin)
      return { answer }
    } catch (error) {
      health.inFlight--
      if (signal.aborted) throw signal.reason
      const code = error instanceof ProviderError ? error.code : 'internal_error'
      attempts.push({
        provider: target.provider,
        model: target.model,
        error: code,
        latencyMs: clock.now() - begin,
      })
      if (!(error instanceof ProviderError)) throw error
      if (!error.retryable) return { error }
      failed(health, clock, {
        limit: resilience.failures,
        cooldownMs: resilience.cooldownMs,
        waitMs: error.retryAfterMs,
      })
      const pause = error.retryAfterMs ?? backoffMs(attempt, random, { baseMs: 100, maxMs: 1000 })
      if (attempt >= resilience.attempts || pause > longestWaitMs || health.failures >= resilience.failures)
        return { error }
      await clock.sleep(pause, signal)
    }
  }
}

/** Calls the target and waits until it says something. `ended` is called once, when its stream is over. */
async function begun(
  target: OpenTarget,
  { firstTokenMs, betweenTokensMs }: Required<ResilienceSettings>,
  { request, secret, clock }: TargetCall,
  signal: AbortSignal,
  ended: () => void,
): Promise<TargetAnswer> {
  const abort = new AbortController()
  const onAbort = () => abort.abort(signal.reason)
  if (signal.aborted) throw signal.reason
  signal.addEventListener('abort', onAbort, { once: true })
  const deadline = deadlineOf(clock, what =>
    abort.abort(new ProviderError('provider_timeout', `${target.provider} ${what}`)),
  )
  deadline.within(firstTokenMs, `said nothing within ${firstTokenMs} ms`)
  const over = () => {
    deadline.clear()
    signal.removeEventListener('abort', onAbort)
  }
  try {
    const key = secret(target.secret)
    const answer = await target.backend.answer(
      {
        ...request,
        request: forModel(request.request, target.model),
        ...(key === undefined ? {} : { secret: key }),
      },
      abort.signal,
    )
    if ('whole' in answer) {
      over()
      ended()
      return { ...answer, target }
    }
    const frames = answer.stream[Symbol.asyncIterator]()
    const first = await untilContent(frames)
    deadline.within(betweenTokensMs, `said nothing more for ${betweenTokensMs} ms`)
    deadline.rest()
    const stream = continued(first, frames, deadline, () => {
      over()
      ended()
    })
    return { ...answer, stream, target }
  } catch (error) {
    over()
    throw abort.signal.aborted ? abort.signal.reason : error
  }
}

const forModel = (request: CanonicalRequest, model: string): CanonicalRequest =>
  request.model === model ? request : { ...request, model }

const silent = new Set<AnswerEvent['type']>(['start', 'usage', 'opaque'])

/** The groups up to the first that says something, or all of a stream that says nothing. */
async function untilContent(frames: AsyncIterator<readonly Frame[]>): Promise<(readonly Frame[])[]> {
  const groups: (readonly Frame[])[] = []
  for (;;) {
    const next = await frames.next()
    if (next.done) return groups
    groups.push(next.value)
    if (next.value.some(({ events }) => events.some(says))) return groups
  }
}

const says = (event: AnswerEvent): boolean =>
  event.type === 'text' ? event.text !== '' : !silent.has(event.type)

function continued(
  first: (readonly Frame[])[],
  frames: AsyncIterator<readonly Frame[]>,
  deadline: Deadline,
  end: () => void,
): AsyncIterable<readonly Frame[]> {
  let taken = 0
  let over = false
  const finish = () => {
    if (over) return
    over = true
    end()
  }
  const iterator: AsyncIterator<readonly Frame[]> = {
    next: async () => {
      const group = first[taken]
      if (group) {
        taken++
        return { value: group, done: false }
      }
      try {
        deadline.touch()
        const next = await frames.next()
        if (next.done) finish()
        else deadline.rest()
        return next
      } catch (error) {
        finish()
        throw error
      }
    },
    return: async () => {
      finish()
      await frames.return?.()
      return { value: undefined, done: true }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

interface Deadline {
  /** From now on `ms` may pass after a touch. */
  within(ms: number, what: string): void
  touch(): void
  /** Nothing is waited for until the next touch: the reader is slow, not the provider. */
  rest(): void
  clear(): void
}

/** One timer however often it is touched: it looks at the last touch only when it rings. */
function deadlineOf(clock: Clock, expire: (what: string) => void): Deadline {
  let cancel: (() => void) | undefined
  let last = 0
  let limit = 0
  let what = ''
  const ring = () => {
    const left = last + limit - clock.now()
    if (left <= 0) expire(what)
    else cancel = clock.after(Math.min(left, limit), ring)
  }
  const touch = () => {
    last = clock.now()
  }
  return {
    within: (ms, message) => {
      cancel?.()
      limit = ms
      what = message
      touch()
      cancel = clock.after(ms, ring)
    },
    touch,
    rest: () => {
      last = Number.POSITIVE_INFINITY
    },
    clear: () => cancel?.(),
  }
}
