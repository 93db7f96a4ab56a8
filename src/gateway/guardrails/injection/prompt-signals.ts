import { structures } from './patterns.ts'
import type { Window } from './window.ts'

/** What the second stage sees of a user's text beside the wording: counts on a log scale. */
export const promptSignals = [...structures, 'role-mimicry', 'suffix-noise', 'kinds'] as const

export function readPromptSignals(window: Window, signals: Float32Array): void {
  let kinds = 0
  for (let k = 0; k < structures.length; k++) {
    const count = window.structures[k] ?? 0
    if (count > 0) kinds++
    signals[k] = Math.min(2.5, Math.log1p(count))
  }
  signals[structures.length] = Math.min(2, Math.log1p(window.tagCount))
  signals[structures.length + 1] = Math.min(2, window.suffix)
  // Several structures in one text say more than their sum: honest texts rarely have two.
  signals[structures.length + 2] = kinds / 3
}
