import { stringify } from 'yaml'
import type { Prompt } from '../api/kinds/prompt.ts'
import type { Command } from './command.ts'
import { connectionOptions } from './connection.ts'
import { rendering, renderingText } from './prompt-rendering.ts'
import { promptAt, sourceHelp } from './prompt-source.ts'
import { type DiffLine, diffLines, diffText } from './prompt-text-diff.ts'
import { sentBy, valueOptions, withSamples } from './prompt-values.ts'

export const promptDiff: Command = {
  name: 'prompt diff',
  summary: 'Show how two prompts differ: in the messages the model gets, and in their templates.',
  arguments: ['BEFORE', 'AFTER'],
  options: { ...valueOptions, ...connectionOptions },
  help: [
    sourceHelp,
    'Required variables that are not given have their name as value: ‹name›. Exit 1 when the prompts differ.',
  ].join('\n'),
  async run(invocation) {
    const [left = '', right = ''] = invocation.positionals
    const before = await promptAt(left, invocation)
    const after = await promptAt(right, invocation)
    const sent = await sentBy(invocation)
    const [old, now] = [before, after].map(prompt => rendering(prompt, withSamples(prompt, sent)))
    if (!old || !now) return 1
    const rendered = changes(diffLines(renderingText(old), renderingText(now)))
    const template = changes(diffLines(templateText(before), templateText(after)))
    const equal = rendered.length + template.length === 0
    if (invocation.json) {
      const digests = { before: old.digest, after: now.digest }
      const tokens = { before: old.estimatedTokens, after: now.estimatedTokens }
      invocation.out(JSON.stringify({ equal, digests, estimatedTokens: tokens, rendered, template }))
    } else if (equal) invocation.out('the prompts are equal')
    else {
      invocation.out(section('rendered', rendered, 'the model gets the same'))
      invocation.out(section('template', template, 'the templates are equal'))
      invocation.out(`tokens  about ${old.estimatedTokens} before, ${now.estimatedTokens} after`)
    }
    return equal ? 0 : 1
  },
}

const changes = (lines: DiffLine[]): DiffLine[] => (lines.some(({ kind }) => kind !== 'same') ? lines : [])

const section = (title: string, lines: readonly DiffLine[], otherwise: string): string =>
  lines.length === 0 ? `${title}: ${otherwise}\n` : `${title}:\n${diffText(lines)}\n`

/** Everything a Prompt says, with texts as they stand, in an order that does not depend on the file. */
function templateText({ spec: { messages, variables, partials, output } }: Prompt): string {
  const texts = [
    ...messages.map(({ role, content }) => `message ${role}\n${content}`),
    ...sorted(partials).map(([name, text]) => `partial ${name}\n${text}`),
    ...sorted(variables).map(([name, declared]) => `variable ${name}\n${yaml(declared)}`),
    ...(output ? [`output\n${yaml(output.schema)}`] : []),
  ]
  return texts.join('\n')
}

const yaml = (value: unknown): string => stringify(value, { sortMapEntries: true }).trimEnd()

const sorted = <T>(record: Record<string, T>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
