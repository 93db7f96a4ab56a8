import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fileNameOf, serviceOf } from './file-names.ts'

test('every service has a file name that no other has, in any case, and that tells it', () => {
  const service = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom('', '-', '.', '..', 'Cart', 'cart', 'CART', 'a/../b', 'C:\\x', '%2D', '~'),
  )
  fc.assert(
    fc.property(fc.uniqueArray(service, { maxLength: 20 }), services => {
      const taken = new Set<string>()
      const names = services.map(service => fileNameOf(service, taken))
      expect(new Set(names.map(name => name.toLowerCase())).size).toBe(services.length)
      expect(names.map(serviceOf)).toEqual(services)
      for (const name of names) expect(name).toMatch(/^[\w.%-]+$/)
    }),
  )
})

test('a name that is too long for a file is cut and told apart by its digest', () => {
  const taken = new Set<string>()
  const [one, other] = [fileNameOf('ä'.repeat(200), taken), fileNameOf(`${'ä'.repeat(200)}b`, taken)]
  expect(one.length).toBeLessThan(220)
  expect(one).not.toBe(other)
})
