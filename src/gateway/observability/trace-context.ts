import type { Random } from '../../lib/random.ts'

/** Where a call stands in a trace, and what its providers are told of it (W3C Trace Context, Level 2). */
export interface Trace {
  traceId: string
  /** The gateway's own span. */
  spanId: string
  /** The client's span; absent when the gateway began the trace. */
  parentSpanId?: string
  sampled: boolean
  /** Headers for the provider. */
  forward: { traceparent: string; tracestate?: string }
}

/** `00-` 32 hex `-` 16 hex `-` 2 hex */
const length = 55
const dash = 45
/** Most characters and members of a tracestate that are passed on; § 3.3.1 allows 32 members and asks for 512. */
const maxState = 4096
const maxMembers = 32

/**
 * Continues the trace of a request, or begins one when it has none or a broken one: then its tracestate counts for
 * nothing too (§ 4.3). Providers see the gateway's span as their parent.
 */
export function traceOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  random: Random,
): Trace {
  const given = headers.traceparent
  const spanId = newSpanId(random)
  if (typeof given !== 'string' || !isTraceparent(given)) {
    const traceId = hex(random, 4)
    return { traceId, spanId, sampled: true, forward: { traceparent: `00-${traceId}-${spanId}-01` } }
  }
  const traceId = given.slice(3, 35)
  const sampled = (nibble(given.charCodeAt(54)) & 1) === 1
  const traceparent = `00-${traceId}-${spanId}-0${sampled ? '1' : '0'}`
  const state = stateOf(headers.tracestate)
  return {
    traceId,
    spanId,
    parentSpanId: given.slice(36, 52),
    sampled,
    forward: state === undefined ? { traceparent } : { traceparent, tracestate: state },
  }
}

export const newSpanId = (random: Random): string => hex(random, 2)

/** Of a version to come only what version 00 says is read; more may follow behind a dash (§ 4.3). */
function isTraceparent(text: string): boolean {
  if (text.length < length) return false
  if (text.charCodeAt(2) !== dash || text.charCodeAt(35) !== dash || text.charCodeAt(52) !== dash)
    return false
  const version = text.slice(0, 2)
  if (version === 'ff' || anyBit(text, 0, 2) < 0 || anyBit(text, 53, 55) < 0) return false
  if (text.length > length && (version === '00' || text.charCodeAt(length) !== dash)) return false
  return anyBit(text, 3, 35) > 0 && anyBit(text, 36, 52) > 0
}

/** Values of lower-case hex digits by character code, -1 of all else: upper case is not allowed here. */
const nibbles = Int8Array.from({ length: 128 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code)),
)
const nibble = (code: number): number => (code < 128 ? (nibbles[code] as number) : -1)

/** All hex digits joined by or; negative when a character is none, 0 when all are zero. */
function anyBit(text: string, from: number, to: number): number {
  let bits = 0
  // A negative value sets the sign for good.
  for (let i = from; i < to; i++) bits |= nibble(text.charCodeAt(i))
  return bits
}

function stateOf(given: string | string[] | undefined): string | undefined {
  const state = typeof given === 'string' ? given : given?.join(',')
  if (!state || state.length > maxState) return undefined
  let members = 1
  for (let i = state.indexOf(','); i >= 0; i = state.indexOf(',', i + 1)) members++
  return members > maxMembers ? undefined : state
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** `words` times eight hex digits that are not all zero. */
function hex(random: Random, words: number): string {
  let text = ''
  let bits = 0
  for (let i = 0; i < words; i++) {
    const word = Math.floor(random() * 0x100000000)
    bits |= word
    const high = `${pairs[word >>> 24]}${pairs[(word >>> 16) & 255]}`
    text += `${high}${pairs[(word >>> 8) & 255]}${pairs[word & 255]}`
  }
  return bits === 0 ? `${text.slice(1)}1` : text
}
