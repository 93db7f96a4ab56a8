import type { z } from 'zod'
import type { Cause } from './errors.ts'
import { pathText } from './prune.ts'
import type { Schema } from './schema.ts'

type Issue = z.core.$ZodIssue

const MAX_CAUSES = 50

/**
 * zod's issues as Kubernetes puts them, with the messages of its own schema validation, which people and tools
 * know. `show` prints a value for a message, so that secret ones can be left out.
 */
export function causesOf(issues: readonly Issue[], root: unknown, schema: Schema, show = shown): Cause[] {
  return issues
    .slice(0, MAX_CAUSES)
    .map(issue => causeOf(issue, valueAt(root, issue.path), schemaAt(schema, issue.path), show))
}

/** A value as it stands in a message: JSON, cut to a readable length. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

function causeOf(
  issue: Issue,
  value: unknown,
  schema: Schema | undefined,
  show: (value: unknown) => string,
): Cause {
  const field = pathText(issue.path)
  const invalid = (what: string): Cause => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${show(value)}: ${field} in body ${what}`,
    field,
  })
  if (value === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value'))
    return { reason: 'FieldValueRequired', message: 'Required value', field }
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(field, schema?.type ?? issue.expected, value)
    case 'invalid_value': {
      const values = issue.values.map(one => JSON.stringify(one)).join(', ')
      const message = `Unsupported value: ${show(value)}: supported values: ${values}`
      return { reason: 'FieldValueNotSupported', message, field }
    }
    case 'too_big':
      return tooBig(issue, field, value, invalid)
    case 'too_small':
      return tooSmall(issue, invalid)
    case 'invalid_format':
      return invalid(
        issue.format === 'regex' && issue.pattern !== undefined
          ? `should match '${issue.pattern.replace(/^\/|\/[a-z]*$/g, '')}'`
          : `must be of type ${issue.format}`,
      )
    case 'not_multiple_of':
      return invalid(`should be a multiple of ${issue.divisor}`)
    case 'invalid_key':
      return invalid(`has a name that is not allowed: ${issue.issues[0]?.message ?? 'invalid'}`)
    case 'invalid_union':
      return wrongType(field, unionTypes(issue.errors), value)
    default:
      return invalid(`is not valid: ${issue.message}`)
  }
}

function wrongType(field: string, type: string, value: unknown): Cause {
  const found = typeName(value)
  const message = `Invalid value: "${found}": ${field} in body must be of type ${type}: "${found}"`
  return { reason: 'FieldValueTypeInvalid', message, field }
}

function tooBig(
  issue: z.core.$ZodIssueTooBig,
  field: string,
  value: unknown,
  invalid: (what: string) => Cause,
): Cause {
  const { origin, maximum } = issue
  if (origin === 'string') {
    const message = `Too long: may not be more than ${maximum} characters`
    return { reason: 'FieldValueTooLong', message, field }
  }
  if (origin === 'array') {
    const message = `Too many: ${Array.isArray(value) ? value.length : 0}: must have at most ${maximum} items`
    return { reason: 'FieldValueTooMany', message, field }
  }
  return invalid(`should be less than ${issue.inclusive === false ? '' : 'or equal to '}${maximum}`)
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, invalid: (what: string) => Cause): Cause {
  const { origin, minimum } = issue
  if (origin === 'string') return invalid(`should be at least ${minimum} chars long`)
  if (origin === 'array') return invalid(`should have at least ${minimum} items`)
  return invalid(`should be greater than ${issue.inclusive === false ? '' : 'or equal to '}${minimum}`)
}

const unionTypes = (errors: readonly (readonly Issue[])[]): string =>
  errors
    .flatMap(issues => issues.flatMap(issue => (issue.code === 'invalid_type' ? [issue.expected] : [])))
    .join(' or ')

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root
  for (const key of path)
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined
  return value
}

function schemaAt(root: Schema, path: readonly PropertyKey[]): Schema | undefined {
  let schema: Schema | undefined = root
  for (const key of path)
    schema =
      typeof key === 'number'
        ? schema?.items
        : (schema?.properties?.[String(key)] ?? schema?.additionalProperties)
  return schema
}
