import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EntryJoiner } from './log-entries.ts'

function entries(text: string): string[] {
  const joiner = new EntryJoiner()
  const joined = text
    .split('\n')
    .flatMap((line, index) => joiner.push({ text: line, start: index, end: index + 1 }, Date.UTC(2026, 0, 5)))
  return [...joined, ...joiner.flush()].map(entry => entry.text)
}

test.each([
  [
    'Java',
    'java.lang.Error: a\n\tat A.b(A.java:1)\nCaused by: java.io.IOException: c\n\t... 2 more\nnext',
    2,
  ],
  ['JavaScript', 'TypeError: a\n    at b (c.js:1:2)\n    at d\nnext', 2],
  [
    'Python',
    'Traceback (most recent call last):\n  File "a.py", line 1, in b\n    c()\nValueError: d\nnext line',
    2,
  ],
  [
    'Python, an error within an error',
    'Traceback (most recent call last):\n  File "a.py"\nKeyError: d\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "b.py"\nValueError: e\nnext line',
    2,
  ],
  [
    'Go',
    'panic: a\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:4 +0x1\nexit status 2\nnext line of text',
    2,
  ],
  ['.NET', 'System.Exception: a\n   at B.C() in d.cs:line 4\n--- End of inner exception\nnext', 2],
  ['lines of their own', 'a\nb\nc', 3],
  ['JSON', '{"a":1}\n{"b":2}', 2],
])('%s', (_, text, count) => {
  expect(entries(text)).toHaveLength(count)
})

test('where every entry begins with a time, other lines belong to the one before', () => {
  const log = Array.from({ length: 20 }, (_, index) => `2026-01-04T10:00:${index + 10}Z INFO query ${index}`)
  expect(entries([...log, 'SELECT *', 'FROM orders'].join('\n')).at(-1)).toBe(
    `${log.at(-1)}\nSELECT *\nFROM orders`,
  )
})

test('a trace without an end is cut into pieces of bounded size', () => {
  const pieces = entries(`Error: a\n${'  at b\n'.repeat(2000)}`)
  expect(pieces.length).toBeGreaterThan(3)
  expect(Math.max(...pieces.map(piece => piece.split('\n').length))).toBeLessThanOrEqual(500)
})

test('no text is lost or told twice', () => {
  const line = fc.constantFrom(
    'a',
    '  b',
    'Caused by: c',
    'INFO d',
    '',
    'Traceback (most recent call last):',
    '{"e":1}',
  )
  fc.assert(
    fc.property(fc.array(line), lines => {
      const words = (text: string) => text.split(/\s+/).filter(Boolean)
      expect(words(entries(lines.join('\n')).join('\n'))).toEqual(words(lines.join('\n')))
    }),
  )
})
