import { textIn } from './field.ts'
import type { ScorerType } from './scorer.ts'

/** 1 when the answer, or one field of a JSON answer, is a number no further than `tolerance` from the expected one. */
export const numeric: ScorerType = {
  type: 'numeric',
  create:
    ({ field, tolerance = 0 }) =>
    ({ output, expected }) => {
      const right = numberIn(expected)
      if (right === undefined) return null
      const answer = numberIn(textIn(output, field))
      return Number(answer !== undefined && within(answer, right, tolerance))
    },
}

/** 42.1 is .1 from 42 for people, though not for binary fractions. */
const within = (a: number, b: number, tolerance: number): boolean =>
  Math.abs(a - b) <= tolerance + 2 * Number.EPSILON * Math.max(Math.abs(a), Math.abs(b))

/** Undefined for anything that is not a decimal number as a whole. */
function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || text.length > 64 || !/^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(text))
    return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}
