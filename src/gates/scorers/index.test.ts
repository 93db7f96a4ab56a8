import { expect, test } from 'vitest'
import { cost } from './cost.ts'
import { exact } from './exact.ts'
import { groundedness } from './groundedness.ts'
import { createScorer, scoreAnswer, scorerTypes } from './index.ts'
import { instructions } from './instructions.ts'
import { jsonSchema } from './json-schema.ts'
import { judge } from './judge.ts'
import { language } from './language.ts'
import { latency } from './latency.ts'
import { numeric } from './numeric.ts'
import { reference } from './reference.ts'
import { refusal } from './refusal.ts'
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
    type: reference,
    definition: { compare: 'match' },
    good: [
      { output: 'The Seine, in Paris!', expected: 'seine in paris' },
      { output: '東京', expected: '東京。' },
    ],
    bad: [
      { output: 'In Paris', expected: 'Paris in' },
      { output: '', expected: 'Paris' },
    ],
    unknown: [{ output: 'Paris' }, { output: 'Paris', expected: ' . ' }],
    refused: [],
  },
  {
    type: refusal,
    definition: {},
    good: [
      { output: 'Sure. Your parcel arrives on Monday.' },
      { output: "I'm so sorry to hear that. We refund you today." },
      { output: "I can't help but notice that you are early, which is great." },
      { output: 'We cannot wait to see you on Monday.' },
    ],
    bad: [
      { output: "I'm sorry, but I can't help with that." },
      { output: 'I’m unable to provide that information.' },
      { output: 'As an AI language model, I do not have the ability to browse.' },
      { output: 'We must respectfully decline.' },
      { output: 'Es tut mir leid, ich kann Ihnen dabei nicht helfen.' },
      { output: 'Je ne peux pas vous aider avec cette demande.' },
      { output: 'Lo siento, no puedo ayudar con eso.' },
      { output: ' ' },
    ],
    unknown: [],
    refused: [],
  },
  {
    type: language,
    definition: {},
    good: [
      { output: 'Ihr Paket kommt am Montag bei Ihnen an.', input: 'Wann kommt endlich mein Paket an?' },
      { output: 'ਤੁਹਾਡਾ ਪਾਰਸਲ ਸੋਮਵਾਰ ਨੂੰ ਆਵੇਗਾ।', input: 'ਮੇਰਾ ਪਾਰਸਲ ਕਦੋਂ ਆਵੇਗਾ?' },
    ],
    bad: [{ output: 'Your parcel will arrive on Monday.', input: 'Wann kommt endlich mein Paket an?' }],
    unknown: [{ output: 'Your parcel will arrive on Monday.' }, { output: '42', input: 'How much is it?' }],
    refused: [],
  },
  {
    type: groundedness,
    definition: {},
    good: [],
    bad: [],
    unknown: [
      { output: 'The parcel comes on Monday.' },
      { output: 'The parcel comes on Monday.', context: ' ' },
      { output: '', context: 'The parcel comes on Monday.' },
    ],
    refused: [],
  },
  {
    type: judge,
    definition: { judge: { route: 'judge', rubric: 'polite', bothOrders: false, atMost: { verdicts: 1 } } },
    good: [],
    bad: [],
    unknown: [{ output: 'Please.', input: 'May I?' }],
    refused: [{}],
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
  expect(new Set(examples.map(({ type }) => type))).toEqual(new Set(scorerTypes))
  expect(examples).toHaveLength(scorerTypes.length)
})

test('a scorer of an unknown type is refused with the known ones', () => {
  const unknown = { name: 'x', type: 'oracle' } as unknown as Parameters<typeof createScorer>[0]
  expect(() => createScorer(unknown)).toThrow('scorer x: there is no type oracle; use exact, numeric')
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

test('reference gives the share of words in common where wording may differ', () => {
  const score = createScorer({ name: 'near', type: 'reference' })
  expect(score({ output: 'It flows through Paris', expected: 'Paris' })).toBeCloseTo(2 / 5)
  expect(score({ output: 'Paris', expected: 'the Paris' })).toBe(1)
})

test('an answer that the documents say is grounded more than one that they do not', () => {
  const score = createScorer({ name: 'grounded', type: 'groundedness' })
  const context = 'Parcels to Norway take four days. Returns are free within thirty days of delivery.'
  const right = score({ output: 'Parcels to Norway take four days.', context }) ?? 0
  const wrong = score({ output: 'Our shop in Oslo opens at nine every morning in June.', context }) ?? 1
  expect(right).toBeGreaterThan(0.8)
  expect(wrong).toBeLessThan(0.4)
})

test('a refusal of one part of a long answer counts half', () => {
  const score = createScorer({ name: 'answered', type: 'refusal' })
  expect(score({ output: `I can't give legal advice. ${'The rule says so. '.repeat(50)}` })).toBe(0.5)
})

test('the language is told for languages that share a script', () => {
  const score = (language: string, output: string) =>
    createScorer({ name: 'l', type: 'language', language })({ output })
  expect(score('mr', 'मला माझे पैसे परत हवे आहेत आणि ते आज हवे आहेत.')).toBe(1)
  expect(score('hi', 'मुझे अपने पैसे वापस चाहिए और यह आज ही होना है।')).toBe(1)
  expect(score('ne', 'मलाई आज नै मेरो पैसा फिर्ता गर्नु पर्छ, यो काम छिटो हुन्छ।')).toBe(1)
  expect(score('sw', 'Nataka pesa yangu irudishwe leo kwa sababu bidhaa hii ni mbovu sana.')).toBe(1)
  expect(score('es', 'Quiero que me devuelvan el dinero hoy porque el producto no funciona.')).toBe(1)
})
