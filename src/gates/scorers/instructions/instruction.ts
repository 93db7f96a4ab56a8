import type { z } from 'zod'

/**
 * GATE and ROLL OUT: an instruction whose following a program can verify. The 25 types, their names and arguments are
 * those of IFEval (Zhou et al. 2023, arXiv 2311.07911), so that published verdicts and data sets in its format apply.
 * Checks are pure, take time linear in the answer, and never throw.
 */

/** Whether a text follows one instruction. */
export type Follows = (answer: string) => boolean

/** One type of instruction; one file has the types of one family. */
export interface InstructionType {
  /** As in IFEval, such as `punctuation:no_comma`. */
  id: string
  /** What it takes beside its id. */
  arguments: z.ZodType
  /** @param values what `arguments` let pass */
  create(values: never): Follows
}

/** Keeps the arguments' type between schema and check. */
export const instruction = <S extends z.ZodType>(
  id: string,
  schema: S,
  create: (values: z.output<S>) => Follows,
): InstructionType => ({ id, arguments: schema, create })
