import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestOf } from '../lib/digest.ts'
import type { Row, Runtime, Trainer } from './model.ts'

const questions: Row[] = ['refund', 'card', 'delivery'].flatMap(label =>
  Array.from({ length: 20 }, (_, n) => ({
    input: `please help with my ${label}, order ${n} of ${n % 7}`,
    label,
  })),
)

/** What every trainer promises, seen through the runtime of its format. */
export function trainerContract(trainer: Trainer, runtime: Runtime): void {
  const train = (rows: Row[], parameters: Record<string, unknown> = {}) =>
    trainer.train(rows, trainer.parameters(parameters))

  describe(`trainer ${trainer.name}`, () => {
    test('makes artefacts of the format its runtime reads', () => {
      expect(runtime.format).toBe(trainer.format)
      expect(runtime.load(train(questions)).labels).toEqual(['card', 'delivery', 'refund'])
    })

    test('learns what separates the labels', () => {
      const model = runtime.load(train(questions))
      expect(questions.filter(row => model.predict(row.input).label === row.label)).toHaveLength(
        questions.length,
      )
      expect(model.predict('where is my delivery').label).toBe('delivery')
    })

    test('makes equal bytes from equal rows and parameters, whatever was trained between', () => {
      const first = digestOf(train(questions))
      train(questions.slice(10))
      expect(digestOf(train(questions.map(row => ({ ...row }))))).toBe(first)
    })

    test('makes other bytes from another label', () => {
      const [head, ...rest] = questions
      expect(digestOf(train([{ input: head?.input ?? '', label: 'card' }, ...rest]))).not.toBe(
        digestOf(train(questions)),
      )
    })

    test('leaves the rows as they were', () => {
      const before = structuredClone(questions)
      train(questions)
      expect(questions).toEqual(before)
    })

    test('refuses rows with fewer than two labels', () => {
      expect(() => train([])).toThrow('0 rows with 0 different labels')
      expect(() => train([{ input: 'a', label: 'x' }])).toThrow('1 rows with 1 different labels')
    })

    test('refuses parameters it does not know by trainer and name', () => {
      expect(() => trainer.parameters({ nonsense: 1 })).toThrow(RangeError)
      expect(() => trainer.parameters({ nonsense: 1 })).toThrow(new RegExp(`${trainer.name}.*nonsense`))
    })

    test('takes texts that are empty, alike, endless or garbage', () => {
      const rows = [
        { input: '', label: 'a' },
        { input: '', label: 'b' },
        { input: 'x'.repeat(1_000_000), label: 'a' },
        { input: '\ud800\u0000\uffff \u202e 😀', label: '__proto__' },
      ]
      const model = runtime.load(train(rows))
      expect(model.labels).toEqual(['__proto__', 'a', 'b'])
      expect(model.predict('').confidence).toBeLessThanOrEqual(1)
    })

    test('any rows give a model that any text can be put to', () => {
      const row = fc.record({ input: fc.string({ unit: 'binary' }), label: fc.constantFrom('a', 'b', 'c') })
      const texts = fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 5 })
      fc.assert(
        fc.property(fc.array(row, { minLength: 2, maxLength: 8 }), texts, (rows, inputs) => {
          fc.pre(new Set(rows.map(each => each.label)).size > 1)
          const model = runtime.load(train(rows, { bits: 12 }))
          for (const input of inputs) {
            const { label, confidence } = model.predict(input)
            expect(model.labels).toContain(label)
            expect(confidence).toBeGreaterThan(0)
            expect(confidence).toBeLessThanOrEqual(1)
          }
        }),
        { numRuns: 30 },
      )
    })
  })
}
