import { canonicalJson } from '../../lib/digest.ts'
import { decoded, encoded } from './encoding.ts'

/**
 * Everything that a run learns from outside goes over a tape: recorded when it happens, answered from the record when
 * it is repeated. What a run does between is a pure function of that.
 */
export interface Tape {
  /**
   * What `perform` gives, or what it gave then.
   * @throws what `perform` throws, or threw then
   */
  take<T>(what: string, asked: readonly unknown[], perform: () => Promise<T>): Promise<T>
}

/** What was asked and what came of it. */
export interface Entry {
  what: string
  /** Canonical JSON of what was asked. */
  asked: string
  /** Encoded; absent when it failed. */
  gave?: unknown
  failed?: { name: string; message: string }
}

export interface TapeLimits {
  /** Entries. */
  entries: number
  /** Characters of all entries together, about. */
  characters: number
}

export const usualLimits: TapeLimits = { entries: 2_000, characters: 96 * 2 ** 20 }

export interface Recording extends Tape {
  entries: readonly Entry[]
  /** Why the record does not hold everything; undefined when it does. */
  incomplete: string | undefined
}

/** Asks the outside and keeps what it said, as far as the limits go; past them it goes on and says so. */
export function recordingTape(limits: TapeLimits = usualLimits): Recording {
  const entries: Entry[] = []
  let left = limits.characters
  let incomplete: string | undefined
  const keep = (entry: Entry): void => {
    if (incomplete !== undefined) return
    const size = entry.asked.length + sizeOf(entry.gave, left)
    if (entries.length >= limits.entries) incomplete = `more than ${limits.entries} reads`
    else if (size > left) incomplete = `more than ${limits.characters} characters were read`
    else {
      left -= size
      entries.push(entry)
    }
  }
  return {
    entries,
    get incomplete() {
      return incomplete
    },
    async take(what, asked, perform) {
      const place: Entry = { what, asked: canonicalJson(encoded(asked)) }
      try {
        const found = await perform()
        if (incomplete !== undefined) return found
        const gave = encoded(found)
        keep({ ...place, gave })
        // What is used is what a repeat gets: a copy through the same encoding.
        return decoded(gave) as Awaited<typeof found>
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error))
        keep({ ...place, failed: { name, message } })
        throw error
      }
    },
  }
}

/** A repeat asks for something that was not asked then, or the record ends before. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError'
}

/**
 * Answers from a record. Equal questions get their answers in the order in which they came then.
 * @throws ReplayError when something else is asked than then
 */
export function replayingTape(entries: readonly Entry[]): Tape {
  const waiting = new Map<string, Entry[]>()
  for (const entry of entries) {
    const key = `${entry.what} ${entry.asked}`
    waiting.set(key, [...(waiting.get(key) ?? []), entry])
  }
  return {
    // The types are those of the call that was recorded.
    async take<T>(what: string, asked: readonly unknown[]) {
      const text = canonicalJson(encoded(asked))
      const entry = waiting.get(`${what} ${text}`)?.shift()
      if (!entry) throw new ReplayError(`the record has no ${what} of ${text.slice(0, 200)}`)
      if (entry.failed) throw Object.assign(new Error(entry.failed.message), { name: entry.failed.name })
      return decoded(entry.gave) as T
    },
  }
}

/** Characters of a value, about; stops counting past `most`. */
function sizeOf(value: unknown, most: number): number {
  let size = 0
  const waiting: unknown[] = [value]
  while (waiting.length > 0 && size <= most) {
    const next = waiting.pop()
    if (typeof next === 'string') size += next.length + 2
    else if (Array.isArray(next)) for (const member of next) waiting.push(member)
    else if (typeof next === 'object' && next !== null)
      for (const [key, member] of Object.entries(next)) {
        size += key.length + 4
        waiting.push(member)
      }
    else size += 8
  }
  return size
}
