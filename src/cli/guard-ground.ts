import { z } from 'zod'
import { groundedness } from '../gateway/guardrails/groundedness/score.ts'
import type { Command } from './command.ts'
import { readJsonLines } from './json-lines.ts'

const Line = z.object({ context: z.string(), answer: z.string(), question: z.string().optional() })
/** How many characters of a sentence the readable form shows. */
const SHOWN = 100

export const guardGround: Command = {
  name: 'guard ground',
  summary: 'Say how far answers are supported by their context.',
  arguments: ['FILE'],
  options: {},
  help: [
    'FILE has one JSON object a line with context, answer and optionally question; - reads standard input.',
    'With --json: one line {"score","confidence"} for each; score 1 = fully supported. Words are compared, nothing is',
    'asked of a model: where an answer says the same in words of its own, confidence is low.',
    'Without: the least supported sentence of each answer, with the place of the context that comes nearest.',
  ].join('\n'),
  async run({ positionals, json, out }) {
    for await (const { context, answer, question } of readJsonLines(positionals[0] ?? '-', Line)) {
      const { score, confidence, sentences } = groundedness(context, answer, question)
      if (json) {
        out(JSON.stringify({ score, confidence }))
        continue
      }
      const worst = sentences.toSorted((a, b) => a.support - b.support)[0]
      const lines = [`${score.toFixed(3)}${confidence === 'low' ? ' (low confidence)' : ''}`]
      if (worst) lines.push(`  ${percent(worst.support)}  ${shown(answer, worst)}`)
      if (worst?.best) lines.push(`  nearest  ${shown(context, worst.best)}`)
      out(lines.join('\n'))
    }
    return 0
  },
}

const percent = (share: number): string => `${Math.round(100 * share)} %`.padStart(7)

function shown(text: string, { start, end }: { start: number; end: number }): string {
  const sentence = text.slice(start, end).replace(/\s+/g, ' ')
  return sentence.length > SHOWN ? `${sentence.slice(0, SHOWN)}…` : sentence
}
