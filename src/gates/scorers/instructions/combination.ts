import { z } from 'zod'
import { none, text } from './arguments.ts'
import { type InstructionType, instruction } from './instruction.ts'

/** Two answers in one, or the request repeated first. */
export const combination: readonly InstructionType[] = [
  instruction('combination:two_responses', none, () => answer => {
    const parts = answer.split('******').map(part => part.trim())
    if (parts.slice(1, -1).includes('')) return false
    const [first, second, ...more] = parts.filter(part => part !== '')
    return second !== undefined && more.length === 0 && first !== second
  }),
  instruction(
    'combination:repeat_prompt',
    z.strictObject({ prompt_to_repeat: text }),
    ({ prompt_to_repeat }) => {
      const wanted = prompt_to_repeat.trim().toLowerCase()
      return answer => answer.trim().toLowerCase().startsWith(wanted)
    },
  ),
]
