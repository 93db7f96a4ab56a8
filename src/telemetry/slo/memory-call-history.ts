import type { CallRecord, Feedback } from '../telemetry.ts'
import { type CallHistory, clientErrors, type GoodCall } from './call-history.ts'
import type { EventBucket } from './event-counts.ts'

/** A call with what was said of it, in the order in which it was said. */
export type ToldCall = CallRecord & { feedback: readonly Feedback[] }

/** Call history that reads every call of a route each time: for tests, and for the few calls that memory holds. */
export const memoryCallHistory = (
  read: (of: { namespace: string; route: string }) => Promise<readonly ToldCall[]>,
): CallHistory => ({
  counts: async ({ window, stepMs, good, ...of }) => {
    const buckets = new Map<number, EventBucket>()
    for (const call of await read(of)) {
      if (!isShown(call) || call.at < window.from || call.at >= window.to) continue
      const verdict = isGood(call, good)
      if (verdict === undefined) continue
      const at = Math.floor(call.at / stepMs) * stepMs
      const bucket = buckets.get(at) ?? { at, valid: 0, bad: 0 }
      buckets.set(at, bucket)
      bucket.valid++
      if (!verdict) bucket.bad++
    }
    return [...buckets.values()].sort((a, b) => a.at - b.at)
  },
  sample: async ({ namespace, routes, window, limit }) => {
    const calls = (await Promise.all(routes.map(route => read({ namespace, route })))).flat()
    return calls
      .filter(call => isShown(call) && call.at >= window.from && call.at < window.to)
      .map(({ feedback: _, ...call }) => call)
      .sort((a, b) => compare(a.id.slice(-12), b.id.slice(-12)) || compare(a.id, b.id))
      .slice(0, limit)
  },
})

const isShown = ({ arm }: CallRecord): boolean => arm === 'stable' || arm === 'candidate'
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Undefined: the call is no event. */
function isGood(call: ToldCall, good: GoodCall): boolean | undefined {
  if ((clientErrors as readonly (string | undefined)[]).includes(call.error)) return undefined
  switch (good.kind) {
    case 'answered':
      return call.error === undefined && call.latencyMs <= (good.withinMs ?? Infinity)
    case 'first-token':
      if (!call.streamed) return undefined
      return call.error === undefined && call.firstByteMs !== undefined && call.firstByteMs <= good.withinMs
    case 'score': {
      const score = scoreOf(call, good.name)
      return score === undefined ? undefined : score >= good.atLeast
    }
  }
}

/** People and clients count before scorers, and those before what the gateway said; of equals the last word does. */
function scoreOf({ scores, feedback }: ToldCall, name: string): number | undefined {
  const said = feedback.filter(given => given.scores && Object.hasOwn(given.scores, name))
  const last = said.findLast(({ source }) => source !== 'scorer') ?? said.at(-1)
  return last?.scores?.[name] ?? scores?.[name]
}
