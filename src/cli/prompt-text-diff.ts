/** One line of a difference. */
export interface DiffLine {
  kind: 'same' | 'removed' | 'added'
  text: string
}

/** Cells of the table; larger texts are shown as wholly replaced where they differ. */
const maxCells = 4_000_000

/**
 * The fewest lines that have to be removed and added, by the longest common subsequence (Wagner and Fischer, 1974) of
 * what lies between the equal ends of both texts.
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split('\n')
  const b = after.split('\n')
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++
  const same = (lines: string[]): DiffLine[] => lines.map(text => ({ kind: 'same', text }))
  return [
    ...same(a.slice(0, head)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ]
}

function middle(a: string[], b: string[]): DiffLine[] {
  const width = b.length + 1
  if ((a.length + 1) * width > maxCells)
    return [
      ...a.map(text => ({ kind: 'removed' as const, text })),
      ...b.map(text => ({ kind: 'added' as const, text })),
    ]
  // common[i, j]: length of the longest common subsequence of a from i and b from j.
  const common = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number): number => common[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]]
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left })
      i++
      j++
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'removed', text: left })
      i++
    } else if (right !== undefined) {
      lines.push({ kind: 'added', text: right })
      j++
    }
  }
  return lines
}

const marks = { same: ' ', removed: '-', added: '+' }

/** The lines that changed with `context` lines around them; empty when nothing did. */
export function diffText(lines: readonly DiffLine[], context = 2): string {
  const near = new Set<number>()
  for (const [index, { kind }] of lines.entries())
    if (kind !== 'same') for (let i = index - context; i <= index + context; i++) near.add(i)
  const shown: string[] = []
  for (const [index, { kind, text }] of lines.entries()) {
    if (!near.has(index)) continue
    if (index > 0 && !near.has(index - 1)) shown.push('  …')
    shown.push(`${marks[kind]} ${text}`)
  }
  return shown.join('\n')
}
