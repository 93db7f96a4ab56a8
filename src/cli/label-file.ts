import { readFile, stat, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { datasetLimits, parseDataset } from '../lib/dataset.ts'
import type { CallRecord } from '../telemetry/telemetry.ts'
import { UsageError } from './command.ts'

const Label = z.object({
  call: z.string().min(1).max(64),
  verdict: z.enum(['correct', 'not', 'skip']).nullish(),
  score: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,63}$/)
    .optional(),
  by: z.string().min(1).max(253).optional(),
  label: z
    .string()
    .max(16 << 10)
    .optional(),
})

/** One line of a file of labels. */
export interface ImportedLabel {
  line: number
  call: string
  verdict: 'correct' | 'not' | 'skip'
  score?: string | undefined
  by?: string | undefined
  /** The right answer. */
  label?: string | undefined
}

/** Writes the queue for people who label elsewhere; a verdict that stays null is a skip. */
export async function exportTasks(file: string, calls: readonly CallRecord[], score: string): Promise<void> {
  const lines = calls.map(({ id, at, release, input, context, output }) =>
    JSON.stringify({
      call: id,
      score,
      verdict: null,
      at: new Date(at).toISOString(),
      release,
      input,
      context,
      output,
    }),
  )
  await writeFile(file, lines.map(line => `${line}\n`).join(''), { mode: 0o600 })
}

/** @throws UsageError that names file and line of what can't be read; then nothing was taken */
export async function importLabels(file: string): Promise<ImportedLabel[]> {
  const size = (await stat(file).catch(() => undefined))?.size
  if (size === undefined) throw new UsageError(`there is no file ${file}`)
  if (size > datasetLimits.bytes) throw new UsageError(`${file} is larger than ${datasetLimits.bytes} bytes`)
  let records: { line: number; values: unknown }[]
  try {
    records = parseDataset(file, await readFile(file), 'jsonl').records
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
  return records.map(({ line, values }) => {
    const parsed = Label.safeParse(values)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw new UsageError(`${file}:${line}: ${issue?.path.join('.')}: ${issue?.message}`)
    }
    return { line, ...parsed.data, verdict: parsed.data.verdict ?? 'skip' }
  })
}
