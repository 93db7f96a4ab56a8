import type { CallRecord } from '../../telemetry/telemetry.ts'
import { count, percentText, plain, rounded } from '../drafts/words.ts'

/** Why the calls of a route cost more: more calls, or dearer ones, and since which release. */
export interface CallCause {
  route: string
  /** Share of the rise that is due to more calls. */
  byCalls: number
  text: string
  /** Release whose calls are dearer than those of the one before it. */
  release?: string
}

interface Group {
  calls: number
  usd: number
  input: number
  output: number
}

const leastCalls = 20
/** A call that costs this much more is dearer, not only other. */
const dearer = 1.2

/**
 * Splits a rise of cost: (n₁ − n₀)·c₀ is due to more calls, n₁·(c₁ − c₀) to dearer ones, with n calls an hour and c what
 * one costs. Calls of unknown price are left out.
 */
export function causeOf(
  route: string,
  calls: readonly CallRecord[],
  from: number,
  to: number,
  earliest: number,
): CallCause | undefined {
  const priced = calls.filter(({ costUsd, at }) => costUsd !== undefined && at < to)
  const now = groupOf(priced.filter(({ at }) => at >= from))
  const before = groupOf(priced.filter(({ at }) => at < from && at >= earliest))
  if (now.calls < leastCalls || before.calls < leastCalls) return undefined
  const [hours, hoursBefore] = [(to - from) / 3_600_000, (from - earliest) / 3_600_000]
  const [n1, n0] = [now.calls / hours, before.calls / hoursBefore]
  const [c1, c0] = [now.usd / now.calls, before.usd / before.calls]
  const [more, dear] = [(n1 - n0) * c0, n1 * (c1 - c0)]
  if (more + dear <= 0) return undefined
  const byCalls = Math.min(1, Math.max(0, more / (more + dear)))
  const release = dearestRelease(priced.filter(({ at }) => at >= earliest))
  const tokens = `${rounded(before.input / before.calls)} → ${rounded(now.input / now.calls)} tokens in, ${rounded(before.output / before.calls)} → ${rounded(now.output / now.calls)} out a call`
  const text = `${plain(route, 80)}: ${percentText(byCalls)} of the rise by more calls (${rounded(n0)} → ${rounded(n1)} an hour), ${percentText(1 - byCalls)} by dearer ones ($${rounded(c0)} → $${rounded(c1)}; ${tokens})${release ? `; ${release.text}` : ''}`
  return { route, byCalls, text, ...(release && { release: release.name }) }
}

/** Releases in the order in which they first answered; the first that is clearly dearer than the one before. */
function dearestRelease(calls: readonly CallRecord[]): { name: string; text: string } | undefined {
  const releases = [
    ...Map.groupBy(
      calls.toSorted((a, b) => a.at - b.at),
      ({ release }) => release,
    ),
  ]
    .map(([name, own]) => ({ name, ...groupOf(own) }))
    .filter(({ calls: n }) => n >= leastCalls)
  for (const [i, release] of releases.entries()) {
    const before = releases[i - 1]
    if (!before) continue
    const [one, earlier] = [release.usd / release.calls, before.usd / before.calls]
    if (earlier > 0 && one >= dearer * earlier)
      return {
        name: release.name,
        text: `calls of release ${plain(release.name, 80)} cost ${rounded(one / earlier)} times those of ${plain(before.name, 80)} (${count(release.calls, 'call')})`,
      }
  }
  return undefined
}

const groupOf = (calls: readonly CallRecord[]): Group =>
  calls.reduce(
    (sum, { costUsd = 0, inputTokens = 0, outputTokens = 0 }) => ({
      calls: sum.calls + 1,
      usd: sum.usd + costUsd,
      input: sum.input + inputTokens,
      output: sum.output + outputTokens,
    }),
    { calls: 0, usd: 0, input: 0, output: 0 },
  )
