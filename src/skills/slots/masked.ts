import type { FoundName } from './names.ts'
import type { Slots } from './slots.ts'
import type { Span } from './tokens.ts'

/** Words that stand for what was found, so that a question is told by what it asks and not by the names in it. */
export const masks = {
  name: 'xnamex',
  namespace: 'xspacex',
  incident: 'xincidentx',
  route: 'xroutex',
  prompt: 'xpromptx',
  release: 'xreleasex',
  commit: 'xcommitx',
  time: 'xtimex',
  amount: 'xamountx',
} as const

/** The question with a mask in place of everything found. */
export function maskedText({ text, times, names, commits, amounts }: Slots): string {
  const spans: (Span & { mask: string })[] = [
    ...times.spans.map(span => ({ ...span, mask: masks.time })),
    ...commits.map(span => ({ ...span, mask: masks.commit })),
    ...names.found.map(name => ({ ...name, mask: maskOf(name) })),
    ...[...names.ambiguous, ...names.unknown].map(span => ({ ...span, mask: masks.name })),
    ...amounts.map(span => ({ ...span, mask: masks.amount })),
  ].sort((a, b) => a.start - b.start)
  let masked = ''
  let at = 0
  for (const { start, end, mask } of spans) {
    if (start < at) continue
    masked += `${text.slice(at, start)}${mask}`
    at = end
  }
  return (masked + text.slice(at)).toLowerCase()
}

function maskOf({ things: [first] }: FoundName): string {
  switch (first) {
    case 'namespace':
      return masks.namespace
    case 'incident':
      return masks.incident
    case 'route':
      return masks.route
    case 'prompt':
      return masks.prompt
    case 'release':
      return masks.release
    default:
      return masks.name
  }
}
