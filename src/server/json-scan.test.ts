import fc from 'fast-check'
import { expect, test } from 'vitest'
import { duplicateMembers } from './json-scan.ts'

test.each([
  ['{"a":1,"a":2}', ['a']],
  ['{"a":{"b":[{"c":1},{"c":1,"c":2}]}}', ['a.b[1].c']],
  [String.raw`{"a":"\"b\":","b":1,"\u0062":2}`, ['b']],
  [String.raw`{"a\\":1,"b":"x\\","c":1,"c":1}`, ['c']],
  ['[{"a":1},{"a":1}]', []],
  ['{"a":"a","b":["a","a"]}', []],
])('%s has %j twice', (text, expected) => {
  expect(duplicateMembers(text)).toEqual(expected)
})

test('no JSON that a program wrote has duplicates', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
      expect(duplicateMembers(JSON.stringify(value, null, indent))).toEqual([])
    }),
  )
})

test('one member repeated anywhere is found', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), object => {
      const [key = ''] = Object.keys(object)
      const text = `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(key)}:1}`
      expect(duplicateMembers(text)).toEqual([key])
    }),
  )
})

test('what is nested too deeply is refused', () => {
  expect(() => duplicateMembers('['.repeat(65) + ']'.repeat(65))).toThrow('nested deeper than 64 levels')
})
