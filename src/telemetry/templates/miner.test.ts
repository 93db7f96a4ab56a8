import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { needs, sharedData } from '../../../test/needs.ts'
import { seededRandom } from '../../lib/random.ts'
import { anyText } from './any-text.fake.ts'
import { createTemplateMiner, type TemplateMiner } from './miner.ts'

const names = 'root git mysql anna otto nina karl lena'.split(' ')

/** The texts of the templates after all lines, those of most lines first. */
function mined(lines: readonly string[]): string[] {
  const miner = createTemplateMiner()
  for (const line of lines) miner.add(line)
  miner.settle()
  return miner.templates().map(({ template }) => template)
}

/** What a miner finally says about lines it was given. */
function idsOf(lines: readonly string[], miner: TemplateMiner = createTemplateMiner()): string[] {
  const ids = lines.map(line => miner.add(line).id)
  miner.settle()
  return ids.map(id => miner.current(id))
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = seededRandom(seed)
  return list
    .map(item => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

describe('the miner takes for values', () => {
  test('words of which there are many where all else is the same', () => {
    expect(mined(names.map(name => `Failed password for ${name} from 10.0.0.1 port 22`))).toEqual([
      'Failed password for <*> from <*> port <*>',
    ])
  })

  test('words beside a value that is one for sure', () => {
    expect(mined(['chdir to 127 failed: no such file', 'chdir to pwd failed: no such file'])).toEqual([
      'chdir to <*> failed: no such file',
    ])
  })

  test('words that were values behind the same word elsewhere', () => {
    const lines = [
      ...names.map(name => `session closed for user ${name}`),
      'session opened for user root by login',
      'session opened for user anna by login',
    ]
    expect(mined(lines)).toEqual(['session closed for user <*>', 'session opened for user <*> by login'])
  })

  test('the values of keys that change together', () => {
    const pairs = names.map(
      (name, i) => `Seat request of train from=${name} to=${names[(i + 1) % names.length]} ok`,
    )
    expect(mined(pairs)).toEqual(['Seat request of train from=<*> to=<*> ok'])
  })

  test('lists of any length', () => {
    const lists = names.map(
      (_, i) => `view permissions of users: Set(${names.slice(0, i + 1).join(', ')}) were granted`,
    )
    expect(mined(lists)).toEqual(['view permissions of users: Set(<*>) were granted'])
    expect(mined(['got [{id=1}] ok', 'got [{id=1}, {id=2}, {id=3}] ok'])).toEqual(['got [{id=<*>}] ok'])
  })
})

describe('the miner takes for the message', () => {
  test('words that say what happened', () => {
    const lines = ['Started', 'Paused', 'Resumed', 'Stopped'].map(
      word => `[instance: 7] VM ${word} by the scheduler`,
    )
    expect(mined([...lines, ...lines])).toHaveLength(4)
  })

  test('words of a small set that does not grow with the lines', () => {
    const states = ['red', 'green', 'blue', 'amber'].map(state => `The signal of this line is ${state} now`)
    expect(mined(Array.from({ length: 1000 }, () => states).flat())).toHaveLength(4)
  })

  test('all words of lines that have little in common', () => {
    expect(mined(names.map(name => `${name} succeeded`))).toHaveLength(names.length)
  })
})

describe('the id of a template', () => {
  const lines = [
    ...names.map(name => `2024-01-02 03:04:05 INFO a.B: user ${name} took 5 ms of  time`),
    '2024-01-02 03:04:05 INFO a.B: started',
    '2024-01-02 03:04:05 INFO a.B: done in 5 s',
  ]

  test('is the same in any order of lines', () => {
    const sorted = (list: string[]) => [...new Set(list)].sort()
    for (let seed = 1; seed < 20; seed++)
      expect(sorted(idsOf(shuffled(lines, seed)))).toEqual(sorted(idsOf(lines)))
  })

  test('is the same after a restart, with and without what was known', () => {
    const before = createTemplateMiner()
    const ids = idsOf(lines, before)
    const stored = JSON.parse(JSON.stringify(before.snapshot())) as ReturnType<TemplateMiner['snapshot']>
    const after = createTemplateMiner({ snapshot: stored })
    expect(after.status()).toEqual(before.status())
    expect(lines.map(line => after.add(line).id)).toEqual(ids)
    expect(lines.map(line => after.add(line).isNew)).not.toContain(true)
    expect(idsOf(lines)).toEqual(ids)
  })

  test('is known to be superseded after a restart', () => {
    const before = createTemplateMiner()
    const first = before.add(lines[0] ?? '').id
    idsOf(lines, before)
    const after = createTemplateMiner({ snapshot: before.snapshot() })
    expect(after.current(first)).not.toBe(first)
    expect(after.templates().map(({ id }) => id)).toContain(after.current(first))
  })

  test('is learned again from a snapshot of another version', () => {
    const before = createTemplateMiner()
    const ids = idsOf(lines, before)
    const after = createTemplateMiner({ snapshot: { ...before.snapshot(), version: 0 } })
    expect(after.status().lines).toBe(0)
    expect(idsOf(lines, after)).toEqual(ids)
  })
})

test('a line is new when it is the first of its kind, and carries its level', () => {
  const miner = createTemplateMiner()
  expect(miner.add('2024-01-02 03:04:05 WARN a.B: low on disk: 5%')).toMatchObject({
    template: 'low on disk: <*>',
    level: 'warn',
    isNew: true,
  })
  expect(miner.add('2024-01-02 03:04:06 ERROR a.B: low on disk: 1%')).toMatchObject({
    level: 'error',
    isNew: false,
  })
  expect(miner.templates()).toMatchObject([{ count: 2, first: 1, last: 2, level: 'warn' }])
})

test('templates beyond the most are dropped, the longest unseen first, and counted', () => {
  const miner = createTemplateMiner({ maxTemplates: 100 })
  const random = seededRandom(1)
  const word = () =>
    Array.from({ length: 8 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('')
  for (let i = 0; i < 5000; i++) {
    miner.add('the one that stays')
    miner.add(Array.from({ length: 2 + (i % 5) }, word).join(' '))
  }
  const { lines, templates, dropped } = miner.status()
  expect(templates).toBeLessThanOrEqual(100)
  expect(dropped.templates).toBeGreaterThan(4000)
  expect(miner.templates()[0]).toMatchObject({ template: 'the one that stays', count: 5000 })
  expect(lines).toBe(dropped.lines + miner.templates().reduce((sum, { count }) => sum + count, 0))
  expect(miner.snapshot().superseded.length).toBeLessThanOrEqual(400)
})

test('any lines are counted once, under an id that leads to a template', () => {
  const word = fc.constantFrom(
    'a',
    'bc',
    'open',
    '1',
    '/x/y',
    '(',
    ')',
    '"',
    ',',
    '{',
    'k=',
    '=',
    '...',
    '\0',
    'é',
    '\ud800',
  )
  const line = fc.oneof(
    anyText('a '),
    fc.array(word, { maxLength: 12 }).map(words => words.join(' ')),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), lines => {
      const miner = createTemplateMiner()
      const ids = idsOf(lines, miner)
      const counts = new Map<string, number>()
      for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
      expect(new Map(miner.templates().map(({ id, count }) => [id, count]))).toEqual(counts)
    }),
    { numRuns: 100 },
  )
})

const loghub = sharedData('loghub')

for (const input of ['Content', 'whole lines'])
  needs('shared data', loghub)(
    `grouping is as right as published miners that are set up for each log: ${input}`,
    () => {
      const scores = readdirSync(loghub ?? '')
        .filter(name => name !== 'LICENSE')
        .map(name => {
          const table = readFileSync(join(loghub ?? '', name, `${name}_2k.log_structured.csv`))
          const rows = parse(table, { columns: true, bom: true }) as { Content: string; EventId: string }[]
          const whole = readFileSync(join(loghub ?? '', name, `${name}_2k.log`), 'utf8').split('\n')
          const lines = input === 'Content' ? rows.map(({ Content }) => Content) : whole.slice(0, rows.length)
          return accuracy(
            idsOf(lines),
            rows.map(({ EventId }) => EventId),
          )
        })
      const mean = (key: 'lines' | 'groups') =>
        scores.reduce((sum, score) => sum + score[key], 0) / scores.length
      expect(mean('lines')).toBeGreaterThan(0.95)
      expect(mean('groups')).toBeGreaterThan(0.95)
    },
  )

/** Grouping accuracy (GA) and its F1 over groups (FGA): a group counts if it has the lines of a true one and no others. */
function accuracy(ids: readonly string[], truth: readonly string[]): { lines: number; groups: number } {
  const groupsOf = (labels: readonly string[]) => {
    const groups = new Map<string, number[]>()
    labels.forEach((label, i) => {
      groups.set(label, [...(groups.get(label) ?? []), i])
    })
    return [...groups.values()]
  }
  const expected = groupsOf(truth)
  const found = groupsOf(ids)
  const right = new Set(expected.map(String))
  const exact = found.filter(group => right.has(String(group)))
  return {
    lines: exact.reduce((sum, group) => sum + group.length, 0) / truth.length,
    groups: (2 * exact.length) / (found.length + expected.length),
  }
}
