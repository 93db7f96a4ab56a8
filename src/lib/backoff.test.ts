import { expect, test } from 'vitest'
import { backoffMs } from './backoff.ts'

test('waits double from 5 ms to 1000 s', () => {
  const longest = Array.from({ length: 20 }, (_, index) => backoffMs(index + 1, () => 0))
  expect(longest.slice(0, 4)).toEqual([5, 10, 20, 40])
  expect(longest.slice(-2)).toEqual([1_000_000, 1_000_000])
})

test('chance shortens a wait by up to half, never below the shortest', () => {
  expect(backoffMs(1, () => 0.999)).toBe(5)
  expect(backoffMs(5, () => 0.5)).toBe(60)
  expect(backoffMs(1_000_000, () => 0.999)).toBeGreaterThan(500_000)
})
