import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineDiff } from './text-diff.ts'

test('shows what changed with two lines around it', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n'
  expect(lineDiff(before, before.replace('e', 'E'))).toBe(' c\n d\n-e\n+E\n f\n g')
  expect(lineDiff(before, before.replace('b', 'B').replace('i', 'I'))).toBe(
    ' a\n-b\n+B\n c\n d\n…\n g\n h\n-i\n+I\n j',
  )
  expect(lineDiff('', 'a\n')).toBe('+a')
  expect(lineDiff('a', 'a')).toBe('')
})

test('a long diff is cut and says so', () => {
  expect(lineDiff('', 'x\n'.repeat(5000), 10)).toBe('+x\n+x\n+x\n+\n…')
})

test('what is gone and new is what the texts differ in', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      const edits = lineDiff(before.join('\n'), after.join('\n')).split('\n')
      const count = (line: string, among: readonly string[]) => among.filter(each => each === line).length
      for (const line of ['a', 'b', 'c'])
        expect(count(`+${line}`, edits) - count(`-${line}`, edits)).toBe(
          count(line, after) - count(line, before),
        )
    }),
  )
})
