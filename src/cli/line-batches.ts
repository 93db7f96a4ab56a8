import { createReadStream } from 'node:fs'
import { UsageError } from './command.ts'

/** Longest line that is kept, in UTF-16 units; the rest of a longer one is left out. */
const maxLine = 1 << 16

/**
 * The lines of a text file in order, many at a time because that is several times as fast as one by one; `-` is standard
 * input. Bytes that are not UTF-8 become replacement characters.
 * @param chunkBytes how much is read at once
 * @param longest UTF-16 units of a line that are kept
 * @param signal ends the lines early
 * @throws UsageError when it can not be read
 */
export async function* lineBatches(
  file: string,
  chunkBytes = 1 << 18,
  longest = maxLine,
  signal?: AbortSignal,
): AsyncGenerator<string[]> {
  const input = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: chunkBytes })
  const decoder = new TextDecoder()
  // A terminal or a pipe that is silent is left at once.
  const leave = () => void input.destroy()
  signal?.addEventListener('abort', leave)
  let rest = ''
  let skipping = false
  try {
    for await (const chunk of input) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (skipping && lines.length > 0) {
        lines.shift()
        skipping = false
      }
      yield lines.map(withoutReturn)
      if (skipping) rest = ''
      else if (rest.length > longest) {
        yield [rest.slice(0, longest)]
        rest = ''
        skipping = true
      }
    }
  } catch (error) {
    if (signal?.aborted) return
    if (error instanceof Error && 'code' in error)
      throw new UsageError(`cannot read ${file}: ${error.message}`, { cause: error })
    throw error
  } finally {
    signal?.removeEventListener('abort', leave)
  }
  rest += decoder.decode()
  if (rest !== '' && !skipping) yield [withoutReturn(rest)]
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)
