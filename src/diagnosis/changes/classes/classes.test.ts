import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editOf } from '../diff/edit.ts'
import { changeRecord } from '../made-incidents.world.ts'
import { symptomKinds } from '../symptoms/symptom.ts'
import type { Fixture } from './fixture.world.ts'
import { diffClasses } from './index.ts'
import { surroundingFixtures } from './surroundings.world.ts'
import { workFixtures } from './work.world.ts'

const fixtures = { ...workFixtures, ...surroundingFixtures }

const hits = (name: string, { path, diff }: Fixture) =>
  diffClasses.find(one => one.name === name)?.find(editOf(changeRecord({ id: 'c', path, diff }))) ?? []

test('every class has edits of it and edits that only look like it', () => {
  const names = diffClasses.map(({ name }) => name)
  expect(Object.keys(fixtures).sort()).toEqual([...names].sort())
  expect(new Set(names).size).toBe(names.length)
  for (const { is, isNot } of Object.values(fixtures))
    expect(Math.min(is.length, isNot.length)).toBeGreaterThan(0)
})

const positive = Object.entries(fixtures).flatMap(([name, { is }]) =>
  is.map(one => [name, one.diff, one] as const),
)
const nearMiss = Object.entries(fixtures).flatMap(([name, { isNot }]) =>
  isNot.map(one => [name, one.diff, one] as const),
)

describe('an edit of its class can cause what it causes', () => {
  test.each(positive)('%s: %s', (name, _, fixture) => {
    const strongest = Math.max(
      0,
      ...hits(name, fixture).map(({ strength, produces }) => strength * (produces[fixture.causes] ?? 0)),
    )
    expect(strongest).toBeGreaterThanOrEqual(name === 'unclassified' ? 0.25 : 0.35)
  })
})

describe('an edit that looks like it is not', () => {
  test.each(nearMiss)('%s: %s', (name, _, fixture) => {
    expect(hits(name, fixture).filter(({ strength }) => strength >= 0.4)).toEqual([])
  })
})

test('whatever a diff holds, hits are within bounds and the same each time', () => {
  const pieces = positive.flatMap(([, diff]) => diff.split('\n'))
  const diff = fc.array(
    fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme', maxLength: 80 })),
    { maxLength: 30 },
  )
  const path = fc.constantFrom(...positive.map(([, , one]) => one.path))
  fc.assert(
    fc.property(path, diff, (path, lines) => {
      const change = changeRecord({ id: 'c', path, diff: lines.join('\n') })
      for (const { find } of diffClasses) {
        const found = find(editOf(change))
        expect(find(editOf(change))).toEqual(found)
        for (const { strength, says, produces } of found) {
          expect(strength).toBeGreaterThanOrEqual(0)
          expect(strength).toBeLessThanOrEqual(1)
          expect(says).not.toBe('')
          for (const [kind, fit] of Object.entries(produces)) {
            expect(symptomKinds).toContain(kind)
            expect(fit).toBeLessThanOrEqual(1)
          }
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('a hostile line of any length takes no time to speak of', () => {
  const lines = [
    'a'.repeat(100_000),
    '('.repeat(50_000),
    'x = '.repeat(25_000),
    '"'.repeat(50_000),
    'a.b('.repeat(25_000),
    ' * 2'.repeat(25_000),
  ]
  const change = changeRecord({
    id: 'c',
    path: 'a/a.go',
    diff: lines.flatMap(line => [`-${line}`, `+${line}1`]).join('\n'),
  })
  for (const { find } of diffClasses) expect(find(editOf(change)).length).toBeLessThan(1000)
})
