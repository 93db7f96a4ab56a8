import { Mark, Value, valueHash, Word } from './scanner.ts'
import { areActions, contextOf, needed } from './slot.ts'
import type { Tables } from './tables.ts'
import { keyOf, named, type Template } from './template.ts'

/** Tokens from one position to before another. */
interface Span {
  start: number
  end: number
}

/** Most lists of a template that are looked at, and most tokens in one. */
const maxSpans = 4
const maxSpanTokens = 32

const closers: Readonly<Record<string, string>> = {
  '(': ')',
  '[': ']',
  '{': '}',
  '"': '"',
  "'": "'",
  '<': '>',
}

/** What stands in brackets or quotes, outermost first met, and what is enumerated with commas. */
function spansOf({ texts, kinds }: Template): Span[] {
  const spans: Span[] = []
  for (let i = 0; i < texts.length && spans.length < maxSpans; i++) {
    const closer = kinds[i] === Mark ? closers[texts[i] ?? ''] : undefined
    const end = closer === undefined ? enumerationEnd(texts, kinds, i) : closedAt(texts, i, closer)
    const start = closer === undefined ? i : i + 1
    if (end === undefined || end <= start) continue
    if (end - start <= maxSpanTokens) spans.push({ start, end })
    i = closer === undefined ? end - 1 : end
  }
  return spans
}

function closedAt(texts: readonly string[], open: number, closer: string): number | undefined {
  let depth = 0
  for (let i = open; i < texts.length; i++) {
    if (i > open && texts[i] === closer && --depth <= 0) return i
    if (texts[i] === texts[open] && texts[open] !== closer) depth++
  }
  return undefined
}

/** `a, b, c` */
function enumerationEnd(
  texts: readonly string[],
  kinds: readonly number[],
  start: number,
): number | undefined {
  let i = start
  while (kinds[i] !== Mark && texts[i + 1] === ',' && i + 2 < texts.length && kinds[i + 2] !== Mark) i += 2
  return i > start ? i + 1 : undefined
}

/** The template with spans replaced by one value each. */
function reduced(template: Template, spans: readonly Span[]): Template {
  const keep = template.texts
    .map((_, i) => i)
    .filter(i => !spans.some(({ start, end }) => i > start && i < end))
  const at = new Map(keep.map((from, to) => [from, to]))
  const moved = (positions: readonly number[]) => positions.flatMap(i => at.get(i) ?? [])
  const pick = <T>(list: readonly T[]): T[] => keep.map(i => list[i] as T)
  const lists = moved(spans.map(({ start }) => start))
  const result: Template = {
    ...template,
    texts: pick(template.texts),
    kinds: pick(template.kinds),
    hashes: pick(template.hashes),
    gaps: pick(template.gaps),
    levels: [...template.levels],
    open: moved(template.open).filter(i => !lists.includes(i)),
    lists: [...new Set([...moved(template.lists), ...lists])].sort((a, b) => a - b),
  }
  for (const i of lists) {
    result.texts[i] = '<*>'
    result.kinds[i] = Value
    result.hashes[i] = valueHash
  }
  return named(result)
}

/** The template with a list that a new one is an instance of. */
export function findList(tables: Tables, template: Template): Template | undefined {
  const spans = spansOf(template)
  for (let subset = 1; subset < 1 << spans.length; subset++) {
    const candidate = reduced(
      template,
      spans.filter((_, i) => subset & (1 << i)),
    )
    const found = tables.find(candidate)
    if (found && candidate.lists.every(i => found.lists.includes(i))) return found
  }
  return undefined
}

export interface ListGroup {
  templates: Template[]
  /** What they are with the list as one value. */
  reduced: Template
}

/** Templates that differ in what one list holds, and in how much it holds. */
export function listsOf(templates: Iterable<Template>): ListGroup[] {
  const groups = new Map<string, { templates: Template[]; spans: Span[]; reduced: Template }>()
  for (const template of templates) {
    for (const span of spansOf(template)) {
      const candidate = reduced(template, [span])
      const key = `${keyOf(candidate.low, candidate.high)} ${span.start}`
      const group = groups.get(key) ?? { templates: [], spans: [], reduced: candidate }
      groups.set(key, group)
      group.templates.push(template)
      group.spans.push(span)
    }
  }
  return [...groups.values()].filter(isList)
}

function isList({
  templates,
  spans,
  reduced,
}: {
  templates: Template[]
  spans: Span[]
  reduced: Template
}): boolean {
  const lengths = new Set(spans.map(({ start, end }) => end - start))
  if (lengths.size < 2) return false
  if (contextOf(reduced, []) < 3) return false
  const words = templates.flatMap(({ texts, kinds }, i) =>
    texts.slice(spans[i]?.start, spans[i]?.end).filter((_, k) => kinds[(spans[i]?.start ?? 0) + k] === Word),
  )
  if (areActions(words)) return false
  const bare = templates.some(
    ({ kinds }, i) => spans[i]?.end === (spans[i]?.start ?? 0) + 1 && kinds[spans[i]?.start ?? 0] === Value,
  )
  return templates.length >= (bare ? (words.length === 0 ? 2 : 3) : needed(templates, 4))
}
