import { z } from 'zod'
import { none, text } from './arguments.ts'
import { type InstructionType, instruction } from './instruction.ts'

/** What an answer begins and ends with. */
export const startend: readonly InstructionType[] = [
  instruction('startend:end_checker', z.strictObject({ end_phrase: text }), ({ end_phrase }) => {
    const wanted = end_phrase.trim().toLowerCase()
    return answer => withoutQuotes(answer.trim()).toLowerCase().endsWith(wanted)
  }),
  instruction('startend:quotation', none, () => answer => {
    const whole = answer.trim()
    return whole.length > 1 && whole.startsWith('"') && whole.endsWith('"')
  }),
]

/** A phrase that is quoted as a whole ends where the quotation does. */
function withoutQuotes(text: string): string {
  let end = text.length
  while (text.charAt(end - 1) === '"') end--
  return text.slice(0, end)
}
