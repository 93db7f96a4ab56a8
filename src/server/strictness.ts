import type { Kind } from '../api/kind.ts'
import { badRequest, invalid } from './refusals.ts'
import type { WriteOptions } from './write-options.ts'

/** What a body holds that its kind does not know, or knows once only. */
export interface Findings {
  unknownFields: readonly string[]
  duplicates: readonly string[]
}

/** All warnings of an answer together, in characters. */
const mostWarning = 4096

/**
 * The Warning headers for what was dropped silently (RFC 7234 §5.5, code 299).
 * @throws ApiError under Strict: BadRequest, or Invalid for a patch
 */
export function checkFindings(
  kind: Kind,
  { fieldValidation }: WriteOptions,
  { unknownFields, duplicates }: Findings,
  patched?: { name: string; patch: unknown },
): string[] {
  if (fieldValidation === 'Ignore') return []
  const found = [
    ...unknownFields.map(field => `unknown field "${field}"`),
    ...duplicates.map(field => `duplicate field "${field}"`),
  ]
  if (found.length === 0 || fieldValidation === 'Warn') return found
  const message = `strict decoding error: ${found.join(', ')}`
  if (!patched)
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${message}`,
    )
  throw invalid(kind, patched.name, [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(patched.patch).slice(0, 1000)}: ${message}`,
      field: 'patch',
    },
  ])
}

/** The value of an answer's Warning header, or none. */
export function warningHeader(warnings: readonly string[]): Record<string, string> {
  const values: string[] = []
  let size = 0
  for (const text of warnings) {
    const value = `299 - ${JSON.stringify(text.replace(/[^\x20-\x7e]/g, '?'))}`
    size += value.length
    if (size > mostWarning) break
    values.push(value)
  }
  return values.length > 0 ? { warning: values.join(', ') } : {}
}
