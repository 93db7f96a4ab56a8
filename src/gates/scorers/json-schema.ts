import { Ajv, type AnySchema, type Options } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { fieldOf, isSmall, parseJson } from './field.ts'
import { compilePattern } from './pattern.ts'
import { ScorerError, type ScorerType } from './scorer.ts'

const SCHEMA_LIMITS = { depth: 32, members: 2000 }
const ANSWER_LIMITS = { depth: 64, members: 10_000 }

/**
 * 1 when the answer is JSON that matches the schema (draft 2020-12, or draft 7 where `$schema` says so). `format` is
 * taken as a note, `$ref` stays inside the schema, patterns are RE2. Needs no label.
 */
export const jsonSchema: ScorerType = {
  type: 'json-schema',
  create: ({ name, schema, field }) => {
    if (schema === undefined) throw new ScorerError(`scorer ${name}: type json-schema needs schema`)
    const matches = compileSchema(schema, `scorer ${name}: schema`)
    return ({ output }) => {
      const answer = parseJson(output)
      const value = field === undefined ? answer : fieldOf(answer, field)
      return Number(value !== undefined && isSmall(value, ANSWER_LIMITS) && matches(value))
    }
  },
}

/** @param at where the schema stands, for errors. @throws ScorerError when it is none, or too large */
export function compileSchema(schema: Record<string, unknown>, at: string): (value: unknown) => boolean {
  if (!isSmall(schema, SCHEMA_LIMITS))
    throw new ScorerError(
      `${at} may be ${SCHEMA_LIMITS.depth} levels deep and have ${SCHEMA_LIMITS.members} members`,
    )
  const regExp = Object.assign((pattern: string) => compilePattern(pattern, `${at}: pattern "${pattern}"`), {
    code: 'compilePattern',
  })
  const options: Options = {
    strict: false,
    validateFormats: false,
    logger: false,
    addUsedSchema: false,
    code: { regExp },
  }
  const old = String(schema.$schema ?? '').includes('draft-07')
  try {
    const validate = (old ? new Ajv(options) : new Ajv2020(options)).compile(schema as AnySchema)
    return value => validate(value) === true
  } catch (error) {
    if (error instanceof ScorerError) throw error
    throw new ScorerError(`${at}: ${(error as Error).message}`, { cause: error })
  }
}
