import type { z } from 'zod'

/**
 * Parameters of a trainer with defaults filled in.
 * @throws RangeError that names the trainer and each parameter that is unknown or out of range
 */
export function parseParameters<T>(trainer: string, schema: z.ZodType<T>, given: Record<string, unknown>): T {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(issue =>
    issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message,
  )
  throw new RangeError(`parameters of trainer ${trainer}: ${issues.join('; ')}`)
}
