import { expect, test } from 'vitest'
import type { TemplateMatch } from './miner.ts'
import { createTemplateWindows } from './windows.ts'

const match = (id: string, level: TemplateMatch['level'] = 'info'): TemplateMatch => ({
  id,
  template: id,
  level,
  isNew: false,
})

test('lines are counted by template and level in the window of their time', () => {
  const windows = createTemplateWindows({ lengthMs: 60_000, keep: 10 })
  windows.add(61_000, match('a'))
  windows.add(60_000, match('a', 'error'))
  windows.add(180_000, match('b'))
  const [first, empty, last] = windows.windows()
  expect(first).toMatchObject({
    start: 60_000,
    end: 120_000,
    counts: new Map([['a', 2]]),
    levels: [0, 0, 0, 1, 0, 1, 0],
  })
  expect(empty).toMatchObject({ start: 120_000, counts: new Map() })
  expect(last).toMatchObject({ start: 180_000, counts: new Map([['b', 1]]) })
})

test('counts of templates that became one are added up', () => {
  const windows = createTemplateWindows({ lengthMs: 1000, keep: 2 })
  windows.add(0, match('a'))
  windows.add(1, match('b'))
  expect(windows.windows(id => (id === 'a' ? 'b' : id))[0]?.counts).toEqual(new Map([['b', 2]]))
})

test('windows and templates are bounded, and lines that come too late are refused', () => {
  const windows = createTemplateWindows({ lengthMs: 1000, keep: 3, maxTemplates: 2 })
  for (let i = 0; i < 10; i++) expect(windows.add(i * 1000, match(`t${i}`))).toBe(true)
  expect(windows.add(2000, match('late'))).toBe(false)
  expect(windows.add(Number.NaN, match('never'))).toBe(false)
  for (const id of ['x', 'y', 'z', 't9']) windows.add(9000, match(id))
  expect(windows.windows().map(({ start }) => start)).toEqual([7000, 8000, 9000])
  expect(windows.windows().at(-1)).toMatchObject({
    counts: new Map([
      ['t9', 2],
      ['x', 1],
    ]),
    uncounted: 2,
  })
})
