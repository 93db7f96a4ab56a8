import { hash } from 'node:crypto'
import { uuidv7 } from '../lib/uuid.ts'
import { type CallStart, callRecord, outputOf } from './call-record.ts'
import type { CanonicalRequest } from './canonical/request.ts'
import { GatewayError } from './failure.ts'
import type { EvaluationAnswer } from './gateway.ts'
import { parseJson } from './protocols/fields.ts'
import type { Serving } from './serving.ts'
import { answerWhole, type UnseenContext } from './unseen.ts'

/** `POST /internal/answer`: one release answers one input, outside any user's traffic. @throws GatewayError */
export async function answerEvaluation(
  context: UnseenContext,
  serving: Serving,
  body: Buffer,
  signal: AbortSignal,
): Promise<EvaluationAnswer> {
  const { release: name, input } = (parseJson(body) ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || typeof input !== 'string')
    throw new GatewayError('invalid_request', 'release and input must be strings')
  const release = serving.releases.get(name)
  if (!release)
    throw new GatewayError(
      'not_found',
      `this gateway serves no release "${name}"; its snapshot is ${serving.digest}`,
    )
  const { namespace, route } = release.snapshot
  const start: CallStart = {
    id: uuidv7(context.clock),
    at: context.clock.now(),
    release,
    // A release that is evaluated before its route serves anything has no route in the snapshot yet.
    route: {
      namespace,
      name: route,
      model: route,
      phase: '',
      unit: 'call',
      record: { content: 'output', redact: true },
    },
    arm: 'evaluation',
    unit: hash('sha256', input).slice(0, 16),
    accessKey: '',
    streamed: false,
    protocol: 'openai-chat',
    operation: 'chat',
  }
  const end = await answerWhole(context, release, requestOf(route, input), serving, start, signal)
  signal.throwIfAborted()
  context.reporter.call(callRecord(start, end))
  return {
    ...(end.content && end.error === undefined ? { output: outputOf(end.content) } : {}),
    ...(end.error === undefined ? {} : { error: end.error }),
    latencyMs: end.latencyMs,
    ...(end.cost ? { costUsd: end.cost.usd } : {}),
  }
}

const requestOf = (model: string, input: string): CanonicalRequest => {
  const messages = [{ role: 'user', content: input }]
  return {
    operation: 'chat',
    origin: { protocol: 'openai-chat', value: { model, messages } },
    model,
    messages: [{ role: 'user', parts: [{ type: 'text', text: input }] }],
    choices: 1,
    stream: false,
    usageInStream: false,
    variables: {},
  }
}
