import type { SkillContext } from '../skill.ts'
import type { Times } from './timeline.ts'

/** What requests of a service suffered, against the same time before. */
export interface Impact {
  service: string
  requests: number
  errorRatio: number
  usualErrorRatio: number
  /** Requests that failed and usually would not have. */
  failed: number
  p95Ms: number
  usualP95Ms: number
}

const stepMs = 60_000
const day = 86_400_000
/** An incident is looked at for this long. */
const longest = 7 * day

/** Compared with the day before, and where nothing is known of that with the hours right before. */
export async function impactOf(
  services: readonly string[],
  { startedAt, endedAt }: Times,
  { signals, now }: Pick<SkillContext, 'signals' | 'now'>,
): Promise<Impact[]> {
  const to = Math.min(endedAt ?? now, startedAt + longest)
  const found: Impact[] = []
  for (const service of services.slice(0, 20)) {
    const read = async (from: number, until: number) => {
      const points =
        until > from
          ? await signals.requests({ resource: { service }, window: { from, to: until }, stepMs })
          : []
      const requests = points.reduce((sum, one) => sum + (one.perSecond * stepMs) / 1000, 0)
      const mean = (of: (one: (typeof points)[number]) => number) =>
        requests === 0
          ? 0
          : points.reduce((sum, one) => sum + (of(one) * one.perSecond * stepMs) / 1000, 0) / requests
      return { requests, errorRatio: mean(one => one.errorRatio), p95Ms: mean(one => one.p95Ms) }
    }
    const during = await read(startedAt, to)
    if (during.requests === 0) continue
    const dayBefore = await read(startedAt - day, to - day)
    const usual = dayBefore.requests > 0 ? dayBefore : await read(startedAt - 2 * 3_600_000, startedAt)
    found.push({
      service,
      ...during,
      usualErrorRatio: usual.errorRatio,
      usualP95Ms: usual.p95Ms,
      failed: Math.max(0, (during.errorRatio - usual.errorRatio) * during.requests),
    })
  }
  return found
}
