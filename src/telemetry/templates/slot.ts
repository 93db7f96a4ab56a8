import { Prefixed, Value, Word } from './scanner.ts'
import type { Template } from './template.ts'

/** Templates that are equal but for one position. */
export interface Slot {
  index: number
  templates: readonly Template[]
}

const isName = (token: string): boolean => /[a-z][A-Z]|[._$/@-]/.test(token)
const isAction = (token: string): boolean => /(?:ed|ing|ion|able)$/i.test(token) && !isName(token)
const hasLetters = (token: string | undefined): boolean => token !== undefined && /[A-Za-z]{2}/.test(token)

/**
 * Whether what stands at the position is a value. Words that say what happened (verbs) come in small sets of equal rank,
 * values in sets that grow with the lines; how many are needed depends on how much else the lines share.
 */
export function isValueSlot({ index, templates }: Slot): boolean {
  const [one] = templates
  if (!one) return false
  const context = one.tokens.filter(
    (token, i) => i !== index && one.kinds[i] !== Value && hasLetters(token),
  ).length
  const kinds = templates.map(({ kinds }) => kinds[index])
  const words = templates.flatMap(({ tokens, kinds }) =>
    kinds[index] === Word ? [tokens[index] as string] : [],
  )
  const bare = kinds.includes(Value)
  const distinct = templates.length
  if (context < 2) return distinct >= (context === 0 ? 256 : bare ? 16 : 64)
  if (words.length > 0 && words.filter(isAction).length * 2 >= words.length) return distinct >= 32
  if (bare) return context > 2 || distinct > 2
  if (kinds.every(kind => kind === Prefixed) && context >= 5) return true
  const lines = templates.reduce((sum, { count }) => sum + count, 0)
  const leading = !one.tokens.some((token, i) => i < index && hasLetters(token))
  const named = words.filter(isName).length * 2 > words.length
  const needed = Math.max(4, Math.log2(lines) / 2)
  return distinct >= needed * (context === 2 ? 4 : 1) * (leading && !named ? 2 : 1)
}
