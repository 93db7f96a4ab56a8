import { type Amount, amountsIn } from './amounts.ts'
import type { When } from './moments.ts'
import { type KnownNames, type Names, namesIn } from './names.ts'
import { type Times, timesIn } from './times.ts'
import { plainText, type Span, type Token, tokensOf } from './tokens.ts'

/** What stands in a question, by grammar. */
export interface Slots {
  text: string
  tokens: readonly Token[]
  times: Times
  names: Names
  commits: readonly (Span & { revision: string })[]
  amounts: readonly Amount[]
}

/** Reads a question. The same question, names and moment give the same slots. */
export function slotsOf(
  question: string,
  { known, when, ordinary }: { known: KnownNames; when: When; ordinary: ReadonlySet<string> },
): Slots {
  const text = plainText(question)
  const tokens = tokensOf(text)
  const times = timesIn(tokens, when)
  const named = new Set([...known.incidents, ...known.releases].map(name => name.toLowerCase()))
  const commits = tokens
    .filter(token => isCommit(token.text, tokens) && !named.has(token.text))
    .map(({ text: revision, start, end }) => ({ revision, start, end }))
  const names = namesIn(tokens, known, { taken: [...times.spans, ...commits], ordinary })
  const taken = [...times.spans, ...commits, ...names.found, ...names.ambiguous, ...names.unknown]
  return { text, tokens, times, names, commits, amounts: amountsIn(tokens, text, taken) }
}

/** 7 to 64 hexadecimal digits; letters alone, as in `deadbeef`, count where the word commit is said. */
function isCommit(text: string, tokens: readonly Token[]): boolean {
  if (!/^[0-9a-f]{7,64}$/.test(text)) return false
  if (/\d/.test(text) && /[a-f]/.test(text)) return true
  return tokens.some(({ text: word }) => word === 'commit' || word === 'revision' || word === 'sha')
}
