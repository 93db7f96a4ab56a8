import { expect, test } from 'vitest'
import { createScorer } from '../gates/scorers/index.ts'
import { compileOutputCheck } from './output-schema.ts'

const schema = { type: 'array', prefixItems: [{ type: 'string', pattern: '^[a-z]+$' }], items: false }

test.each([
  ['["a"]', 1],
  ['["A"]', 0],
  ['["a",1]', 0],
  ['{', 0],
  [`${'['.repeat(100)}${']'.repeat(100)}`, 0],
])(
  '%.20s is judged alike by the gateway and by the scorer of a gate, as JSON schema 2020-12',
  async (output, verdict) => {
    expect(compileOutputCheck(schema)(output)).toBe(verdict)
    const score = createScorer({ name: 's', type: 'json-schema', schema } as never)
    expect(await score({ output } as never)).toBe(verdict)
  },
)

test('what is no schema is refused', () => {
  expect(() => compileOutputCheck({ type: 'strnig' })).toThrow('output schema')
  expect(() => compileOutputCheck({ pattern: '(?=a)' })).toThrow('RE2')
})
