import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffLines, diffText } from './prompt-text-diff.ts'

test('gives both texts back, and says nothing of equal ones', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map(lines => lines.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after)
      const without = (kind: string) =>
        lines
          .filter(line => line.kind !== kind)
          .map(line => line.text)
          .join('\n')
      expect(without('added')).toBe(before)
      expect(without('removed')).toBe(after)
      if (before === after) expect(diffText(lines)).toBe('')
    }),
  )
})

test('shows what is near a change', () => {
  const before = Array.from({ length: 20 }, (_, i) => String(i))
  const after = before.map(line => (line === '4' || line === '15' ? `${line}!` : line))
  expect(diffText(diffLines(before.join('\n'), after.join('\n')), 1).split('\n')).toEqual([
    '  …',
    '  3',
    '- 4',
    '+ 4!',
    '  5',
    '  …',
    '  14',
    '- 15',
    '+ 15!',
    '  16',
  ])
})

test('takes texts of any size', () => {
  const many = (mark: string) => Array.from({ length: 30_000 }, (_, i) => `${mark}${i}`).join('\n')
  expect(diffLines(many('a'), many('b'))).toHaveLength(60_000)
})
