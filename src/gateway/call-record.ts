import type { Arm, Attempt, CallRecord, GuardResult } from '../telemetry/telemetry.ts'
import type { AnswerContent } from './canonical/answer.ts'
import { type CanonicalRequest, lastUserText, zoneOf } from './canonical/request.ts'
import { inputTokens, outputTokens, type Usage } from './canonical/usage.ts'
import type { Trace } from './observability/trace-context.ts'
import type { Release } from './release.ts'
import type { RouteSnapshot } from './snapshot.ts'
import type { OpenTarget } from './targets.ts'

/** Characters of a text kept in a record; telemetry promises at most 16 KiB. */
const maxText = 16 << 10

/** What is known of a call before it is answered. */
export interface CallStart {
  id: string
  at: number
  route: RouteSnapshot
  release: Release
  arm: Arm
  unit: string
  pair?: string
  accessKey: string
  streamed: boolean
  protocol: string
  operation: string
  trace?: Trace
}

/** What became of it. */
export interface CallEnd {
  status: number
  error?: string
  latencyMs: number
  firstByteMs?: number
  /** Who answered; absent when nobody did. */
  target?: OpenTarget
  usage?: Usage
  cost?: { usd: number; source: string }
  cache?: 'hit' | 'miss'
  savedUsd?: number
  guards: GuardResult[]
  attempts: Attempt[]
  request?: CanonicalRequest
  content?: AnswerContent
}

/** With all content: what of it may be kept is decided before the record leaves the process. */
export function callRecord(start: CallStart, end: CallEnd): CallRecord {
  const { route, release, arm, trace } = start
  const { usage, cost, content, request } = end
  const target = end.target ?? release.group.targets[0]
  const output = content && outputOf(content)
  const record: CallRecord = {
    id: start.id,
    at: start.at,
    namespace: route.namespace,
    route: route.name,
    release: release.snapshot.name,
    digest: release.snapshot.digest,
    arm,
    phase: arm === 'evaluation' ? '' : route.phase,
    unit: start.unit,
    accessKey: start.accessKey,
    status: end.status,
    latencyMs: end.latencyMs,
    streamed: start.streamed,
    provider: target?.protocol ?? 'none',
    model: target?.model ?? '',
    usageSource: usage?.source ?? 'none',
    protocol: start.protocol,
    operation: start.operation,
  }
  if (start.pair !== undefined) record.pair = start.pair
  if (end.error !== undefined) record.error = end.error
  if (end.firstByteMs !== undefined) record.firstByteMs = end.firstByteMs
  if (usage) {
    const { source: _, ...buckets } = usage
    record.usage = buckets
    record.inputTokens = inputTokens(usage)
    record.outputTokens = outputTokens(usage)
  }
  if (cost) {
    record.costUsd = cost.usd
    record.priceSource = cost.source
  }
  if (end.cache) record.cache = end.cache
  if (end.savedUsd !== undefined) record.savedUsd = end.savedUsd
  if (end.guards.length > 0) record.guards = end.guards
  if (end.attempts.length > 0) record.attempts = end.attempts
  if (trace)
    record.trace = {
      traceId: trace.traceId,
      spanId: trace.spanId,
      sampled: trace.sampled,
      ...(trace.parentSpanId === undefined ? {} : { parentSpanId: trace.parentSpanId }),
    }
  const finish = content?.choices[0]?.finish
  if (finish) record.finish = finish
  if (request) {
    record.input = cut(lastUserText(request))
    const context = contextOf(request)
    if (context !== '') record.context = cut(context)
  }
  if (output !== undefined) record.output = cut(output)
  if (output !== undefined && end.error === undefined && release.check)
    record.scores = { schema: release.check(output) }
  return record
}

/** What the first choice says; a call of tools as JSON, so that scorers can look at it too. */
export function outputOf({ choices }: AnswerContent): string {
  const [first] = choices
  if (!first) return ''
  if (first.text !== '' || first.toolCalls.length === 0) return first.text || first.refusal
  return JSON.stringify(first.toolCalls.map(({ name, arguments: given }) => ({ name, arguments: given })))
}

/** Documents and tool results that an answer can be held against. */
const contextOf = ({ messages }: CanonicalRequest): string =>
  messages
    .flatMap(message =>
      message.parts.flatMap(part => {
        if (part.type !== 'text') return []
        const zone = zoneOf(message, part)
        return zone === 'document' || zone === 'tool' ? [part.text] : []
      }),
    )
    .join('\n')

/** At most 16 KiB of UTF-8; a cut never leaves half a character. */
function cut(text: string): string {
  if (text.length * 3 <= maxText) return text
  const bytes = Buffer.from(text)
  if (bytes.length <= maxText) return text
  let end = maxText
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
