import { describe, expect, test } from 'vitest'
import { compileExpression } from './cel.ts'
import type { Schema } from './schema.ts'

const schema: Schema = {
  type: 'object',
  properties: {
    count: { type: 'integer' },
    share: { type: 'number' },
    text: { type: 'string' },
    numbers: { type: 'array', items: { type: 'integer' } },
    steps: { type: 'array', items: { 'x-kubernetes-int-or-string': true } },
    sizes: { type: 'object', additionalProperties: { type: 'integer' } },
    parts: { type: 'array', items: { type: 'object', properties: { x: { type: 'string' } } } },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    namespace: { type: 'string' },
    'max-units': { type: 'integer' },
    metadata: { type: 'object' },
  },
}
const self = {
  count: 3,
  share: 1,
  text: 'aaa',
  numbers: [1, 2, 2],
  steps: ['shadow', 5],
  sizes: { small: 1 },
  parts: [{ x: 'a' }, {}],
  open: { hidden: 1 },
  namespace: 'team',
  'max-units': 7,
  metadata: { name: 'w', labels: {} },
}

const evaluate = (text: string, value: unknown = self, oldSelf: unknown = self) =>
  compileExpression(text, schema).holds(value, oldSelf)

describe('an expression', () => {
  test.each([
    'self.count + 1 == 4',
    'self.count / 2 == 1',
    'self.share + 0.5 == 1.5',
    'self.share >= 1',
    'self.sizes.small == 1 && self.sizes["small"] == 1',
    'self.sizes.all(name, self.sizes[name] > 0) && size(self.sizes) == 1',
    'self.sizes == {"small": 1}',
    'self.steps.all(step, type(step) == string || step <= 100)',
    'self.numbers == [1, 2, 2]',
    'self.numbers.map(n, n * 2).exists(n, n == 4)',
    'self.numbers.filter(n, n > 1).size() == 2',
    'self.parts.exists_one(part, has(part.x))',
    'size(self.open) == 0',
    'self.__namespace__ == "team" && self.max__dash__units == 7',
    'self.metadata.name == "w"',
    'self == oldSelf',
    'self.text.matches("^(a+)+$")',
    'self.text.upperAscii() == "AAA" && self.text.charAt(0) == "a"',
    'self.numbers.sum() == 5 && [].sum() == 0',
    'self.numbers.min() == 1 && self.numbers.max() == 2',
    'self.numbers.isSorted() && !["b", "a"].isSorted()',
    'self.numbers.indexOf(2) == 1 && self.numbers.lastIndexOf(2) == 2 && self.numbers.indexOf(9) == -1',
    'sets.contains(self.numbers, [1]) && !sets.contains(self.numbers, [9])',
    'sets.equivalent(self.numbers, [2, 1]) && !sets.equivalent(self.numbers, [2])',
    'sets.intersects(self.numbers, [9, 2]) && !sets.intersects(self.numbers, [9])',
  ])('holds: %s', text => {
    expect(evaluate(text)).toBe(true)
  })

  test.each([
    'has(self.sizes.big)',
    'has(self.count) && self.count > 3',
    '"shadow" in self.steps && 6 in self.steps',
  ])('does not hold: %s', text => {
    expect(evaluate(text)).toBe(false)
  })

  test('tells an absent field from a present one', () => {
    expect(evaluate('has(self.count)', {})).toBe(false)
    expect(evaluate('has(self.count)', { count: 0 })).toBe(true)
    expect(evaluate('!has(self.parts) || self.parts.all(p, has(p.x))', {})).toBe(true)
  })

  test('says why it could not be evaluated', () => {
    expect(evaluate('self.sizes.big == 1')).toContain('big')
    expect(evaluate('[].max() == 1')).toBe('max called on an empty list')
    expect(evaluate('self.count')).toBe('the rule must give true or false')
  })

  test('matches in linear time where a backtracking engine would not end', () => {
    expect(evaluate('self.text.matches("^(a+)+$")', { text: `${'a'.repeat(5000)}!` })).toBe(false)
  })

  test('is about a change when it names oldSelf', () => {
    expect(compileExpression('self.count >= oldSelf.count', schema).transition).toBe(true)
    expect(compileExpression('self.count > 0', schema).transition).toBe(false)
  })

  test.each([
    ['self.count ==', 'expecting end of input'],
    ['self.gone == 1', 'there is no field gone'],
    ['has(self.gone)', 'there is no field gone'],
    ['self.parts.all(part, part.y == "")', 'there is no field y'],
    ['self.parts[0].y == ""', 'there is no field y'],
    ['self.open.hidden == 1', 'there is no field hidden'],
    ['self.metadata.labels.a == ""', 'there is no field labels'],
    ['object.count == 1', 'there is no variable object'],
    ['self.text.shout() == "A"', 'there is no function shout'],
    ['oldSelf.gone == 1', 'there is no field gone'],
  ])('can not be compiled: %s', (text, why) => {
    expect(() => compileExpression(text, schema)).toThrow(why)
    expect(() => compileExpression(text, schema)).toThrow(`rule "${text}" can not be compiled`)
  })
})
