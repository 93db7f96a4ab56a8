import { BinaryWriter } from '@bufbuild/protobuf/wire'
import type { Clock } from '../../../lib/clock.ts'
import type { Signal } from '../../signals/signal.ts'
import { cut } from '../attributes.ts'
import type { IntakeAnswer, IntakeRequest, PushSource } from '../source.ts'
import { fromJson } from './json.ts'
import { logsOf } from './logs.ts'
import { metricsOf } from './metrics.ts'
import { fromProtobuf } from './protobuf.ts'
import { spansOf } from './spans.ts'

/**
 * OpenTelemetry's own protocol over HTTP, protobuf or JSON (opentelemetry.io/docs/specs/otlp, OTLP/HTTP). Records that
 * can not be used are told as partial success; the rest of their request is stored.
 */
export const otlp: PushSource = {
  type: 'otlp',
  summary: 'Spans, metrics and logs of OpenTelemetry SDKs and collectors (OTLP/HTTP).',
  paths: ['/v1/traces', '/v1/metrics', '/v1/logs'],
  async take(request, emit, clock) {
    const encoding = encodingOf(request)
    if (!encoding) return unsupported
    const decoded = decode(request, encoding, clock)
    if (typeof decoded === 'string') return malformed(encoding, decoded)
    if (decoded.signals.length > 0) await emit(decoded.signals)
    return stored(encoding, request.path, decoded)
  },
}

type Encoding = 'application/json' | 'application/x-protobuf'

interface Decoded {
  signals: Signal[]
  refused: number
  over: number
  reason: string
}

interface DecodeContext {
  now: number
  refused: (why: string) => void
}

type Decoder = (
  body: Buffer,
  encoding: Encoding,
  context: DecodeContext,
) => { signals: Signal[]; over: number }

const readers = { 'application/json': fromJson, 'application/x-protobuf': fromProtobuf } as const

const decoders: Readonly<Record<string, Decoder>> = {
  '/v1/traces': (body, encoding, { now, refused }) => {
    const { groups, over } = readers[encoding].spans(body)
    return { signals: groups.flatMap(group => spansOf(group, now, refused)), over }
  },
  '/v1/metrics': (body, encoding, { now, refused }) => {
    const { groups, over } = readers[encoding].metrics(body)
    return { signals: groups.flatMap(group => metricsOf(group, now, refused)), over }
  },
  '/v1/logs': (body, encoding, { now }) => {
    const { groups, over } = readers[encoding].logs(body)
    return { signals: groups.flatMap(group => logsOf(group, now)), over }
  },
}

function encodingOf({ headers }: IntakeRequest): Encoding | undefined {
  const type = String(headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase()
  if (type === 'application/json') return type
  return type === 'application/x-protobuf' || type === 'application/protobuf'
    ? 'application/x-protobuf'
    : undefined
}

/** The signals of a request, or in words why it is none. */
function decode({ path, body }: IntakeRequest, encoding: Encoding, clock: Clock): Decoded | string {
  let [refused, reason] = [0, '']
  const context = {
    now: clock.now(),
    refused: (why: string) => {
      refused++
      reason ||= why
    },
  }
  try {
    const decoded = decoders[path]?.(body, encoding, context)
    return decoded ? { ...decoded, refused, reason } : `nothing is taken at ${cut(path, 80)}`
  } catch (error) {
    // Whatever reading strange bytes runs into: they are not OTLP. Nothing else happens in there.
    return error instanceof Error ? error.message : 'not OTLP'
  }
}

const unsupported: IntakeAnswer = {
  status: 415,
  headers: { 'content-type': 'text/plain' },
  body: 'send OTLP as application/x-protobuf or application/json\n',
  refused: 1,
}

const rejectedNames: Readonly<Record<string, string>> = {
  '/v1/traces': 'rejectedSpans',
  '/v1/metrics': 'rejectedDataPoints',
  '/v1/logs': 'rejectedLogRecords',
}

/** The three Export…ServiceResponse messages have one shape: `partial_success` is 1, in it a count and a text. */
function stored(encoding: Encoding, path: string, { refused, over, reason }: Decoded): IntakeAnswer {
  const rejected = refused + over
  const errorMessage =
    over > 0 ? `${over} records are beyond the limit of one request; send smaller ones` : reason
  const json =
    rejected > 0 ? { partialSuccess: { [rejectedNames[path] ?? '']: String(rejected), errorMessage } } : {}
  const protobuf = () => {
    if (rejected === 0) return new Uint8Array()
    const partial = new BinaryWriter().tag(1, 0).int64(rejected).tag(2, 2).string(errorMessage).finish()
    return new BinaryWriter().tag(1, 2).bytes(partial).finish()
  }
  return { ...answer(encoding, 200, json, protobuf), refused, lost: over }
}

/** A google.rpc.Status with code 3, INVALID_ARGUMENT, as the protocol wants it. */
function malformed(encoding: Encoding, why: string): IntakeAnswer {
  const message = `not an OTLP request: ${cut(why, 200)}`
  const protobuf = () => new BinaryWriter().tag(1, 0).int32(3).tag(2, 2).string(message).finish()
  return { ...answer(encoding, 400, { code: 3, message }, protobuf), refused: 1 }
}

const answer = (
  encoding: Encoding,
  status: number,
  json: object,
  protobuf: () => Uint8Array,
): IntakeAnswer => ({
  status,
  headers: { 'content-type': encoding },
  body: encoding === 'application/json' ? JSON.stringify(json) : protobuf(),
})
