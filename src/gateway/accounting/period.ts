import type { BudgetSnapshot } from '../snapshot.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
/** 1970-01-05 was the first Monday of the epoch. */
const mondayMs = 4 * dayMs

/** The period a time is in, in milliseconds since the epoch; all periods begin at whole UTC times, weeks on Monday (ISO 8601). */
export function periodAt(period: BudgetSnapshot['period'], now: number): { from: number; until: number } {
  switch (period) {
    case 'minute':
      return whole(now, minuteMs)
    case 'hour':
      return whole(now, 60 * minuteMs)
    case 'day':
      return whole(now, dayMs)
    case 'week':
      return whole(now, 7 * dayMs, mondayMs)
    case 'month': {
      const day = new Date(now)
      const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()]
      return { from: Date.UTC(year, month), until: Date.UTC(year, month + 1) }
    }
    case 'total':
      return { from: 0, until: Number.MAX_SAFE_INTEGER }
  }
}

function whole(now: number, length: number, offset = 0): { from: number; until: number } {
  const from = Math.floor((now - offset) / length) * length + offset
  return { from, until: from + length }
}
