import type { Token } from './tokens.ts'

/** Milliseconds. */
const units: Readonly<Record<string, number>> = {
  ...of(1_000, ['s', 'sec', 'secs', 'second', 'seconds']),
  ...of(60_000, ['m', 'min', 'mins', 'minute', 'minutes']),
  ...of(3_600_000, ['h', 'hr', 'hrs', 'hour', 'hours']),
  ...of(86_400_000, ['d', 'day', 'days']),
  ...of(7 * 86_400_000, ['w', 'week', 'weeks']),
  ...of(30 * 86_400_000, ['month', 'months']),
}

function of(ms: number, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map(name => [name, ms]))
}

const words: readonly string[] = [
  ...[
    'zero',
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven',
    'twelve',
  ],
]

/** A whole number in digits or, to twelve, in words. */
export function countOf(text: string): number | undefined {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  const word = words.indexOf(text)
  return word < 0 ? undefined : word
}

/** Whether a number is written as a word. */
export const isNumberWord = (text: string): boolean => words.includes(text)

const longest = 400 * 86_400_000

/** A length of time that begins at a token: `2h`, `1h30m`, `30 minutes`, `half an hour`, `a day`. */
export function lengthAt(tokens: readonly Token[], at: number): { ms: number; next: number } | undefined {
  const found = glued(tokens, at) ?? inWords(tokens, at)
  return found && found.ms > 0 && found.ms <= longest ? found : undefined
}

function glued(tokens: readonly Token[], at: number): { ms: number; next: number } | undefined {
  const text = tokens[at]?.text ?? ''
  const match = /^(\d{1,6})([a-z]+)(?:(\d{1,6})([a-z]+))?$/.exec(text)
  const first = unitOf(match?.[2])
  if (!match || first === undefined) return undefined
  const rest = match[3] === undefined ? 0 : Number(match[3]) * (unitOf(match[4]) ?? Number.NaN)
  const ms = Number(match[1]) * first + rest
  return Number.isNaN(ms) ? undefined : { ms, next: at + 1 }
}

function inWords(tokens: readonly Token[], at: number): { ms: number; next: number } | undefined {
  const [first = '', second = '', third = ''] = [tokens[at]?.text, tokens[at + 1]?.text, tokens[at + 2]?.text]
  if (first === 'half' && (second === 'an' || second === 'a')) {
    const unit = unitOf(third)
    return unit === undefined ? undefined : { ms: unit / 2, next: at + 3 }
  }
  if ((first === 'couple' && second === 'of') || first === 'few') {
    const unit = unitOf(first === 'few' ? second : third)
    return unit === undefined
      ? undefined
      : { ms: (first === 'few' ? 3 : 2) * unit, next: at + (first === 'few' ? 2 : 3) }
  }
  if (first === 'a' && (second === 'couple' || second === 'few')) return inWords(tokens, at + 1)
  const count = first === 'a' || first === 'an' ? 1 : countOf(first)
  const unit = unitOf(second)
  if (count !== undefined && unit !== undefined) return { ms: count * unit, next: at + 2 }
  return undefined
}

/** A unit alone, as in `the last hour`. */
export function unitAt(tokens: readonly Token[], at: number): { ms: number; next: number } | undefined {
  const text = tokens[at]?.text ?? ''
  const ms = text.length > 2 ? unitOf(text) : undefined
  return ms === undefined ? undefined : { ms, next: at + 1 }
}

const unitOf = (text: string | undefined): number | undefined =>
  text !== undefined && Object.hasOwn(units, text) ? units[text] : undefined
