import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../lib/digest.ts'
import { decoded, encoded } from './encoding.ts'
import { recordingTape, replayingTape } from './tape.ts'

const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.uint8Array({ maxLength: 9 }),
  fc.float64Array({ maxLength: 5 }),
)
const value = fc.letrec<{ node: unknown }>(tie => ({
  node: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string({ maxLength: 4 }), fc.constant('$')), tie('node'), { maxKeys: 4 }),
    fc.array(fc.tuple(fc.string(), tie('node')), { maxLength: 3 }).map(pairs => new Map(pairs)),
    fc.array(fc.string(), { maxLength: 3 }).map(members => new Set(members)),
  ),
})).node

test('what is kept comes back bit for bit, through JSON', () => {
  fc.assert(
    fc.property(value, given => {
      const once = decoded(JSON.parse(canonicalJson(encoded(given))))
      expect(canonicalJson(encoded(once))).toBe(canonicalJson(encoded(given)))
      expect(decoded(encoded(given))).toEqual(once)
    }),
  )
})

test('numbers that JSON does not know keep their bits', () => {
  const given = { nan: Number.NaN, zero: -0, list: new Float64Array([Number.NaN, -0, 1e-320]) }
  const back = decoded(JSON.parse(JSON.stringify(encoded(given)))) as typeof given
  expect(Object.is(back.zero, -0)).toBe(true)
  expect([...back.list].map(number => Object.is(number, -0) || number)).toEqual([Number.NaN, true, 1e-320])
})

test('a function is nothing that can be kept', () => {
  expect(() => encoded({ run: () => 1 })).toThrow('can not be recorded')
})

test('equal questions are answered in the order in which they were, different ones in any', async () => {
  const tape = recordingTape()
  let count = 0
  const ask = (what: string) => tape.take(what, ['x'], async () => `${what} ${count++}`)
  expect([await ask('a'), await ask('a'), await ask('b')]).toEqual(['a 0', 'a 1', 'b 2'])
  const again = replayingTape(tape.entries)
  const never = async () => 'never'
  expect(await again.take('b', ['x'], never)).toBe('b 2')
  expect(await again.take('a', ['x'], never)).toBe('a 0')
  expect(await again.take('a', ['x'], never)).toBe('a 1')
  await expect(again.take('a', ['x'], never)).rejects.toThrow('the record has no a of ["x"]')
})

test('a failure is repeated with its name', async () => {
  const tape = recordingTape()
  const fail = async () => {
    throw new RangeError('no window')
  }
  await expect(tape.take('signals', [], fail)).rejects.toThrow('no window')
  await expect(replayingTape(tape.entries).take('signals', [], async () => 1)).rejects.toMatchObject({
    name: 'RangeError',
    message: 'no window',
  })
})

test('what is too large leaves the record incomplete, and the run goes on', async () => {
  const tape = recordingTape({ entries: 10, characters: 1000 })
  expect(await tape.take('small', [], async () => 'x')).toBe('x')
  expect(await tape.take('large', [], async () => 'x'.repeat(2000))).toHaveLength(2000)
  expect(tape.incomplete).toBe('more than 1000 characters were read')
  const many = recordingTape({ entries: 2, characters: 1000 })
  for (let i = 0; i < 3; i++) await many.take('a', [i], async () => i)
  expect(many.incomplete).toBe('more than 2 reads')
})
