import { isSmall, LONGEST_JSON, parseJson } from '../../gates/scorers/field.ts'
import { compileSchema } from '../../gates/scorers/json-schema.ts'
import { compilePattern } from '../../gates/scorers/pattern.ts'
import { GatewayError } from '../failure.ts'
import type { PromptVariable } from '../snapshot.ts'
import { TemplateError } from './template-error.ts'

/** A value that fits its variable. */
export interface Value {
  value: unknown
  /** What it is written as, where that is not the value's own text. */
  text?: string
}

/** Reads a variable of a request. @throws GatewayError naming the variable, what it must be and where to send it */
export type ReadVariable = (given: unknown) => Value

const limits = { depth: 32, members: 20_000 }

/**
 * Checks prepared once per release.
 * @throws TemplateError when the declaration can not be used, or its own default does not fit
 */
export function compileVariable(name: string, declared: PromptVariable = { type: 'string' }): ReadVariable {
  const { type, required = true } = declared
  const checks = constraints(name, declared)
  const read = (given: unknown): Value | string => {
    const value = types[type](given)
    if (value === undefined) return `must be ${article(type)} ${type}`
    const failed = checks.find(({ fits }) => !fits(value.value))
    return failed ? failed.message : value
  }
  const missing = defaultOf(name, declared, read)
  const param = `keelway.variables.${name}`
  return given => {
    if (given === undefined || given === null) {
      if (missing) return missing
      if (!required) return { value: undefined, text: '' }
      throw new GatewayError(
        'missing_variable',
        `the prompt needs the variable "${name}" (${type}); send it in keelway.variables or metadata`,
        { param },
      )
    }
    const found = read(given)
    if (typeof found !== 'string') return found
    throw new GatewayError(
      'invalid_request',
      `the variable "${name}" ${found}; send it in keelway.variables or metadata`,
      { param },
    )
  }
}

function defaultOf(
  name: string,
  { default: given }: PromptVariable,
  read: (given: unknown) => Value | string,
): Value | undefined {
  if (given === undefined || given === null) return undefined
  const found = read(given)
  if (typeof found === 'string')
    throw new TemplateError(`spec.variables.${name}.default: the variable "${name}" ${found}`)
  return found
}

/** Metadata holds text only, so every type is also read from its text; that text is what is written. */
const types: Record<PromptVariable['type'], (given: unknown) => Value | undefined> = {
  string: given => (typeof given === 'string' ? { value: given } : undefined),
  number: given => {
    const text = typeof given === 'string' && given.trim() !== ''
    if (!text && typeof given !== 'number') return undefined
    const value = Number(given)
    return Number.isFinite(value) ? (text ? { value, text: given } : { value }) : undefined
  },
  boolean: given =>
    given === true || given === 'true'
      ? { value: true }
      : given === false || given === 'false'
        ? { value: false }
        : undefined,
  array: given => structure(given, Array.isArray),
  object: given =>
    structure(given, value => typeof value === 'object' && value !== null && !Array.isArray(value)),
}

function structure(given: unknown, fits: (value: unknown) => boolean): Value | undefined {
  const value = typeof given === 'string' ? parseJson(given) : given
  return fits(value) && isSmall(value, limits) ? { value } : undefined
}

const article = (type: string): string => (/^[aeiou]/.test(type) ? 'an' : 'a')

interface Constraint {
  fits(value: unknown): boolean
  /** Follows the name of the variable. */
  message: string
}

function constraints(name: string, declared: PromptVariable): Constraint[] {
  const found: Constraint[] = []
  const { enum: values, pattern, maxLength = LONGEST_JSON, schema } = declared
  found.push({
    fits: value => !(typeof value === 'string' || Array.isArray(value)) || value.length <= maxLength,
    message: `must have at most ${maxLength} ${declared.type === 'array' ? 'members' : 'characters'}`,
  })
  try {
    if (values) {
      if (declared.type === 'array' || declared.type === 'object')
        throw new Error('enum is for strings, numbers and booleans; use schema')
      found.push({
        fits: value => values.includes(String(value)),
        message: `must be one of ${values.join(', ')}`,
      })
    }
    if (pattern !== undefined) {
      const compiled = compilePattern(pattern, 'pattern')
      found.push({
        fits: value => typeof value !== 'string' || compiled.test(value),
        message: `must match ${pattern}`,
      })
    }
    if (schema) {
      const matches = compileSchema(schema, 'schema')
      found.push({ fits: matches, message: 'does not fit its JSON schema' })
    }
  } catch (error) {
    throw new TemplateError(`spec.variables.${name}: ${(error as Error).message}`, { cause: error })
  }
  return found
}
