import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConditionError, parseCondition } from './condition.ts'

test('a condition is read into clauses of weighted sums, factors on either side', () => {
  expect(parseCondition('n - o > 0.02 +/- 0.05 /\\ d < .1 +/- 1e-2').clauses).toEqual([
    {
      text: 'n - o > 0.02 +/- 0.05',
      terms: { n: 1, o: -1 },
      operator: '>',
      threshold: 0.02,
      tolerance: 0.05,
    },
    { text: 'd < .1 +/- 1e-2', terms: { d: 1 }, operator: '<', threshold: 0.1, tolerance: 0.01 },
  ])
  const [before] = parseCondition('n-1.1*o>-0.01+/-0.05').clauses
  const [after] = parseCondition(' n - o * 1.1 > - 0.01 ± 0.05 && n > .5 +/- .1').clauses
  expect(before).toMatchObject({ terms: { n: 1, o: -1.1 }, threshold: -0.01 })
  expect({ ...after, text: '' }).toEqual({ ...before, text: '' })
  expect(parseCondition('-o + n + n > 0 +/- .1').clauses[0]?.terms).toEqual({ n: 2, o: -1 })
})

test('what can not be read is named with its position and what to write', () => {
  const messages = {
    '': 'expected n, o or d (at character 1)',
    'n > 0.8': 'expected a tolerance, such as +/- 0.05 (at character 8)',
    'n >> 0.8': 'expected a number to compare with, such as 0.02, found ">" (at character 4)',
    'n >= 0.8 +/- 0.1':
      '"=" has no meaning here; a condition looks like n - o > 0.02 +/- 0.05 (at character 4)',
    'n - 1.1 o > 0 +/- .1':
      'expected * and n, o or d after a factor, such as 1.1 * o, found "o" (at character 9)',
    'n > 0.8 +/- 0': 'the tolerance must be above 0, such as +/- 0.05 (at character 13)',
    'n - n > 0 +/- .1': 'n has the factor 0; leave it out or change the sum (at character 1)',
    'm > 0 +/- .1': 'expected n, o or d, found "m" (at character 1)',
    'n > 0 +/- .1 and d < 1 +/- .1':
      'expected /\\ and another clause, or the end, found "and" (at character 14)',
    'process.exit()': 'expected n, o or d, found "process" (at character 1)',
  }
  for (const [text, message] of Object.entries(messages)) {
    const read = () => parseCondition(text)
    if (!text.includes('process')) expect(read).toThrow(message)
    expect(read).toThrow(ConditionError)
  }
  expect(() => parseCondition(`${'n + '.repeat(400)}n > 0 +/- .1`)).toThrow(
    'a condition may have 1024 characters',
  )
  expect(() => parseCondition(Array(17).fill('n>0+/-1').join('&&'))).toThrow(
    'a condition may have 16 clauses',
  )
})

test('any text is either read or refused with a position inside it', () => {
  const token = fc.constantFrom(
    'n',
    'o',
    'd',
    '>',
    '<',
    '+/-',
    '+',
    '-',
    '*',
    '/\\',
    '&&',
    ' ',
    '.5',
    '2',
    '(',
    '=',
    'x',
  )
  const text = fc.oneof(
    fc.array(token).map(tokens => tokens.join('')),
    fc.string(),
  )
  fc.assert(
    fc.property(text, text => {
      try {
        expect(parseCondition(text).clauses.length).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toBeInstanceOf(ConditionError)
        expect((error as ConditionError).position).toBeGreaterThanOrEqual(1)
        expect((error as ConditionError).position).toBeLessThanOrEqual(text.length + 1)
      }
    }),
    { numRuns: 150 },
  )
})
