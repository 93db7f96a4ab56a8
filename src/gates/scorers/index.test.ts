import { expect, test } from 'vitest'
import { cost } from './cost.ts'
import { exact } from './exact.ts'
import { createScorer, scoreAnswer, scorerTypes } from './index.ts'
import { instructions } from './instructions.ts'
import { jsonSchema } from './json-schema.ts'
import { latency } from './latency.ts'
import { numeric } from './numeric.ts'
import { regex } from './regex.ts'
import { type ScorerExamples, scorerContract } from './scorer.contract.ts'

const schema = {
  type: 'object',
  properties: { action: { enum: ['deny', 'refund'] }, reply: { type: 'string', pattern: '^\\S' } },
  required: ['action', 'reply'],
}
const examples: ScorerExamples[] = [
  {
    type: exact,
    definition: { field: 'order.action' },
    good: [
      { output: '{"order":{"action":"deny"}}', expected: 'deny' },
      { output: '{"order":{"action":7}}', expected: ' 7\n' },
    ],
    bad: [
      { output: '{"order":{"action":"refund"}}', expected: 'deny' },
      { output: '{"action":"deny"}', expected: 'deny' },
      { output: 'deny', expected: 'deny' },
      { output: '', expected: 'deny' },
    ],
    unknown: [{ output: '{"order":{"action":"deny"}}' }],
    refused: [],
  },
  {
    type: regex,
    definition: { pattern: '(?i)^(spam|ham)$' },
    good: [{ output: ' Spam\n' }, { output: 'ham', expected: 'spam' }],
    bad: [{ output: 'spam or ham' }, { output: '' }],
    unknown: [],
    refused: [{}, { pattern: '(?=a)' }, { pattern: '((a{100}){100}){100}' }, { pattern: 'a'.repeat(5000) }],
  },
  {
    type: jsonSchema,
    definition: { schema },
    good: [
      { output: '{"action":"deny","reply":"No."}' },
      { output: ' {"action":"refund","reply":"x","more":1}' },
    ],
    bad: [
      { output: '{"action":"deny"}' },
      { output: '{"action":"deny","reply":" "}' },
      { output: '**Decision: deny**' },
      { output: 'null' },
      { output: '' },
    ],
    unknown: [],
    refused: [
      {},
      { schema: { type: 'nothing' } },
      { schema: { $ref: 'https://example.com/schema.json' } },
      { schema: { pattern: '(a)\\1' } },
      { schema: { enum: Array.from({ length: 3000 }, (_, i) => i) } },
    ],
  },
  {
    type: numeric,
    definition: { tolerance: 0.1 },
    good: [
      { output: ' 42.1 ', expected: '42' },
      { output: '-1e3', expected: '-1000' },
    ],
    bad: [
      { output: '42.2', expected: '42' },
      { output: 'about 42', expected: '42' },
      { output: '', expected: '0' },
      { output: 'Infinity', expected: '1' },
    ],
    unknown: [{ output: '42' }, { output: '42', expected: 'many' }],
    refused: [],
  },
  {
    type: instructions,
    definition: {
      instructions: [
        { id: 'punctuation:no_comma' },
        { id: 'keywords:frequency', keyword: 'deny', relation: 'less than', frequency: 2 },
      ],
    },
    good: [{ output: 'We deny it.' }],
    bad: [{ output: '' }, { output: 'deny, deny' }],
    unknown: [],
    refused: [
      { instructions: [] },
      { instructions: [{ id: 'punctuation:no_coma' }] },
      { instructions: [{ id: 'punctuation:no_comma', more: 1 }] },
      { instructions: [{ id: 'keywords:existence', keywords: [''] }] },
      { instructions: [{ id: 'language:response_language', language: 'German' }] },
    ],
  },
  {
    type: cost,
    definition: { limit: 0.01 },
    good: [{ output: '', costUsd: 0.01 }],
    bad: [{ output: '', costUsd: 0.011 }],
    unknown: [{ output: '' }],
    refused: [{}],
  },
  {
    type: latency,
    definition: { limit: 2500 },
    good: [{ output: '', latencyMs: 2500 }],
    bad: [{ output: '', latencyMs: 2501 }],
    unknown: [{ output: '' }],
    refused: [{}],
  },
]

for (const example of examples) scorerContract(example)

test('every type of scorer passes the contract suite', () => {
  expect(examples.map(({ type }) => type)).toEqual(scorerTypes)
})

test('a scorer of an unknown type is refused with the known ones', () => {
  const unknown = { name: 'x', type: 'judge' } as unknown as Parameters<typeof createScorer>[0]
  expect(() => createScorer(unknown)).toThrow('scorer x: there is no type judge; use exact, regex')
})

test('exact compares the whole answer when no field is named', () => {
  const definition = { name: 'right', type: 'exact' as const }
  expect(scoreAnswer(definition, { output: 'spam\n', expected: 'spam' })).toBe(1)
  expect(scoreAnswer(definition, { output: 'ham', expected: 'spam' })).toBe(0)
  expect(scoreAnswer({ ...definition }, { output: 'ham' })).toBe(null)
})

test('a schema of draft 7 keeps its meaning', () => {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'number' }] }
  const score = createScorer({ name: 's', type: 'json-schema', schema })
  expect(score({ output: '[1, "b"]' })).toBe(1)
  expect(score({ output: '["b"]' })).toBe(0)
})
