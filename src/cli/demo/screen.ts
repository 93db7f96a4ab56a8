import { styleText } from 'node:util'
import type { Invocation } from '../command.ts'

/** What the demo shows: lines that stay, and on a terminal one line below them that is drawn again. */
export interface Screen {
  heading(text: string): void
  line(text: string): void
  /** Drawn over the one before; on a pipe it is left out. */
  status(text: string): void
}

export function createScreen(
  { out, json }: Pick<Invocation, 'out' | 'json'>,
  stream: NodeJS.WriteStream,
): Screen {
  const live = stream.isTTY && !json
  let drawn = false
  const clear = () => {
    if (drawn) stream.write('\r\u001b[2K')
    drawn = false
  }
  const keep = (text: string) => {
    clear()
    if (json) stream.write(`${text}\n`)
    else out(text)
  }
  return {
    heading: text => keep(live ? styleText('bold', text) : text),
    line: keep,
    status(text) {
      if (!live) return
      clear()
      stream.write(text.slice(0, (stream.columns ?? 100) - 1))
      drawn = true
    },
  }
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const cell = (text: string, column: number) => {
    const width = widths[column] ?? 0
    return /^[\d.,%-]+$/.test(text) ? text.padStart(width) : text.padEnd(width)
  }
  return rows.map(row => `  ${row.map(cell).join('  ')}`.trimEnd()).join('\n')
}
