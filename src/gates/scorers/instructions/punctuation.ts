import { none } from './arguments.ts'
import { type InstructionType, instruction } from './instruction.ts'

/** Punctuation that an answer does without. */
export const punctuation: readonly InstructionType[] = [
  instruction('punctuation:no_comma', none, () => answer => !answer.includes(',')),
]
