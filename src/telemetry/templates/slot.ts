import type { KnownValues } from './known-values.ts'
import { Prefixed, Value, Word } from './scanner.ts'
import type { Template } from './template.ts'

/** Templates that are equal but for one position. */
export interface Slot {
  index: number
  templates: readonly Template[]
}

/** Fewest different words that are values and no part of the message, where enough else is the same. */
const fewest = 4
/** Words that stay the same that are enough, and those needed next to a value that is one for sure. */
const enoughContext = 3
/** Different words that are values whatever stands around them: with one other word, and with none. */
const manyNearOne = 64
const manyAlone = 256
/** Different verbs that can be no parts of messages any more. */
const manyActions = 32

/**
 * Whether what stands at the position is a value. Words that say what happened come in small sets, values in sets that
 * grow with the lines; how many are needed depends on how much else the lines share.
 */
export function isValueSlot({ index, templates }: Slot, known: KnownValues): boolean {
  const [one] = templates
  if (!one) return false
  const context = contextOf(one, [index])
  const kinds = templates.map(template => template.kinds[index])
  const words = wordsAt(templates, index)
  const bare = kinds.includes(Value)
  const distinct = templates.length
  if (context === 0) return distinct >= manyAlone
  if (context === 1) return distinct >= manyNearOne / (bare ? 4 : 1)
  if (areActions(words)) return distinct >= manyActions
  if (bare) return context >= enoughContext || distinct > 2
  if (kinds.every(kind => kind === Prefixed) && context > enoughContext) return true
  if (context >= enoughContext && templates.every(template => known.has(template, index))) return true
  const leading = !one.kinds.some((kind, i) => i < index && (kind === Word || kind === Prefixed))
  const named = words.filter(isName).length * 2 > words.length
  return (
    distinct >= needed(templates, fewest) * (context < enoughContext ? 4 : 1) * (leading && !named ? 2 : 1)
  )
}

/**
 * Whether templates that differ at several positions do so in values only.
 * @param positions where they may differ, and no more of their words can be told to be the same
 * @param varying where they do
 */
export function areValues(
  positions: readonly number[],
  varying: readonly number[],
  templates: readonly Template[],
  least: number,
): boolean {
  const [one] = templates
  if (!one || templates.length < needed(templates, least)) return false
  if (contextOf(one, positions) < Math.max(enoughContext, positions.length)) return false
  return varying.every(index => {
    const words = wordsAt(templates, index)
    return new Set(words).size >= 3 && !areActions(words)
  })
}

/**
 * How many different words it takes. A set that has rare members goes on growing (Good and Turing), so the fewest do; one
 * that has none after many lines is likely complete, such as the states of something.
 */
export function needed(templates: readonly Template[], least: number): number {
  const rare = templates.filter(({ count }) => count < 3).length
  if (rare * 4 >= templates.length) return least
  const lines = templates.reduce((sum, { count }) => sum + count, 0)
  return Math.max(least, Math.log2(lines) / 2)
}

/** Whether most words are verbs or made from verbs, which say what happened: `opened`, `starting`, `connection`. */
export const areActions = (words: readonly string[]): boolean =>
  words.length > 0 && words.filter(isAction).length * 2 >= words.length

const isAction = (word: string): boolean => /(?:ed|ing|ion|able)$/i.test(word) && !isName(word)
const isName = (word: string): boolean => /[a-z][A-Z]|[._$/@-]/.test(word)

/** Words of a template that stay the same, without those at the positions. */
export const contextOf = ({ texts, kinds }: Template, positions: readonly number[]): number =>
  kinds.filter(
    (kind, i) =>
      (kind === Word || kind === Prefixed) && (texts[i]?.length ?? 0) > 1 && !positions.includes(i),
  ).length

const wordsAt = (templates: readonly Template[], index: number): string[] =>
  templates.flatMap(({ texts, kinds }) => (kinds[index] === Word ? [texts[index] ?? ''] : []))
