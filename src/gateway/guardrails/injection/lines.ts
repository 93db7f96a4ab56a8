import { charClass } from './char-class.ts'
import { WINDOW } from './tokens.ts'

/** The lines of a window and which of them are prose, to see a sentence that stands alone among data. */
export interface Lines {
  count: number
  readonly start: Int32Array
  readonly end: Int32Array
  readonly prose: Uint8Array
  proseCount: number
}

export const makeLines = (): Lines => ({
  count: 0,
  start: new Int32Array(WINDOW),
  end: new Int32Array(WINDOW),
  prose: new Uint8Array(WINDOW),
  proseCount: 0,
})

/** Splits text[from, to) at line ends, written or escaped as in JSON; empty lines are left out. */
export function readLines(text: string, from: number, to: number, lines: Lines): void {
  lines.count = 0
  lines.proseCount = 0
  let start = from
  for (let i = from; i <= to; i++) {
    const unit = i < to ? text.charCodeAt(i) : 10
    const escaped = unit === 0x5c && text.charCodeAt(i + 1) === 0x6e
    if (unit !== 10 && !escaped) continue
    addLine(text, start, i, lines)
    if (escaped) i++
    start = i + 1
  }
}

function addLine(text: string, start: number, end: number, lines: Lines): void {
  let letters = 0
  let spaces = 0
  let other = 0
  for (let i = start; i < end; i++) {
    const kind = charClass(text.charCodeAt(i))
    if (kind < 26 || kind === 31) letters++
    else if (kind === 26) spaces++
    else if (kind !== 28) other++
  }
  if (letters + other === 0) return
  const at = lines.count++
  lines.start[at] = start
  lines.end[at] = end
  // Prose is words with spaces between and few signs; indented code, tables, logs and JSON are not.
  const isProse = letters >= 12 && spaces >= 2 && other * 8 <= letters && spaces * 2 <= letters
  lines.prose[at] = isProse ? 1 : 0
  if (isProse) lines.proseCount++
}
