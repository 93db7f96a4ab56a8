import { RE2JS } from '@bufbuild/re2'
import { Ajv } from 'ajv'

/** 1 when the text is JSON that matches, else 0. */
export type OutputCheck = (output: string) => 0 | 1

/** Patterns of a schema run on RE2, whose time is linear in the text: a schema from a repository cannot block the gateway. */
const linear = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern)
    return { test: (text: string) => compiled.test(text) }
  },
  { code: 'linear' },
)

/** Compiles a JSON schema once per release. @throws Error when it is not a schema. */
export function compileOutputCheck(schema: Record<string, unknown>): OutputCheck {
  const ajv = new Ajv({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    code: { regExp: linear },
  })
  const matches = ajv.compile(schema)
  return output => {
    try {
      return matches(JSON.parse(output)) ? 1 : 0
    } catch (error) {
      if (error instanceof SyntaxError) return 0
      throw error
    }
  }
}
