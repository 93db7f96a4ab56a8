/** Lines compared at most on either side; longer texts are compared by what they begin and end with alike. */
const MAX_LINES = 400
const CONTEXT = 2

/**
 * What changed between two texts, line by line, as a unified diff without header: `-` gone, `+` new, two lines around
 * them. (Longest common subsequence by dynamic programming, on what is left between equal beginnings and ends.)
 * @param most characters of the diff; the rest is left out and said so
 */
export function lineDiff(before: string, after: string, most = 4000): string {
  const [a, b] = [lines(before), lines(after)]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const edits = [
    ...a.slice(Math.max(0, head - CONTEXT), head).map(line => ` ${line}`),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail, a.length - tail + CONTEXT).map(line => ` ${line}`),
  ]
  if (head + tail === a.length && a.length === b.length) return ''
  const text = nearChanges(edits).join('\n')
  return text.length <= most ? text : `${text.slice(0, most)}\n…`
}

const lines = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

function middle(a: readonly string[], b: readonly string[]): string[] {
  if (a.length > MAX_LINES || b.length > MAX_LINES)
    return [
      ...a.slice(0, MAX_LINES).map(line => `-${line}`),
      ...b.slice(0, MAX_LINES).map(line => `+${line}`),
    ]
  // common[i][j]: lines that a from i and b from j have in common, in one row after another.
  const width = b.length + 1
  const common = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number) => common[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const edits: string[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      edits.push(` ${a[i]}`)
      i++
      j++
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) edits.push(`-${a[i++]}`)
    else edits.push(`+${b[j++]}`)
  }
  return edits
}

/** Leaves out equal lines that are far from any change. */
function nearChanges(edits: readonly string[]): string[] {
  const near = new Set<number>()
  for (const [index, edit] of edits.entries())
    if (!edit.startsWith(' ')) for (let at = index - CONTEXT; at <= index + CONTEXT; at++) near.add(at)
  return edits.flatMap((edit, index) => {
    if (near.has(index)) return [edit]
    return near.has(index - 1) && index < edits.length - 1 ? ['…'] : []
  })
}
