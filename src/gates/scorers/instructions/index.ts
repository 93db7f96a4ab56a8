import { changeCase } from './change-case.ts'
import { combination } from './combination.ts'
import { detectableContent } from './detectable-content.ts'
import { detectableFormat } from './detectable-format.ts'
import type { Follows, InstructionType } from './instruction.ts'
import { keywords } from './keywords.ts'
import { language } from './language.ts'
import { lengthConstraints } from './length-constraints.ts'
import { punctuation } from './punctuation.ts'
import { startend } from './startend.ts'

/** Every type of verifiable instruction. */
export const instructionTypes: readonly InstructionType[] = [
  ...keywords,
  ...language,
  ...lengthConstraints,
  ...detectableContent,
  ...detectableFormat,
  ...combination,
  ...startend,
  ...changeCase,
  ...punctuation,
]

/**
 * The check of one instruction such as `{ id: 'keywords:existence', keywords: ['mother'] }`. An empty answer follows
 * nothing.
 * @throws Error saying what is wrong with its id or arguments
 */
export function createInstruction({ id, ...values }: Record<string, unknown>): Follows {
  const type = instructionTypes.find(type => type.id === id)
  if (!type)
    throw new Error(
      `there is no instruction ${JSON.stringify(id)}; use one of ${instructionTypes.map(({ id }) => id).join(', ')}`,
    )
  const given = type.arguments.safeParse(values)
  if (!given.success) {
    const [first] = given.error.issues
    const at = first?.path.length ? `${first.path.join('.')}: ` : ''
    throw new Error(`instruction ${type.id}: ${at}${first?.message}`)
  }
  const follows = type.create(given.data as never)
  return answer => answer.trim() !== '' && follows(answer)
}

/**
 * The answer as it would be without what models like to add: a first line ("Sure, here it is:"), a last line, stars.
 * The loose verdict of IFEval is that any of these eight follows.
 */
export function looseVariants(answer: string): string[] {
  const lines = answer.split('\n')
  const variants = [
    answer,
    ...[lines.slice(1), lines.slice(0, -1), lines.slice(1, -1)].map(rest => rest.join('\n').trim()),
  ]
  return [...variants, ...variants.map(variant => variant.replaceAll('*', ''))]
}
