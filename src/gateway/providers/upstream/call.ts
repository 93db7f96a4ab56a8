import type { Dispatcher } from 'undici'
import type { Clock } from '../../../lib/clock.ts'
import type { Frame } from '../../canonical/answer.ts'
import { type ProviderAnswer, ProviderError, type ProviderRequest } from '../provider.ts'
import { exchange, type UpstreamAnswer } from './exchange.ts'
import type { Confidential } from './fault-text.ts'
import { type FrameReader, framesOf } from './frames.ts'
import { rejection } from './rejection.ts'
import { transportError } from './transport-error.ts'

/** Largest answer that is not a stream. */
const maxAnswerBytes = 32 << 20
/** Of an error this much is read. */
const maxErrorBytes = 64 << 10

export interface Upstream {
  dispatcher: Dispatcher
  clock: Clock
  origin: string
  timeoutMs: number
}

/** One call over HTTP and how its answer is read. */
export interface UpstreamCall {
  path: string
  headers: Record<string, string>
  body: object
  /** Reads the body of a whole answer. */
  whole(data: string): Frame
  /** Reads the events of a streamed one. */
  reader(): FrameReader
}

/**
 * Sends a request and hands on its answer as frames. A server may answer a request for a stream with a whole
 * body, or the other way round.
 * @throws ProviderError or the signal's reason
 */
export async function callUpstream(
  { dispatcher, clock, origin, timeoutMs }: Upstream,
  request: ProviderRequest,
  { path, headers, body, whole, reader }: UpstreamCall,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  const text = JSON.stringify(body)
  let answer: UpstreamAnswer
  try {
    answer = await exchange(dispatcher, { origin, path, headers, body: text, timeoutMs }, signal)
  } catch (error) {
    throw transportError(error, signal, origin, false)
  }
  const explain = (error: unknown): unknown => transportError(error, signal, origin, true)
  if (answer.status < 200 || answer.status > 299) throw await refusal(answer, clock, request, explain)
  const type = answer.headers['content-type'] ?? ''
  if (type.startsWith('text/event-stream')) return { stream: framesOf(answer.body, reader(), explain) }
  let bytes: Buffer
  try {
    bytes = await answer.body.readAll(maxAnswerBytes)
  } catch (error) {
    throw explain(error)
  }
  if (bytes.length === 0)
    throw new ProviderError('provider_error', `the provider at ${origin} answered nothing`)
  return { whole: whole(bytes.toString()) }
}

/** The error of an answer that is not a success; what is too large to be read still has its status. */
async function refusal(
  { status, headers, body }: UpstreamAnswer,
  clock: Clock,
  request: ProviderRequest,
  explain: (error: unknown) => unknown,
): Promise<unknown> {
  try {
    const bytes = await body.readAll(maxErrorBytes)
    return rejection({ status, headers, body: bytes, now: clock.now() }, confidentialOf(request))
  } catch (error) {
    if (error instanceof RangeError)
      return rejection({ status, headers, body: Buffer.alloc(0), now: clock.now() }, confidentialOf(request))
    return explain(error)
  }
}

export const confidentialOf = ({ request, secret }: ProviderRequest): Confidential => ({
  request,
  ...(secret === undefined ? {} : { secret }),
})

/** Only what a provider needs: the client's own headers, key and cookies stay here. */
export const commonHeaders = (stream: boolean, trace: ProviderRequest['trace']): Record<string, string> => ({
  'content-type': 'application/json',
  accept: stream ? 'text/event-stream' : 'application/json',
  'accept-encoding': 'identity',
  'user-agent': 'keelway',
  ...trace,
})
