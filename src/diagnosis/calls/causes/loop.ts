import type { ReviewedCall } from '../../../telemetry/telemetry.ts'
import type { RouteCalls } from '../route-calls.ts'
import { momentOf, nameOf, part } from '../wording.ts'
import { type CallCause, none } from './cause.ts'

const windowMs = 300_000
/** Calls in a window, times what the key did before, and share of equal inputs that make a loop. */
const least = { calls: 60, times: 4, equal: 0.5 } as const

/** A client that asks the same again and again: one key, many more calls than before, few different inputs. */
export const loop: CallCause = {
  name: 'client-loop',
  look(route) {
    const byKey = Map.groupBy(route.calls, ({ accessKey }) => accessKey)
    for (const key of [...byKey.keys()].sort()) {
      const found = surge(byKey.get(key) ?? [], route.calls[0]?.at ?? 0)
      if (!found) continue
      const { from, burst, usual, equal } = found
      const refused = burst.filter(
        ({ error }) => error === 'budget_exceeded' || error === 'rate_limited',
      ).length
      const usd = burst.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0)
      return {
        findings: [
          {
            rule: 'client-loop',
            cause: { kind: 'external', name: `client of key ${key}` },
            class: 'budget',
            statement: `The client of key ${key} asks route ${nameOf(route)} in a loop since ${momentOf(from)}: ${burst.length} calls in 5 minutes (usually ${usual.toFixed(0)}), ${part(equal, burst.length)} with an input it had sent before${usd > 0 ? `, for ${usd.toFixed(2)} USD` : ''}${refused > 0 ? `; ${refused} were refused by budgets or limits` : ''}. No change of ours is to blame; limit or suspend the key and tell its owner.`,
            strength: 0.92,
            evidence: [
              {
                source: `calls of ${nameOf(route)}`,
                detail: `key ${key}: ${burst.length} calls in 5 minutes from ${momentOf(from)}, ${part(equal, burst.length)} repeated`,
              },
            ],
            explains: [route.route, nameOf(route)],
            observed: true,
          },
        ],
      }
    }
    return none
  },
}

function surge(calls: RouteCalls['calls'], start: number) {
  const windows = Map.groupBy(calls, ({ at }) => Math.floor((at - start) / windowMs))
  const numbers = [...windows.keys()].sort((a, b) => a - b)
  for (const number of numbers) {
    const burst = windows.get(number) ?? []
    const earlier = calls.filter(({ at }) => at < start + number * windowMs).length
    const usual = number > 0 ? earlier / number : 0
    if (number === 0 || burst.length < least.calls || burst.length < least.times * Math.max(usual, 1))
      continue
    const equal = repeated(burst)
    if (equal < least.equal * burst.length) continue
    return { from: burst[0]?.at ?? 0, burst, usual, equal }
  }
  return undefined
}

function repeated(calls: readonly ReviewedCall[]): number {
  const seen = new Set<string>()
  let again = 0
  for (const { inputDigest } of calls) {
    if (inputDigest === undefined) continue
    if (seen.has(inputDigest)) again++
    seen.add(inputDigest)
  }
  return again
}
