import type { Header } from './header.ts'

/** Lines after which an entry ends even if more of its kind follow. */
const maxEntryLines = 10_000
/** Share of the recent entries that must begin with a time for one to be expected. */
const headedShare = 0.5
const memory = 0.99

/**
 * Tells for the lines of a file, one after the other, whether each goes on the entry of the line before it: in a file whose
 * entries begin with a time all lines without one do, in any other file the frames and causes of stack traces do.
 */
export function createContinuations(): (line: string, header: Header) => boolean {
  let entries = 0
  let headed = 0
  let length = 0
  return (line, header) => {
    const continues =
      entries > 0 &&
      !header.headed &&
      length < maxEntryLines &&
      (headed > headedShare * entries || isTrace(line))
    if (continues) {
      length++
      return true
    }
    entries = entries * memory + 1
    headed = headed * memory + (header.headed ? 1 : 0)
    length = 0
    return false
  }
}

const frames = ['at ', 'File "', '... ', 'from ', 'in ', '| ', '^']

/** The lines of a stack trace after its first, as Java, JavaScript, Python, .NET and Ruby print them. */
function isTrace(line: string): boolean {
  if (line.startsWith('Caused by: ') || line.startsWith('Suppressed: ')) return true
  let i = 0
  while (i < line.length && line.charCodeAt(i) <= 32) i++
  const indented = i > 1 || line.charCodeAt(0) === 9
  return indented && frames.some(frame => line.startsWith(frame, i))
}
