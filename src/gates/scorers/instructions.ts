import { isSmall, LONGEST_JSON, parseJson } from './field.ts'
import { createInstruction, looseVariants } from './instructions/index.ts'
import type { Follows } from './instructions/instruction.ts'
import { type Score, ScorerError, type ScorerType } from './scorer.ts'

const MOST = 100
/** Characters of an answer that are checked. */
const LONGEST = LONGEST_JSON / 4

/**
 * The share of verifiable instructions that an answer follows: those of the definition, or without any the list in the
 * right answer of each row (`[{"id": "punctuation:no_comma"}]`). `loose` forgives an added first or last line and stars.
 */
export const instructions: ScorerType = {
  type: 'instructions',
  create: ({ name, instructions, loose = false }) => {
    const fixed = instructions && checksOf(instructions, `scorer ${name}: `)
    return ({ output, expected }) => {
      const checks = fixed ?? checksIn(expected)
      return checks && shareFollowed(checks, output.slice(0, LONGEST), loose)
    }
  },
}

function shareFollowed(checks: Follows[], output: string, loose: boolean): ReturnType<Score> {
  const variants = loose ? looseVariants(output) : [output]
  return checks.filter(follows => variants.some(follows)).length / checks.length
}

/** @throws ScorerError when one of them can't be used */
function checksOf(instructions: readonly Record<string, unknown>[], at: string): Follows[] {
  if (instructions.length === 0 || instructions.length > MOST)
    throw new ScorerError(`${at}instructions must be a list of 1 to ${MOST}`)
  try {
    return instructions.map(createInstruction)
  } catch (error) {
    throw new ScorerError(`${at}${(error as Error).message}`, { cause: error })
  }
}

/** Null for a label that is no such list: nothing can be said of the answer. */
function checksIn(label: string | undefined): Follows[] | null {
  const list = label === undefined ? undefined : parseJson(label)
  if (!Array.isArray(list) || !isSmall(list, { depth: 4, members: 2000 })) return null
  if (!list.every(one => one !== null && typeof one === 'object')) return null
  try {
    return checksOf(list, '')
  } catch (error) {
    if (error instanceof ScorerError) return null
    throw error
  }
}
