import { levels } from './level.ts'
import type { TemplateMatch } from './miner.ts'

/** Lines of one stretch of time, by template and by level. */
export interface TemplateWindow {
  /** Milliseconds since 1970; the end does not belong to it. */
  readonly start: number
  readonly end: number
  readonly counts: ReadonlyMap<string, number>
  /** Lines of each of `levels`. */
  readonly levels: readonly number[]
  /** Lines of templates beyond the most that one window keeps apart; they are in `levels`. */
  readonly uncounted: number
}

interface OpenWindow extends TemplateWindow {
  readonly counts: Map<string, number>
  readonly levels: number[]
  uncounted: number
}

export interface TemplateWindowsOptions {
  /** Length of a window in milliseconds. */
  lengthMs: number
  /** Windows kept; older ones are forgotten. */
  keep: number
  /** Most templates counted apart in one window. */
  maxTemplates?: number
}

/** Counts lines by template and level, window by window. */
export interface TemplateWindows {
  /** Counts one line. One from before the windows that are kept is left out; the answer says whether it was counted. */
  add(at: number, match: TemplateMatch): boolean
  /**
   * The windows in order, without those that have no lines before the first.
   * @param current gives the id that one became part of, so that counts of joined templates are added up
   */
  windows(current?: (id: string) => string): TemplateWindow[]
}

export function createTemplateWindows(options: TemplateWindowsOptions): TemplateWindows {
  const { lengthMs, keep, maxTemplates = 10_000 } = options
  const open = new Map<number, OpenWindow>()
  let newest = Number.NEGATIVE_INFINITY

  const windowAt = (number: number): OpenWindow => {
    const found = open.get(number)
    if (found) return found
    const start = number * lengthMs
    const window = {
      start,
      end: start + lengthMs,
      counts: new Map(),
      levels: levels.map(() => 0),
      uncounted: 0,
    }
    open.set(number, window)
    newest = Math.max(newest, number)
    for (const old of open.keys()) if (old <= newest - keep) open.delete(old)
    return window
  }

  return {
    add(at, { id, level }) {
      const number = Math.floor(at / lengthMs)
      if (!Number.isFinite(number) || number <= newest - keep) return false
      const window = windowAt(number)
      const index = levels.indexOf(level)
      window.levels[index] = (window.levels[index] ?? 0) + 1
      const count = window.counts.get(id)
      if (count === undefined && window.counts.size >= maxTemplates) window.uncounted++
      else window.counts.set(id, (count ?? 0) + 1)
      return true
    },
    windows(current = id => id) {
      if (open.size === 0) return []
      const first = Math.min(...open.keys())
      return Array.from({ length: newest - first + 1 }, (_, i) => {
        const start = (first + i) * lengthMs
        const window = open.get(first + i)
        if (!window)
          return {
            start,
            end: start + lengthMs,
            counts: new Map(),
            levels: levels.map(() => 0),
            uncounted: 0,
          }
        const counts = new Map<string, number>()
        for (const [id, count] of window.counts)
          counts.set(current(id), (counts.get(current(id)) ?? 0) + count)
        return { ...window, counts, levels: [...window.levels] }
      })
    },
  }
}
