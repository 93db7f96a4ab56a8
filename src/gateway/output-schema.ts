import { isSmall, parseJson } from '../gates/scorers/field.ts'
import { compileSchema } from '../gates/scorers/json-schema.ts'

/** 1 when the text is JSON that matches, else 0. */
export type OutputCheck = (output: string) => 0 | 1

const limits = { depth: 64, members: 10_000 }

/**
 * Compiles a JSON schema once per release: the same check as the scorer json-schema, so that gate and gateway judge
 * alike.
 * @throws Error when it is not a schema
 */
export function compileOutputCheck(schema: Record<string, unknown>): OutputCheck {
  const matches = compileSchema(schema, 'output schema')
  return output => {
    const value = parseJson(output)
    return value !== undefined && isSmall(value, limits) && matches(value) ? 1 : 0
  }
}
