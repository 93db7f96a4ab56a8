import { parseDuration } from '../lib/duration.ts'
import { UsageError } from './command.ts'

/**
 * A time given as RFC 3339, or as its distance from now such as `90d`, in milliseconds since the epoch.
 * @param option for the message, such as `--since`
 * @throws UsageError when it is neither
 */
export function momentOf(text: string, option: string, now: number, direction: 'ago' | 'ahead'): number {
  const time = /^\d+[a-z]/.test(text) ? now + (direction === 'ago' ? -1 : 1) * length(text) : Date.parse(text)
  if (Number.isNaN(time) || Math.abs(time) > 8.64e15)
    throw new UsageError(
      `${option} must be an RFC 3339 time or a length of time such as 24h or 90d, not "${text}"`,
    )
  return time
}

function length(text: string): number {
  try {
    return parseDuration(text)
  } catch (error) {
    if (error instanceof RangeError) return Number.NaN
    throw error
  }
}

/** RFC 3339 with whole seconds. */
export const momentText = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
