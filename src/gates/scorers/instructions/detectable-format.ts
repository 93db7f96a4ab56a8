import { z } from 'zod'
import { parseJson } from '../field.ts'
import { count, none } from './arguments.ts'
import { type InstructionType, instruction } from './instruction.ts'

/** The form of an answer: lists, headings, highlights, JSON. */
export const detectableFormat: readonly InstructionType[] = [
  instruction(
    'detectable_format:number_bullet_lists',
    z.strictObject({ num_bullets: count }),
    ({ num_bullets }) =>
      answer =>
        answer.split('\n').filter(line => /^(\*[^*]|-)/.test(line.trimStart())).length === num_bullets,
  ),
  instruction('detectable_format:constrained_response', none, () => answer => {
    return ['My answer is yes.', 'My answer is no.', 'My answer is maybe.'].some(option =>
      answer.includes(option),
    )
  }),
  instruction(
    'detectable_format:number_highlighted_sections',
    z.strictObject({ num_highlights: count }),
    ({ num_highlights }) =>
      answer =>
        highlightsIn(answer, /\*[^\n*]*\*/g) + highlightsIn(answer, /\*\*[^\n*]*\*\*/g) >= num_highlights,
  ),
  instruction(
    'detectable_format:multiple_sections',
    z.strictObject({ section_spliter: z.string().trim().min(1).max(253), num_sections: count }),
    ({ section_spliter, num_sections }) => {
      const heading = new RegExp(`${RegExp.escape(section_spliter)}\\s?\\d`, 'gu')
      return answer => (answer.match(heading)?.length ?? 0) >= num_sections
    },
  ),
  instruction('detectable_format:json_format', none, () => answer => {
    const json = answer
      .trim()
      .replace(/^```(json|Json|JSON)?/, '')
      .replace(/```$/, '')
    return parseJson(json.trim()) !== undefined
  }),
  instruction('detectable_format:title', none, () => answer => answer.split('\n').some(hasTitle)),
]

/** Stars around nothing highlight nothing. */
const highlightsIn = (answer: string, pattern: RegExp): number =>
  (answer.match(pattern) ?? []).filter(found => found.replaceAll('*', '').trim() !== '').length

/** `<<…>>` around something. */
function hasTitle(line: string): boolean {
  const open = line.indexOf('<<')
  const close = line.lastIndexOf('>>')
  return open >= 0 && close > open + 2 && /[^<>\s]/.test(line.slice(open, close))
}
