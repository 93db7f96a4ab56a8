import { z } from 'zod'
import { durationPattern, parseDuration } from '../../lib/duration.ts'

/** A time as people and plans give it; {@link momentOf} reads it. */
export const Moment = z
  .string()
  .max(64)
  .refine(
    text => Number.isFinite(momentOf(text, 0)),
    'is no time: give RFC 3339 such as 2026-01-05T10:14:00Z, or how long ago such as 2h',
  )

/** Milliseconds since the epoch of RFC 3339 text, or of `2h`, which means so long before `now`; NaN of other text. */
export function momentOf(text: string, now: number): number {
  if (new RegExp(durationPattern).test(text)) return now - parseDuration(text)
  if (/^[0-9]{12,14}$/.test(text)) return Number(text)
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}/.test(text) ? Date.parse(text) : Number.NaN
}

export const since = () => Moment.optional().describe('Since when: RFC 3339, or how long ago such as 2h.')
export const until = () =>
  Moment.optional().describe('Until when: RFC 3339, or how long ago such as 10m; now without it.')
export const service = () =>
  z.string().min(1).max(253).optional().describe('Service, as signals name it; its workload is looked up.')
export const incident = () => z.string().min(1).max(253).optional().describe('Incident it is for.')
