import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonLines } from './json-lines.ts'

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0
  for (let turn = 0; start < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    yield bytes.subarray(start, start + size)
    start += size
  }
}

async function all(lines: AsyncIterable<unknown>): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const value of lines) values.push(value)
  return values
}

test('values arrive whole however the bytes are cut, inside characters too', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue()),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      async (values, sizes) => {
        const bytes = Buffer.from(values.map(value => `${JSON.stringify({ value })}\r\n`).join(''))
        const expected = values.map(value => ({ value: JSON.parse(JSON.stringify(value)) }))
        expect(await all(jsonLines(chunked(bytes, sizes), 100_000))).toEqual(expected)
      },
    ),
  )
})

test('a line over the limit ends the stream before it is held in memory', async () => {
  let sent = 0
  async function* endless() {
    for (;;) {
      sent += 100
      yield Buffer.alloc(100, 'x')
    }
  }
  await expect(all(jsonLines(endless(), 1_000))).rejects.toThrow('a line longer than 1000 bytes')
  expect(sent).toBe(1_100)
})

test('half a line at the end is an error, a whole one is not', async () => {
  expect(await all(jsonLines(chunked(Buffer.from('1\n2'), [2]), 10))).toEqual([1, 2])
  await expect(all(jsonLines(chunked(Buffer.from('1\n{"a"'), [2]), 10))).rejects.toThrow('not JSON')
})
