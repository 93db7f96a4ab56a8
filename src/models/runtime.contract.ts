import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Runtime } from './model.ts'

/** What every runtime promises, given any whole artefact of its format. */
export function runtimeContract(runtime: Runtime, artefact: Uint8Array): void {
  describe(`runtime ${runtime.format}`, () => {
    test('answers equally after loading again, from a copy at another offset', () => {
      const shifted = new Uint8Array(artefact.length + 3)
      shifted.set(artefact, 3)
      const [one, two] = [runtime.load(artefact), runtime.load(shifted.subarray(3))]
      for (const text of ['where is my card', '', 'refund!', '\ud800'])
        expect(two.predict(text)).toEqual(one.predict(text))
    })

    test('answers do not depend on what was asked before', () => {
      const model = runtime.load(artefact)
      const first = model.predict('where is my card')
      for (const text of ['delivery', '', 'x'.repeat(100_000)]) model.predict(text)
      expect(model.predict('where is my card')).toEqual(first)
    })

    test('does not change when the bytes it was loaded from do', () => {
      const copy = artefact.slice()
      const model = runtime.load(copy)
      const first = model.predict('where is my card')
      copy.fill(0)
      expect(model.predict('where is my card')).toEqual(first)
    })

    test('refuses an artefact that is cut off anywhere or has more behind it', () => {
      const lengths = fc.nat({ max: artefact.length - 1 })
      fc.assert(
        fc.property(lengths, length => {
          expect(() => runtime.load(artefact.subarray(0, length))).toThrow()
        }),
      )
      expect(() => runtime.load(Buffer.concat([artefact, Buffer.from([0])]))).toThrow()
    })

    test('refuses an artefact with any bit flipped', () => {
      fc.assert(
        fc.property(fc.nat({ max: artefact.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
          const damaged = artefact.slice()
          damaged[at] = (damaged[at] ?? 0) ^ (1 << bit)
          expect(() => runtime.load(damaged)).toThrow()
        }),
      )
    })

    test('refuses garbage', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
          expect(() => runtime.load(bytes)).toThrow()
        }),
      )
    })

    test('reads no more of an endless text than of a long one', () => {
      const model = runtime.load(artefact)
      const long = 'refund my card '.repeat(10_000)
      expect(model.predict(long + long)).toEqual(model.predict(long))
    })
  })
}
