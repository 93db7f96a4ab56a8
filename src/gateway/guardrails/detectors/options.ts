import type { z } from 'zod'
import { DetectorError } from '../detector.ts'

/** Options of a rule as a detector needs them. @throws DetectorError naming the option and what is wrong with it */
export function optionsOf<T>(detector: string, schema: z.ZodType<T>, options: unknown): T {
  const parsed = schema.safeParse(options ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = ['options', ...(issue?.path ?? [])].join('.')
  throw new DetectorError(`${detector}: ${path}: ${issue?.message ?? 'can not be used'}`)
}
