import { count, percentText, rounded } from '../drafts/words.ts'
import type { SkillContext } from '../skill.ts'

/** What requests of a service did in one window. */
export interface Requests {
  requests: number
  errorRatio: number
  /** Of the slowest step, in milliseconds: weighted by requests. */
  p95Ms: number
}

export interface BeforeAfter {
  before: Requests
  after: Requests
}

const none: Requests = { requests: 0, errorRatio: 0, p95Ms: 0 }
const stepMs = 60_000

/** Requests of a service in two windows that touch at `at`; undefined where there were none in one of them. */
export async function beforeAfter(
  { signals, now }: Pick<SkillContext, 'signals' | 'now'>,
  service: string,
  at: number,
  lengthMs: number,
): Promise<BeforeAfter | undefined> {
  const read = async (from: number, to: number): Promise<Requests> => {
    if (!(to > from)) return none
    const points = await signals.requests({ resource: { service }, window: { from, to }, stepMs })
    const requests = points.reduce((sum, { perSecond }) => sum + (perSecond * stepMs) / 1000, 0)
    if (requests === 0) return none
    const mean = (of: (point: (typeof points)[number]) => number) =>
      points.reduce((sum, point) => sum + (of(point) * point.perSecond * stepMs) / 1000, 0) / requests
    return { requests, errorRatio: mean(one => one.errorRatio), p95Ms: mean(one => one.p95Ms) }
  }
  const before = await read(at - lengthMs, at)
  const after = await read(at, Math.min(now, at + lengthMs))
  return before.requests === 0 || after.requests === 0 ? undefined : { before, after }
}

/** `errors 0.2 % → 7 %, p95 120 → 900 ms (of 1200 and 1100 requests)` */
export const beforeAfterText = ({ before, after }: BeforeAfter): string =>
  `errors ${percentText(before.errorRatio)} → ${percentText(after.errorRatio)}, p95 ${rounded(before.p95Ms)} → ${rounded(after.p95Ms)} ms (${Math.round(before.requests)} and ${count(Math.round(after.requests), 'request')})`
