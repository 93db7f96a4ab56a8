import { z } from 'zod'
import { count } from './arguments.ts'
import { type InstructionType, instruction } from './instruction.ts'

/** Parts that an answer has: placeholders in square brackets, a postscript. */
export const detectableContent: readonly InstructionType[] = [
  instruction(
    'detectable_content:number_placeholders',
    z.strictObject({ num_placeholders: count }),
    ({ num_placeholders }) =>
      answer =>
        placeholdersIn(answer) >= num_placeholders,
  ),
  instruction(
    'detectable_content:postscript',
    z.strictObject({ postscript_marker: z.string().min(1).max(63) }),
    ({ postscript_marker }) => {
      const marker = postscript_marker.trim()
      if (marker === 'P.P.S') return answer => /p\.\s?p\.\s?s/i.test(answer)
      if (marker === 'P.S.') return answer => /p\.\s?s\./i.test(answer)
      const lower = marker.toLowerCase()
      return answer => answer.toLowerCase().includes(lower)
    },
  ),
]

/** `[…]` within one line, found without going back. */
function placeholdersIn(answer: string): number {
  let found = 0
  for (const line of answer.split('\n'))
    for (let open = line.indexOf('['); open >= 0; ) {
      const close = line.indexOf(']', open)
      if (close < 0) break
      found++
      open = line.indexOf('[', close)
    }
  return found
}
