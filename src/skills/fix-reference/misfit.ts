import type { Declared } from '../drafts/declared.ts'

/** Something an object says that fits nothing else. */
export interface Misfit {
  of: Declared
  path: string
  seen: unknown
  /** What is wrong, in a sentence. */
  what: string
  /** What it should say, when that is clear; `undefined` as value removes the field. */
  remedy?: { value: unknown; why: string }
  /** Why it is not clear. */
  unclear?: string
}
