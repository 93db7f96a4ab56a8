import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Scorer } from '../../api/kinds/scorer.ts'
import { type ScorableAnswer, ScorerError, type ScorerType } from './scorer.ts'

/** What a type's test gives to the suite that each type passes. */
export interface ScorerExamples {
  type: ScorerType
  definition: Omit<Scorer, 'name' | 'type'>
  good: ScorableAnswer[]
  bad: ScorableAnswer[]
  /** Answers it can not score. */
  unknown: ScorableAnswer[]
  /** Definitions it refuses. */
  refused: Omit<Scorer, 'name' | 'type'>[]
}

export function scorerContract({ type, definition, good, bad, unknown, refused }: ScorerExamples): void {
  const named = (options: Omit<Scorer, 'name' | 'type'>): Scorer => ({
    name: 'example',
    type: type.type,
    ...options,
  })

  describe(`the ${type.type} scorer`, () => {
    test('scores a right answer 1, a wrong one 0, and what it can not judge null', () => {
      const score = type.create(named(definition))
      for (const answer of good) expect({ answer, score: score(answer) }).toEqual({ answer, score: 1 })
      for (const answer of bad) expect({ answer, score: score(answer) }).toEqual({ answer, score: 0 })
      for (const answer of unknown) expect({ answer, score: score(answer) }).toEqual({ answer, score: null })
    })

    test('refuses a definition it can not use and names the scorer', () => {
      for (const options of refused) {
        expect(() => type.create(named(options))).toThrow(ScorerError)
        expect(() => type.create(named(options))).toThrow(/^scorer example: /)
      }
    })

    test('gives any answer a number in [0, 1] or null, and the same one again', () => {
      const score = type.create(named(definition))
      const answers = fc.record({
        output: fc.oneof(fc.string(), fc.json()),
        input: fc.option(fc.string(), { nil: undefined }),
        context: fc.option(fc.string(), { nil: undefined }),
        expected: fc.option(fc.string(), { nil: undefined }),
        latencyMs: fc.option(fc.nat(), { nil: undefined }),
        costUsd: fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
      })
      fc.assert(
        fc.property(answers, answer => {
          const value = score(answer)
          expect(value === null || (value >= 0 && value <= 1)).toBe(true)
          expect(score(answer)).toBe(value)
        }),
      )
    })

    test('survives hostile answers', () => {
      const score = type.create(named(definition))
      const deep = '['.repeat(100_000) + ']'.repeat(100_000)
      for (const output of [
        deep,
        `{"order":{"action":${deep}}}`,
        'a'.repeat(3_000_000),
        '{"__proto__":{"action":"deny"}}',
        '\ud800',
      ])
        expect(
          score({ output, input: output, context: output, expected: 'deny', latencyMs: 1, costUsd: 0.001 }),
        ).toSatisfy(score => score === null || (score >= 0 && score <= 1))
    })
  })
}
