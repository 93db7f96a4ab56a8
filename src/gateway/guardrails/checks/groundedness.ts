import { z } from 'zod'
import { lastUserText, zoneOf } from '../../canonical/request.ts'
import type { Check } from '../check.ts'
import { DetectorError } from '../detector.ts'
import { groundedness } from '../groundedness/score.ts'

const optionsOf = z.strictObject({ least: z.number().gt(0).max(1).default(0.5) })

/** The answer must be supported by the documents and tool results of the request; without any it has nothing to say. */
export const groundednessCheck: Check = {
  name: 'groundedness',
  summary: 'The answer is supported by the documents and tool results it was given.',
  threshold: 0.5,
  create: options => {
    const parsed = optionsOf.safeParse(options)
    if (!parsed.success) throw new DetectorError('groundedness takes options.least, a number above 0 up to 1')
    const { least } = parsed.data
    return ({ choices }, request) => {
      const context = request.messages
        .flatMap(message =>
          message.parts.flatMap(part => (isSource(zoneOf(message, part), part) ? [part.text] : [])),
        )
        .join('\n')
      if (context === '') return []
      const question = lastUserText(request)
      return choices.flatMap(({ text }) => {
        if (text === '') return []
        const { score } = groundedness(context, text, question)
        return score < least ? [{ score: 1 - score, reason: 'not-grounded' }] : []
      })
    }
  },
}

const isSource = (zone: string, part: { type: string }): part is { type: 'text'; text: string } =>
  part.type === 'text' && (zone === 'document' || zone === 'tool')
