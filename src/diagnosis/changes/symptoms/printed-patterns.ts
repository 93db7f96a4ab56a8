import type { Case } from '../../channel.ts'
import type { Saying } from './symptom.ts'

const most = { rows: 500, text: 2_000 } as const
const columnKinds = {
  count: /^(count|occurrences|events|hits|n)$/i,
  delta: /^(delta|change|diff|vs_?baseline|new)$/i,
  baseline: /^(baseline|before|prev(ious)?)$/i,
  mood: /^(sentiment|severity|level|mood)$/i,
  service: /^(service|app|source|component|container|workload)$/i,
  text: /^(signature|pattern|template|message|text|log)$/i,
} as const
type Column = keyof typeof columnKinds

/**
 * Patterns of log lines with their counts, as tools print them: a head line that names a count and a text, then a row
 * for each pattern. Those that are new or more than before are sayings; those that faded are told apart as `faded`.
 */
export function printedPatterns({ cluster }: Pick<Case, 'cluster'>): { risen: Saying[]; faded: Saying[] } {
  const [risen, faded]: [Saying[], Saying[]] = [[], []]
  for (const { file, text } of cluster.outputs)
    for (const row of rowsOf(text)) {
      const { count, before, delta } = countsOf(row)
      const bad = /neg|err|warn|crit|fatal|bad/i.test(row.mood ?? '')
      const said = {
        text: (row.text ?? '').slice(0, most.text),
        service: row.service ?? '',
        source: `kubectl/${base(file)}`,
      }
      if (delta < 0 && before >= 10 && count < before / 2) faded.push({ ...said, weight: 0.5, count: delta })
      else if (delta > 0 && (bad || delta >= 50) && count >= 1.5 * Math.max(before, 0))
        risen.push({ ...said, weight: bad ? 1 : 0.4, count })
    }
  return { risen, faded }
}

function countsOf(row: Row): { count: number; before: number; delta: number } {
  const count = numberOf(row.count)
  if (row.baseline !== undefined)
    return { count, before: numberOf(row.baseline), delta: count - numberOf(row.baseline) }
  const delta = row.delta === undefined ? count : numberOf(row.delta)
  return { count, before: count - delta, delta }
}

const base = (file: string): string => file.slice(file.lastIndexOf('/') + 1)

type Row = Partial<Record<Column, string>>

function rowsOf(text: string): Row[] {
  const lines = text.split('\n').slice(0, most.rows)
  const head = lines.findIndex(line => {
    const names = columnsOf(line)
    return names.includes('count') && names.at(-1) === 'text'
  })
  if (head < 0) return []
  const tabs = lines[head]?.includes('\t') ?? false
  const names = columnsOf(lines[head] ?? '')
  return lines.slice(head + 1).flatMap(line => {
    if (line.trim() === '') return []
    const cells = tabs ? line.split('\t') : line.trim().split(/ {2,}/)
    if (cells.length < names.length) return []
    const row: Row = {}
    for (const [index, name] of names.entries())
      if (name !== undefined)
        row[name] = index === names.length - 1 ? cells.slice(index).join(' ') : (cells[index] ?? '').trim()
    return [row]
  })
}

const columnsOf = (line: string): (Column | undefined)[] =>
  line
    .trim()
    .split(line.includes('\t') ? '\t' : / {2,}/)
    .slice(0, 20)
    .map(name => (Object.keys(columnKinds) as Column[]).find(kind => columnKinds[kind].test(name.trim())))

const numberOf = (text: string | undefined): number => {
  const value = Number((text ?? '').replace(/[+,_\s]/g, ''))
  return Number.isFinite(value) ? value : 0
}
