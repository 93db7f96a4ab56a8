import { z } from 'zod'
import { compileOutputCheck } from '../../output-schema.ts'
import type { Check } from '../check.ts'
import { DetectorError } from '../detector.ts'

const optionsOf = z.strictObject({ schema: z.record(z.string(), z.unknown()) })

/** Every answer that calls no tool must be JSON that matches. */
export const jsonSchemaCheck: Check = {
  name: 'json-schema',
  summary: 'The answer is JSON that matches a schema.',
  threshold: 1,
  create: options => {
    const parsed = optionsOf.safeParse(options)
    if (!parsed.success) throw new DetectorError('json-schema needs options.schema, a JSON schema')
    const matches = compileOutputCheck(parsed.data.schema)
    return ({ choices }) =>
      choices.flatMap(({ text, toolCalls }) =>
        toolCalls.length > 0 || matches(text) === 1 ? [] : [{ score: 1, reason: 'schema-mismatch' }],
      )
  },
}
