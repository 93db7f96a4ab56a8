import type { z } from 'zod'
import { UsageError } from './command.ts'
import { lineBatches } from './line-batches.ts'

const chunkBytes = 1 << 18
/** A line this long is cut, and then no JSON. */
const longest = 64 << 20

/**
 * The objects of a JSON lines file, one by one, blank lines left out; `-` is standard input. Lines end with LF or CRLF only:
 * JSON text may hold other line separators.
 * @throws UsageError naming file and line when it can not be read, is no JSON or does not fit the schema
 */
export async function* readJsonLines<T>(file: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  const name = file === '-' ? 'standard input' : file
  let number = 0
  for await (const batch of lineBatches(file, chunkBytes, longest))
    for (const line of batch) {
      number++
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line
      if (text.trim() !== '') yield parseLine(text, `${name}:${number}`, schema)
    }
}

function parseLine<T>(line: string, at: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new UsageError(`${at}: not JSON: ${(error as Error).message}`, { cause: error })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UsageError(`${at}: ${issue?.path.join('.') || 'the line'}: ${issue?.message}`)
}
