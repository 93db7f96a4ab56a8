import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Evaluation } from '../api/kinds/evaluation.ts'
import type { EvaluationRun } from '../api/kinds/evaluation-run.ts'
import { grant, useOf } from './test-set-uses.ts'

const run = (uid: string, testSet = 'a', phase?: string): EvaluationRun =>
  ({
    kind: 'EvaluationRun',
    metadata: { name: uid, uid, creationTimestamp: `2026-01-01T00:00:${uid.padStart(2, '0')}Z` },
    spec: { testSet },
    ...(phase ? { status: { phase } } : {}),
  }) as unknown as EvaluationRun
const none = { steps: 2, adaptivity: 'none' } as const

test('the oldest runs get the uses there are, each test set its own', () => {
  const sets = grant([], [run('3'), run('1'), run('2'), run('4', 'b')], none)
  expect(sets).toMatchObject([
    { digest: 'b', uses: 1, runs: ['4'] },
    { digest: 'a', uses: 2, runs: ['1', '2'] },
  ])
})

test('a use is never given back: not by a deleted run, not by a repeat, not by fewer steps', () => {
  const spent = grant([], [run('1'), run('2')], none)
  expect(grant(spent, [], none)).toEqual(spent)
  expect(grant(spent, [run('1'), run('2')], none)).toEqual(spent)
  expect(grant(spent, [run('1'), run('2'), run('3')], { ...none, steps: 1 })).toMatchObject([{ uses: 2 }])
})

test('first-change retires a test set at its first pass', () => {
  const first = { steps: 5, adaptivity: 'first-change' } as const
  const spent = grant([], [run('1')], first)
  const passed = grant(spent, [run('1', 'a', 'Passed'), run('2')], first)
  expect(passed).toMatchObject([{ uses: 1, retired: true, runs: ['1'] }])
})

test('what is known is not changed in place', () => {
  const known = Object.freeze([
    Object.freeze({ digest: 'a', uses: 1, runs: Object.freeze(['1']) as string[], steps: 2 }),
  ])
  grant(known, [run('2')], none)
  expect(known[0]?.runs).toEqual(['1'])
})

test('a run knows which use it is', () => {
  const evaluation = {
    status: { testSets: grant([], [run('1'), run('2'), run('3')], none) },
  } as unknown as Evaluation
  expect(['1', '2', '3'].map(uid => useOf(evaluation, run(uid)))).toEqual([1, 2, undefined])
})

test('no order of runs, and no repeat, grants more uses than there are steps', () => {
  const arrivals = fc.array(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }), { maxLength: 8 })
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1, max: 4 }), (looks, steps) => {
      let sets: ReturnType<typeof grant> = []
      for (const uids of looks) {
        const before = sets
        sets = grant(
          sets,
          [...new Set(uids)].map(uid => run(String(uid), uid % 2 ? 'a' : 'b')),
          { ...none, steps },
        )
        for (const { digest, uses, runs } of sets) {
          expect(uses).toBe(runs.length)
          expect(uses).toBeLessThanOrEqual(steps)
          expect(new Set(runs).size).toBe(runs.length)
          expect(runs).toEqual(expect.arrayContaining(before.find(set => set.digest === digest)?.runs ?? []))
        }
      }
    }),
  )
})
