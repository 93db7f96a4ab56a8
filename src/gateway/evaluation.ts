import { hash } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import { uuidv7 } from '../lib/uuid.ts'
import { callRecord, costOf } from './call-record.ts'
import { answerWhole } from './chat.ts'
import type { EvaluationAnswer } from './gateway.ts'
import { GatewayError } from './protocols/openai/error.ts'
import { parseJson } from './protocols/openai/request.ts'
import type { Reporter } from './reporter.ts'
import type { Serving } from './serving.ts'
import type { RouteSnapshot } from './snapshot.ts'

/** `POST /internal/answer`: one release answers one input, outside any user's traffic. @throws GatewayError */
export async function answerEvaluation(
  { clock, reporter }: { clock: Clock; reporter: Pick<Reporter, 'call'> },
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
  const { namespace, route: routeName } = release.snapshot
  const at = clock.now()
  const start = {
    id: uuidv7(clock),
    at,
    release,
    // A release that is evaluated before its route serves anything has no route in the snapshot yet.
    route: {
      namespace,
      name: routeName,
      model: routeName,
      phase: '',
      unit: 'call',
      record: 'output',
    } satisfies RouteSnapshot,
    arm: 'evaluation' as const,
    unit: hash('sha256', input).slice(0, 16),
    accessKey: '',
    streamed: false,
  }
  const chat = { model: routeName, messages: [{ role: 'user', content: input }] }
  const result = await answerWhole(release, chat, serving, start, signal)
  signal.throwIfAborted()
  const latencyMs = clock.now() - at
  reporter.call(callRecord(start, { ...result, latencyMs }))
  const costUsd = costOf(release, result.outcome)
  return {
    ...(result.outcome ? { output: result.outcome.output } : {}),
    ...(result.error === undefined ? {} : { error: result.error }),
    latencyMs,
    ...(costUsd === undefined ? {} : { costUsd }),
  }
}
