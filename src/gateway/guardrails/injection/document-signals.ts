import { structures } from './patterns.ts'
import type { Window } from './window.ts'

/** What the second stage sees of a document: its three most suspicious sentences and the structure of the whole. */
export const documentSignals = ['first', 'second', 'third', ...structures, 'role-mimicry', 'kinds'] as const
const STRUCTURES = 3
/** Sentences below it are all the same: plain. */
const FLOOR = -4

/** `worst` holds the three highest sums of sentences, highest first. */
export function readDocumentSignals(window: Window, worst: Float64Array, signals: Float32Array): void {
  for (let k = 0; k < STRUCTURES; k++) signals[k] = Math.max(FLOOR, worst[k] ?? FLOOR)
  let kinds = 0
  for (let k = 0; k < structures.length; k++) {
    const count = window.structures[k] ?? 0
    if (count > 0) kinds++
    signals[STRUCTURES + k] = Math.min(1.5, Math.log1p(count))
  }
  signals[STRUCTURES + structures.length] = Math.min(1.5, Math.log1p(window.tagCount))
  signals[STRUCTURES + structures.length + 1] = kinds / 3
}

/** Puts a sum among the three highest. */
export function keepWorst(worst: Float64Array, sum: number): void {
  const [first = 0, second = 0, third = 0] = worst
  if (sum <= third) return
  worst[2] = sum > second ? second : sum
  if (sum <= second) return
  worst[1] = sum > first ? first : sum
  if (sum > first) worst[0] = sum
}
