import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fingerprints, fingerprintOf } from './fingerprints.ts'

describe('fingerprints', () => {
  test('of many alike ids do not collide', () => {
    const seen = new Set<number>()
    for (let i = 0; i < 60_000; i++) {
      const { high, low } = fingerprintOf(`00000000000000000000000000${i.toString(16).padStart(6, '0')}`)
      seen.add((high & 0x1fffff) * 0x100000000 + (low >>> 0))
    }
    expect(seen.size).toBe(60_000)
  })

  test('never call new what was seen, however much was forgotten since', () => {
    const signals = fc.array(fc.record({ id: fc.nat(40), at: fc.nat(30) }), { maxLength: 200 })
    fc.assert(
      fc.property(signals, fc.integer({ min: 1, max: 8 }), (given, capacity) => {
        const fingerprints = new Fingerprints({ capacity })
        const seen = new Set<string>()
        for (const { id, at } of given) {
          const text = `${id}@${at}`
          const said = fingerprints.add(text, at)
          if (seen.has(text)) expect(said).not.toBe('new')
          else expect(said).not.toBe('seen')
          seen.add(text)
        }
      }),
    )
  })

  test('know what is recent without looking it up', () => {
    const fingerprints = new Fingerprints({ capacity: 1000 })
    const said = Array.from({ length: 10_000 }, (_, i) => fingerprints.add(`${i}`, i))
    expect(new Set(said)).toEqual(new Set(['new']))
    expect(fingerprints.add('9500', 9500)).toBe('seen')
    expect(fingerprints.add('1', 1)).toBe('unknown')
  })
})
