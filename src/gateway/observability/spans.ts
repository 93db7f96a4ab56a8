import { type Attributes, type HrTime, type SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Random } from '../../lib/random.ts'
import type { Attempt, CallRecord, GuardResult } from '../../telemetry/telemetry.ts'
import {
  type AttributeRow,
  type Convention,
  callAttributes,
  guardNames,
  openInferenceAttributes,
  operationOf,
  providerOf,
} from './names.ts'
import { newSpanId } from './trace-context.ts'

export interface SpanSettings {
  convention: Convention
  /** Tells input and answer too, as far as the record holds them. */
  content: boolean
  /** Adds the attributes of OpenInference. */
  openInference: boolean
  resource: Resource
  random: Random
}

const scope = { name: 'keelway.gateway' }

/**
 * The spans of one call: `chat MODEL` below the client's span, and below it one for every try that failed before the
 * answer and one for every rule of a guardrail. None when the record has no trace, or one that is not sampled.
 */
export function spansOf(call: CallRecord, settings: SpanSettings): ReadableSpan[] {
  if (!call.trace || call.trace.sampled === false) return []
  const { traceId, spanId, parentSpanId } = call.trace
  const { at } = call
  const end = at + call.latencyMs
  const make = spanMaker(settings, traceId)
  const own = call.provider === 'model'
  const root = make({
    name: `${operationOf(call)} ${call.model}`,
    kind: own ? SpanKind.INTERNAL : SpanKind.CLIENT,
    spanId,
    parent: parentSpanId,
    // The client is in another process.
    remoteParent: true,
    from: at,
    until: end,
    attributes: attributesOf(call, settings),
    error: call.error,
  })
  let from = at
  const attempts = (call.attempts ?? []).map(attempt => {
    const until = Math.min(end, from + attempt.latencyMs)
    const span = make({ ...attemptSpan(call, attempt), parent: spanId, from, until })
    from = until
    return span
  })
  const guards = (call.guards ?? []).map(guard => {
    // Rules look at input before and at output after the answer; they take less than a clock tick.
    const when = guard.zone === 'output' ? end : at
    return make({ ...guardSpan(guard, settings.convention), parent: spanId, from: when, until: when })
  })
  return [root, ...attempts, ...guards]
}

interface SpanParts {
  name: string
  kind: SpanKind
  attributes: Attributes
  error: string | undefined
}

function attemptSpan(call: CallRecord, attempt: Attempt): SpanParts {
  return {
    name: `${operationOf(call)} ${attempt.model}`,
    kind: SpanKind.CLIENT,
    attributes: {
      'gen_ai.operation.name': operationOf(call),
      'gen_ai.provider.name': providerOf(attempt),
      'gen_ai.request.model': attempt.model,
      'error.type': attempt.error,
    },
    error: attempt.error,
  }
}

const verdicts = { allow: 'allow', deny: 'deny', failed: undefined } as const
const actions = { none: 'allow', flag: 'allow', mask: 'modify', block: 'block' } as const

/** A rule that could not run has no verdict, it has an error. */
function guardSpan(guard: GuardResult, convention: Convention): SpanParts {
  const names = guardNames[convention]
  const verdict = verdicts[guard.verdict]
  const failed = guard.verdict === 'failed'
  return {
    name: `run_guardrail ${guard.guardrail}`,
    kind: SpanKind.INTERNAL,
    attributes: {
      'gen_ai.operation.name': 'run_guardrail',
      [names.component]: guard.guardrail,
      [names.target]: guard.zone,
      [names.policy]: guard.guardrail,
      [names.rule]: guard.rule,
      [names.action]: actions[guard.action],
      'keelway.guardrail.action': guard.action,
      ...(verdict === undefined ? {} : { [names.verdict]: verdict }),
      ...(guard.score === undefined ? {} : { [names.score]: guard.score }),
      ...(guard.reason === undefined ? {} : { [names.reason]: guard.reason }),
      ...(failed ? { 'error.type': 'guardrail_failed' } : {}),
    },
    error: failed ? 'guardrail_failed' : undefined,
  }
}

function attributesOf(call: CallRecord, { convention, content, openInference }: SpanSettings): Attributes {
  const attributes: Attributes = {}
  const set = (name: string, row: AttributeRow): void => {
    const value = row.content && !content ? undefined : row.of(call)
    if (value !== undefined) attributes[name] = value
  }
  for (const row of callAttributes) {
    set((convention === 'genai' ? row.genai : undefined) ?? row.name, row)
    if (openInference && row.openInference) set(row.openInference, row)
  }
  if (openInference) for (const row of openInferenceAttributes) set(row.name, row)
  return attributes
}

function spanMaker({ resource, random }: SpanSettings, traceId: string) {
  const context = (spanId: string, isRemote: boolean): SpanContext => ({
    traceId,
    spanId,
    traceFlags: 1,
    isRemote,
  })
  return (
    parts: SpanParts & {
      spanId?: string
      parent: string | undefined
      remoteParent?: true
      from: number
      until: number
    },
  ): ReadableSpan => {
    const { name, kind, attributes, error, parent, from, until, spanId = newSpanId(random) } = parts
    return {
      name,
      kind,
      attributes,
      resource,
      instrumentationScope: scope,
      spanContext: () => context(spanId, false),
      ...(parent === undefined ? {} : { parentSpanContext: context(parent, parts.remoteParent === true) }),
      startTime: hrTime(from),
      endTime: hrTime(until),
      duration: hrTime(until - from),
      status:
        error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
      links: [],
      events: [],
      ended: true,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    }
  }
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]
