import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Signal } from '../signals/signal.ts'
import { Malformed } from './fields.ts'
import type { IntakeAnswer, IntakeRequest, PushSource } from './source.ts'

export interface Webhook {
  type: string
  summary: string
  paths: readonly string[]
  /** Whether `doubt` asks for a proof; then nobody else does. */
  provesSender?(): boolean
  /** Why the sender is not believed, or nothing. */
  doubt?(request: IntakeRequest): string | undefined
  /**
   * The signals of one request; none when it is about something else.
   * @throws Malformed naming the field
   */
  read(request: IntakeRequest, now: number): readonly Signal[]
}

/** A source that is written to in one request at a time, all or nothing of it. */
export function webhook({ type, summary, paths, provesSender, doubt, read }: Webhook): PushSource {
  return {
    type,
    summary,
    paths,
    ...(provesSender && { provesSender }),
    async take(request, emit, clock) {
      if (request.method !== 'POST') return answer(405, `${request.path} takes POST only`, { allow: 'POST' })
      const why = doubt?.(request)
      if (why !== undefined) return { ...answer(401, why), refused: 1 }
      let signals: readonly Signal[]
      try {
        signals = read(request, clock.now())
      } catch (error) {
        if (error instanceof Malformed) return { ...answer(400, error.message), refused: 1 }
        throw error
      }
      if (signals.length > 0) await emit(signals)
      return { status: 200, headers: json, body: JSON.stringify({ accepted: signals.length }) }
    },
  }
}

const json = { 'content-type': 'application/json' }

const answer = (status: number, error: string, headers: Record<string, string> = {}): IntakeAnswer => ({
  status,
  headers: { ...json, ...headers },
  body: JSON.stringify({ error }),
})

/** One value of a header that is there once. */
export const headerOf = ({ headers }: IntakeRequest, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/**
 * Doubts about the HMAC-SHA-256 of the body that a header holds as hex, with a prefix. Compared in constant time.
 * @param secret what the sender shares with us; without one nobody is believed
 */
export function doubtSignature(
  request: IntakeRequest,
  { header, prefix, secret }: { header: string; prefix: string; secret: string | undefined },
): string | undefined {
  if (!secret) return noSecret
  const given = headerOf(request, header)
  if (given === undefined) return `${header} is missing: set the same secret at the sender`
  const expected = prefix + createHmac('sha256', secret).update(request.body).digest('hex')
  return equal(given, expected) ? undefined : `${header} does not match the body: is the secret the same?`
}

/** Doubts about a token that a header holds as it is. Compared in constant time. */
export function doubtToken(
  request: IntakeRequest,
  { header, secret }: { header: string; secret: string | undefined },
): string | undefined {
  if (!secret) return noSecret
  const given = headerOf(request, header)
  if (given === undefined) return `${header} is missing: set the same token at the sender`
  return equal(given, secret) ? undefined : `${header} is not the token that was set here`
}

const noSecret = 'no secret is set for this source, so nobody can be believed: set one here and at the sender'

/** Digests have one length, so that not even the length of a secret shows in the time. */
const equal = (a: string, b: string): boolean => timingSafeEqual(sha256(a), sha256(b))
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
