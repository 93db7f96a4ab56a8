import { z } from 'zod'
import { findPii } from '../gateway/guardrails/pii/pii.ts'
import type { Command } from './command.ts'
import { readJsonLines } from './json-lines.ts'

const Line = z.object({ text: z.string() })

export const guardPii: Command = {
  name: 'guard pii',
  summary: 'Find personal data in texts.',
  arguments: ['FILE'],
  options: {},
  help: [
    'FILE has one JSON object a line with a field text; - reads standard input.',
    'With --json: one line {"spans":[{"start","end","type"}]} for each, offsets in UTF-16 units.',
    'The summary shows kinds and counts only, never what was found.',
  ].join('\n'),
  async run({ positionals, json, out }) {
    const counts = new Map<string, number>()
    let texts = 0
    let hit = 0
    for await (const { text } of readJsonLines(positionals[0] ?? '-', Line)) {
      const spans = findPii(text)
      texts += 1
      if (spans.length > 0) hit += 1
      if (json) out(JSON.stringify({ spans: spans.map(({ start, end, type }) => ({ start, end, type })) }))
      for (const { type } of spans) counts.set(type, (counts.get(type) ?? 0) + 1)
    }
    if (!json) out(summary(texts, hit, counts))
    return 0
  },
}

function summary(texts: number, hit: number, counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].sort((a, b) => b[1] - a[1])
  const width = Math.max(0, ...rows.map(([type]) => type.length))
  return [
    `${hit} of ${texts} texts contain personal data`,
    ...rows.map(([type, count]) => `  ${type.padEnd(width)}  ${count}`),
  ].join('\n')
}
