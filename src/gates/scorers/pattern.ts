import { RE2JS } from '@bufbuild/re2'
import { ScorerError } from './scorer.ts'

const LONGEST_PATTERN = 4096

/** Compiles an RE2 pattern, which matches in time linear in the text. @throws ScorerError naming `what` */
export function compilePattern(pattern: string, what: string): { test(text: string): boolean } {
  if (pattern.length > LONGEST_PATTERN)
    throw new ScorerError(`${what} may have ${LONGEST_PATTERN} characters, this has ${pattern.length}`)
  try {
    return new RE2JS(pattern)
  } catch (error) {
    throw new ScorerError(`${what}: ${(error as Error).message}; RE2 has no look-around or back-references`, {
      cause: error,
    })
  }
}
