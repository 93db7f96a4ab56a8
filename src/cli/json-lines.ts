import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { z } from 'zod'
import { UsageError } from './command.ts'

/**
 * The objects of a JSON lines file, one by one, blank lines left out; `-` is standard input.
 * @throws UsageError naming file and line when it can not be read, is no JSON or does not fit the schema
 */
export async function* readJsonLines<T>(file: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  const failed = new Promise<never>((_, reject) =>
    input.once('error', (error: Error) => reject(new UsageError(`cannot read ${file}: ${error.message}`))),
  )
  failed.catch(() => undefined)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
  for (let number = 1; ; number++) {
    const next = await Promise.race([lines.next(), failed])
    if (next.done) return
    const line = number === 1 ? next.value.replace(/^\uFEFF/, '') : next.value
    if (line.trim() !== '')
      yield parseLine(line, `${file === '-' ? 'standard input' : file}:${number}`, schema)
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
