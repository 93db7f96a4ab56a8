import { expect, test } from 'vitest'
import { createContinuations } from './entry.ts'
import { HeaderReader } from './header.ts'

function continuing(...lines: string[]): boolean[] {
  const reader = new HeaderReader()
  const continues = createContinuations()
  return lines.map(line => continues(line, reader.read(line)))
}

const time = '2024-01-02 03:04:05 ERROR'

test('lines without a time go on an entry that has one', () => {
  const lines = [
    `${time} a.B: broke`,
    'java.io.IOException: gone',
    '\tat a.B.c(B.java:1)',
    '',
    `${time} a.B: again`,
  ]
  expect(continuing(...lines)).toEqual([false, true, true, true, false])
})

test('in a file without times only the lines of a stack trace go on', () => {
  expect(continuing('broke', '    at a.B.c(B.java:1)', 'Caused by: x', 'done', '  indented')).toEqual([
    false,
    true,
    true,
    false,
    false,
  ])
  expect(continuing('  at the start of a file')).toEqual([false])
})

test('a file that ceases to have times ceases to have entries of many lines', () => {
  const lines = [
    ...Array.from({ length: 10 }, () => `${time} a.B: x`),
    ...Array.from({ length: 30_000 }, () => 'y'),
  ]
  const last = continuing(...lines).slice(-5000)
  expect(last.filter(Boolean).length).toBeLessThan(lines.length)
  expect(continuing(...Array.from({ length: 30 }, () => 'y'), ...lines.slice(0, 10), 'y').at(-1)).toBe(false)
})
