import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { decodeWeights, encodeWeights, shippedWeights } from './weights.ts'

test('the shipped weights are the ones that were measured', () => {
  const bytes = encodeWeights(shippedWeights())
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(
    'd00541c7ec8a31478facc4754be05bb209ab0fbd29beb88a1af71cfb6cb2fabb',
  )
  expect(bytes.length).toBeLessThan(100_000)
})

test('weights are the same after writing and reading', () => {
  const weights = shippedWeights()
  expect(decodeWeights(encodeWeights(weights))).toEqual(weights)
})

test('weights of another version are refused', () => {
  const bytes = encodeWeights(shippedWeights())
  expect(() => decodeWeights(bytes.subarray(1))).toThrow('another version')
  expect(() => decodeWeights(bytes.with(4, 1))).toThrow('train them again')
})
