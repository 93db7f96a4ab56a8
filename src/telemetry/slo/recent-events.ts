import { lookMs } from './evaluation.ts'
import { type EventBucket, type EventCounts, eventCounts } from './event-counts.ts'
import type { ReadEvents } from './event-source.ts'

const minuteMs = 60_000
/** Recent events are counted by the minute: the short windows and their hold time. */
const fineMs = 7 * 60 * minuteMs
const coarseStepMs = 5 * minuteMs
/** What is told later than this is found by the next whole reading. */
const lateMs = 15 * minuteMs
const wholeMs = 60 * minuteMs

export interface RecentEvents {
  /** Events of the period up to `now`, which is a whole minute. */
  read(now: number): Promise<EventCounts>
}

/**
 * Reads events of a long period every minute without counting all of them each time: all once an hour, and in between
 * those of the last quarter of an hour.
 */
export function recentEvents(readEvents: ReadEvents, periodMs: number): RecentEvents {
  let wholeAt = -Infinity
  let buckets: EventBucket[] = []
  const whole = async (now: number): Promise<EventBucket[]> => {
    const from = floor(now - periodMs)
    const fine = floor(now - fineMs)
    return [
      ...(await readEvents({ from, to: fine }, coarseStepMs)),
      ...(await readEvents({ from: fine, to: now }, lookMs)),
    ]
  }
  return {
    async read(now) {
      if (now - wholeAt >= wholeMs || now < wholeAt) {
        buckets = await whole(now)
        wholeAt = now
      } else {
        const late = now - lateMs
        const again = await readEvents({ from: late, to: now }, lookMs)
        buckets = [...buckets.filter(({ at }) => at < late && at >= now - periodMs - coarseStepMs), ...again]
      }
      return eventCounts(buckets)
    },
  }
}

const floor = (at: number): number => Math.floor(at / coarseStepMs) * coarseStepMs
