import type { Clock } from '../lib/clock.ts'
import { limits } from './guardian.ts'

/** Counts who asks how often, and how many are being answered. */
export interface Turnstile {
  /** Undefined when too many are inside; else call what it gives when done. */
  enter(user: string): (() => void) | undefined
  /** Runs of this user in the last minute but the newest. */
  lately(user: string): number
  /** Whether a model may be asked once more within the hour; counts it when so. */
  mayAskModel(): boolean
}

const minuteMs = 60_000

export function createTurnstile({ clock, atOnce }: { clock: Clock; atOnce: number }): Turnstile {
  const begun = new Map<string, number[]>()
  let asked: number[] = []
  let inside = 0
  return {
    enter(user) {
      if (inside >= atOnce) return undefined
      inside++
      const since = clock.now() - minuteMs
      for (const [other, times] of begun) {
        const left = times.filter(at => at > since)
        if (left.length === 0) begun.delete(other)
        else begun.set(other, left)
      }
      const times = begun.get(user) ?? []
      // More than the limit need not be counted.
      begun.set(user, [...times, clock.now()].slice(-limits.runsPerMinute - 2))
      return () => {
        inside--
      }
    },
    lately: user => Math.max(0, (begun.get(user)?.filter(at => at > clock.now() - minuteMs).length ?? 0) - 1),
    mayAskModel() {
      asked = asked.filter(at => at > clock.now() - 60 * minuteMs)
      if (asked.length >= limits.modelCallsPerHour) return false
      asked.push(clock.now())
      return true
    },
  }
}
