import { evaluateSlo, type Objective } from '../../telemetry/slo/evaluation.ts'
import type { EventCounts } from '../../telemetry/slo/event-counts.ts'

/** What an objective would have told in a time. */
export interface Firings {
  /** Times that it began to tell, before the incident. */
  before: number
  /** When it first told within the incident. */
  at?: number
  severity?: 'page' | 'ticket'
}

/** Alerts go on for five minutes after they were true, so that none is missed between two looks. */
const stepMs = 5 * 60_000

/**
 * Plays an objective back: every five minutes it is asked as the Monitor's controller would have, over the days before
 * and then through the incident. One that tells from before into the incident has told before.
 */
export function playedBack(
  objective: Objective,
  counts: EventCounts,
  { from, startedAt, endedAt }: { from: number; startedAt: number; endedAt: number },
): Firings {
  let before = 0
  let telling = false
  for (let at = from; at < startedAt; at += stepMs) {
    const { severity } = evaluateSlo(objective, counts, at)
    if (severity && !telling) before++
    telling = severity !== undefined
  }
  if (telling) return { before }
  for (let at = startedAt; at <= endedAt; at += 60_000) {
    const { severity } = evaluateSlo(objective, counts, at)
    if (severity) return { before, at, severity }
  }
  return { before }
}
