import type { FaultClass } from '../diagnosis.ts'

/**
 * A kind of line that has a known meaning, in whatever language or product it was written. Texts are untrusted: an
 * expression has bounded repetitions, and nothing that a line says about itself is believed.
 */
export interface Family {
  /** Ends the name of the rule, `log-<name>`. */
  name: string
  class: FaultClass
  /** Words of which one stands in every such line, in lower case: without any of them `read` is not called. */
  words: readonly string[]
  /** @param text one entry without control characters, at most 4,000 characters */
  read(text: string): Reading | undefined
}

export interface Reading {
  /** What is wrong as the predicate of a sentence about a workload, such as `can not reach prod-db:3333`. */
  means: string
  /** What to do, as a sentence. */
  fix: string
  /** 0 to 1: how much it tells by itself; a named host, file or variable tells more than a word. */
  tells: number
  /** It names something that the workload does not control, and nothing of ours is known to be behind it. */
  external?: string
  /** Another class than the family's. */
  class?: FaultClass
}

/** The first group that matched. */
export const groupOf = (match: RegExpExecArray | null): string | undefined =>
  match?.slice(1).find(group => group !== undefined && group !== '')
