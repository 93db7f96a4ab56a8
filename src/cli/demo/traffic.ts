import { type ReplaySummary, replay } from '../../gateway/replay.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Random } from '../../lib/random.ts'
import type { Traffic } from './story.ts'

/** Labels come for a third of the calls, up to a second and a half late, as in life. */
const LABEL_SHARE = 1 / 3
const LABEL_DELAY_MS = 1500

export interface RunningTraffic {
  stop(): Promise<ReplaySummary>
}

/** Sends live inputs in random order, again and again, each as a new session, until stopped. */
export function startTraffic(
  { route, rows, field, rate }: Traffic,
  {
    url,
    key,
    clock,
    random,
    signal,
  }: { url: string; key: string; clock: Clock; random: Random; signal: AbortSignal },
): RunningTraffic {
  const stopping = new AbortController()
  const running = replay({
    url,
    key,
    model: route,
    rows: draw(rows, random),
    rate,
    // Few at once, so that a slow machine slows traffic down and not the evaluation beside it.
    concurrency: 12,
    labelShare: LABEL_SHARE,
    labelDelayMs: LABEL_DELAY_MS,
    ...(field ? { field } : {}),
    clock,
    random,
    signal: AbortSignal.any([signal, stopping.signal]),
  })
  return {
    stop() {
      stopping.abort()
      return running
    },
  }
}

function* draw<T>(rows: readonly T[], random: Random): Generator<T> {
  for (;;) {
    const row = rows[Math.floor(random() * rows.length)]
    if (row === undefined) return
    yield row
  }
}
