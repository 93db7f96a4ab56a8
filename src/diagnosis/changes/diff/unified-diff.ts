import { behaves, type FileRole, roleOf } from './file-role.ts'
import { onlyTells, otherWords, tellsPeople } from './only-shown.ts'

/** What a commit does to one file, without comments; lines that only moved or were indented are left out. */
export interface FileEdit {
  path: string
  role: FileRole
  removed: readonly string[]
  added: readonly string[]
  context: readonly string[]
  /** Lines that stand on both sides. */
  moved: readonly string[]
  /** Words of comments, and what stands behind `@@`: told, not done. */
  told: readonly string[]
  /** Lines, old and new, that only log, measure or show. */
  shown: readonly string[]
  /** There was a diff. */
  known: boolean
}

const most = { lines: 1_000, line: 500 } as const
const comment = /^(\/\/|#(?!include|define|if|endif|\[)|\/\*|\*\/|\*\s|\*$|--\s|<!--|;\s|"""|'''|%\s)/

export function fileEdit({ path, diff }: { path: string; diff?: string }): FileEdit {
  const role = roleOf(path)
  const lines: Record<Side, string[]> = { removed: [], added: [], context: [], told: [] }
  let header = true
  for (const line of (diff ?? '').split('\n', most.lines)) {
    if (header && /^(diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename )/.test(line)) continue
    header = false
    const { side, text } = sided(line)
    if (text === '') continue
    const prose = role === 'prompt' || role === 'docs'
    if (side === 'told' || (comment.test(text) && !prose)) lines.told.push(text)
    else lines[side].push(prose ? text : withoutComment(text, path))
  }
  const [gone, fresh, moved] = cancelled(lines.removed, lines.added)
  const [removed, added, shown] = acting(path, role, gone, fresh)
  return { ...lines, path, role, removed, added, moved, shown, known: diff !== undefined }
}

/** What does something apart from what only tells. */
function acting(
  path: string,
  role: FileRole,
  removed: readonly string[],
  added: readonly string[],
): [string[], string[], string[]] {
  if (tellsPeople(path)) return [[], [], [...removed, ...added]]
  if (role !== 'code') return [[...removed], [...added], []]
  const words = otherWords(removed, added)
  const tells = (line: string) => words.has(line) || onlyTells(line, path)
  return [
    removed.filter(line => !tells(line)),
    added.filter(line => !tells(line)),
    [...removed, ...added].filter(tells),
  ]
}

type Side = 'removed' | 'added' | 'context' | 'told'
const sides: Readonly<Record<string, Side>> = { '+': 'added', '-': 'removed' }

function sided(line: string): { side: Side; text: string } {
  if (line.startsWith('@@'))
    return {
      side: 'told',
      text: line
        .replace(/^@@[ \d,+-]*@@?/, '')
        .slice(0, most.line)
        .trim(),
    }
  const side = sides[line[0] ?? '']
  const text = side || line.startsWith(' ') ? line.slice(1) : line
  return { side: side ?? 'context', text: text.trim().slice(0, most.line) }
}

/** What stands behind a comment sign that is not within quotes. */
function withoutComment(text: string, path: string): string {
  const sign = /\.(py|rb|sh|ya?ml|toml|tf|conf|env|properties)$|Dockerfile/.test(path)
    ? ' #'
    : /\.sql$/.test(path)
      ? ' --'
      : ' //'
  const at = text.indexOf(sign)
  if (at < 0) return text
  const quotes = text.slice(0, at).split(/["'`]/).length - 1
  return quotes % 2 === 0 ? text.slice(0, at).trimEnd() : text
}

/** Lines that stand on both sides did not change, whatever their order and spaces. */
function cancelled(removed: readonly string[], added: readonly string[]): [string[], string[], string[]] {
  const counts = new Map<string, number>()
  for (const line of removed) counts.set(bare(line), (counts.get(bare(line)) ?? 0) + 1)
  const same = new Map<string, number>()
  const fresh = added.filter(line => {
    const left = counts.get(bare(line)) ?? 0
    if (left === 0) return true
    counts.set(bare(line), left - 1)
    same.set(bare(line), (same.get(bare(line)) ?? 0) + 1)
    return false
  })
  const moved: string[] = []
  const gone = removed.filter(line => {
    const left = same.get(bare(line)) ?? 0
    if (left === 0) return true
    same.set(bare(line), left - 1)
    moved.push(line)
    return false
  })
  return [gone, fresh, moved]
}

const bare = (line: string): string => line.replace(/\s+/g, '').replace(/,$/, '')

export const canMatter = ({ role }: FileEdit): boolean => behaves(role)
