import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { needs, sharedData } from '../../../../test/needs.ts'
import { groundedness } from './score.ts'

const context = [
  'Keelway was founded in 2019 in Bern by Anna Keller.',
  'The gateway enforces budgets per key and per team.',
  'Support answers on weekdays from 9 to 17 by e-mail.',
].join(' ')

describe('groundedness', () => {
  test.each([
    context,
    'It was founded in 2019.',
    'The gateway enforces budgets per team and per key.',
    'Support answers by e-mail on weekdays.',
  ])('is high for what the context says: %s', answer => {
    expect(groundedness(context, answer).score).toBeGreaterThan(0.7)
  })

  test.each([
    'Keelway has 500 customers and raised 10 million dollars.',
    'I love it, it is the best gateway I know!',
    'What would you like to know about it?',
  ])('is low for what it does not say: %s', answer => {
    expect(groundedness(context, answer).score).toBeLessThan(0.2)
  })

  test.each([
    ['Keelway was founded in 2019.', 'Keelway was founded in 2021.'],
    ['Keelway was founded in Bern.', 'Keelway was founded in Zurich.'],
    ['The gateway enforces budgets.', 'The gateway does not enforce budgets.'],
  ])('falls from %j to %j', (right, wrong) => {
    expect(groundedness(context, wrong).score).toBeLessThan(groundedness(context, right).score - 0.1)
  })

  test('names for each sentence the place of the context that supports it best', () => {
    const answer = 'Budgets are enforced per key. Support is there on weekdays.'
    const { sentences } = groundedness(context, answer)
    expect(
      sentences.map(({ start, end, best }) => [
        answer.slice(start, end),
        best && context.slice(best.start, best.end),
      ]),
    ).toEqual([
      ['Budgets are enforced per key.', 'The gateway enforces budgets per key and per team.'],
      ['Support is there on weekdays.', 'Support answers on weekdays from 9 to 17 by e-mail.'],
    ])
  })

  test('says that its confidence is low where an answer has the words but none of their order', () => {
    expect(
      groundedness(context, 'Weekdays: e-mail support; team budgets, enforced; Anna Keller, founder.')
        .confidence,
    ).toBe('low')
    expect(groundedness(context, 'It was founded in 2019.').confidence).toBe('normal')
    expect(groundedness(context, '').confidence).toBe('low')
  })

  test('takes any text, in time linear in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (context, answer, question) => {
        const { score } = groundedness(context, answer, question)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(1)
      }),
    )
    const began = performance.now()
    for (const unit of ['a ', 'a. ', '1', '.\n', '(', "a'", 'A', '好']) {
      const text = unit.repeat(100_000 / unit.length)
      groundedness(text, text, text)
    }
    expect(performance.now() - began).toBeLessThan(8_000)
  })

  const file = sharedData('groundedness', 'dev.jsonl')
  needs('shared data', file)('ranks supported above unsupported answers of BEGIN with AUC above .95', () => {
    const rows = readFileSync(file ?? '', 'utf8')
      .trim()
      .split('\n')
      .map(
        line =>
          JSON.parse(line) as {
            context: string
            answer: string
            question?: string
            label: 0 | 1
            source: string
          },
      )
    for (const source of new Set(rows.map(row => row.source))) {
      const scores = rows
        .filter(row => row.source === source)
        .map(row => ({
          label: row.label,
          score: groundedness(row.context, row.answer, row.question).score,
        }))
      const right = scores.filter(({ label }) => label === 1)
      const wrong = scores.filter(({ label }) => label === 0)
      const above = right.reduce((sum, { score }) => sum + wrong.filter(one => one.score < score).length, 0)
      expect(above / right.length / wrong.length, source).toBeGreaterThan(0.95)
    }
  })
})
