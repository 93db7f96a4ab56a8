import fc from 'fast-check'
import { compress, uncompress } from 'snappyjs'
import { expect, test } from 'vitest'
import { decompressSnappy } from './snappy.ts'

const most = 1 << 20

test('what another implementation compressed comes out as it was', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.tuple(fc.nat(255), fc.nat(5000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
    fc.tuple(fc.string(), fc.nat(300)).map(([text, times]) => Buffer.from(text.repeat(times))),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
      const bytes = Buffer.concat(pieces)
      expect(decompressSnappy(Buffer.from(compress(bytes)), most).equals(bytes)).toBe(true)
    }),
  )
})

test('any bytes are refused, or come out as the other implementation has them', () => {
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 4, 8))
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 12 }), bytes => {
      const input = Buffer.from(bytes)
      let output: Buffer
      try {
        output = decompressSnappy(input, most)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
        return
      }
      expect(Buffer.from(uncompress(input)).equals(output)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['that ends early', [4, 12, 97]],
  ['that holds less than it announces', [4, 0, 97]],
  ['that holds more than it announces', [1, 4, 97, 98]],
  ['that copies from before its beginning', [5, 0, 97, 1, 2]],
  ['whose literal would go backwards', [0xff, 1, 0xfc, 0xf0, 0xff, 0xff, 0xff]],
  ['whose length has no end', [255, 255, 255, 255, 255]],
])('a body %s is refused', (_, bytes) => {
  expect(() => decompressSnappy(Buffer.from(bytes), most)).toThrow(RangeError)
})

test('a body that announces too much is refused before memory is taken', () => {
  expect(() => decompressSnappy(Buffer.from([0x80, 0x80, 0x80, 8, 0, 97]), most)).toThrow(/more than/)
})
