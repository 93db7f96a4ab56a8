import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import { uuidv7 } from '../lib/uuid.ts'
import type { Attempt } from '../telemetry/telemetry.ts'
import { usageOf } from './accounting/estimate.ts'
import { costOf } from './accounting/prices.ts'
import { type CallEnd, type CallStart, callRecord } from './call-record.ts'
import { createFold } from './canonical/answer.ts'
import type { CanonicalRequest } from './canonical/request.ts'
import { failureOf } from './failure.ts'
import type { Release } from './release.ts'
import type { Reporter } from './reporter.ts'
import type { Serving } from './serving.ts'
import { answerByTargets } from './targets.ts'

export interface UnseenContext {
  clock: Clock
  random: Random
  reporter: Pick<Reporter, 'call'>
}

/** The candidate answers what a user asked; only the call record ever sees the answer. */
export async function answerUnseen(
  context: UnseenContext,
  serving: Serving,
  release: Release,
  user: CallStart,
  asked: CanonicalRequest,
  signal: AbortSignal,
): Promise<void> {
  const { trace: _, ...same } = user
  const start: CallStart = {
    ...same,
    id: uuidv7(context.clock),
    release,
    arm: 'shadow',
    pair: user.id,
    streamed: false,
  }
  const end = await answerWhole(context, release, asked, serving, start, signal)
  if (!signal.aborted) context.reporter.call(callRecord(start, end))
}

/**
 * One answer without a client, for shadow traffic and evaluations: through the same preparation, guardrails and targets as
 * a user's. Errors become part of the result.
 */
export async function answerWhole(
  { clock, random }: Pick<UnseenContext, 'clock' | 'random'>,
  release: Release,
  asked: CanonicalRequest,
  serving: Serving,
  { id, at }: Pick<CallStart, 'id' | 'at'>,
  signal: AbortSignal,
): Promise<CallEnd> {
  const begin = clock.now()
  const fold = createFold()
  const attempts: Attempt[] = []
  const end: CallEnd = { status: 200, latencyMs: 0, guards: [], attempts }
  try {
    const guarded = await release.guard.request(release.prepare({ ...asked, stream: false }), signal)
    Object.assign(end, { guards: guarded.results, request: guarded.request })
    if (guarded.refusal) throw guarded.refusal
    const served = await answerByTargets(
      release.group,
      {
        request: { call: id, at, request: guarded.request, trace: {} },
        secret: name => serving.secret(name),
        attempts,
        clock,
        random,
      },
      signal,
    )
    end.target = served.target
    end.content = fold.content
    const guard = release.guard.answer(guarded, fold.content, signal)
    const frames = []
    if ('whole' in served) frames.push(served.whole)
    else for await (const group of served.stream) frames.push(...group)
    for (const frame of frames) fold.add(frame.events)
    try {
      await guard?.end(frames)
    } finally {
      if (guard) end.guards = [...end.guards, ...guard.results()]
    }
    end.usage = usageOf(guarded.request, fold.content)
    const cost = costOf(served.target.price, end.usage, at)
    if (cost) end.cost = cost
  } catch (error) {
    const { status, code } = failureOf(error)
    Object.assign(end, { status, error: code })
  }
  end.latencyMs = clock.now() - begin
  return end
}
