import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RecordSettings } from '../snapshot.ts'
import { contentDigest, contentKeeper, keepInSlices } from './content.ts'
import { fullCall } from './full-call.world.ts'

const keepAs = (
  settings: RecordSettings | undefined,
  redact = (text: string): string | undefined => `masked ${text}`,
) => contentKeeper({ digest: text => `digest of ${text}`, redact, settings: () => settings })
const { inputDigest: _, outputDigest: __, ...call } = fullCall({ input: 'in', context: 'doc', output: 'out' })
const digests = { inputDigest: 'digest of in', outputDigest: 'digest of out' }
const textOf = ({
  input,
  context,
  output,
  inputDigest,
  outputDigest,
}: typeof call & Partial<typeof digests>) => ({
  ...(input === undefined ? {} : { input }),
  ...(context === undefined ? {} : { context }),
  ...(output === undefined ? {} : { output }),
  inputDigest,
  outputDigest,
})

test.each<[string, RecordSettings | undefined, object]>([
  ['of a route that is gone', undefined, {}],
  ['of a route that keeps none', { content: 'none', redact: false }, {}],
  ['of answers only', { content: 'output', redact: false }, { output: 'out' }],
  ['of answers only, masked', { content: 'output', redact: true }, { output: 'masked out' }],
  ['of everything', { content: 'all', redact: false }, { input: 'in', context: 'doc', output: 'out' }],
  [
    'of everything, masked',
    { content: 'all', redact: true },
    { input: 'masked in', context: 'masked doc', output: 'masked out' },
  ],
])('a record %s has that text and digests', (_, settings, text) => {
  expect(textOf(keepAs(settings)(call))).toEqual({ ...text, ...digests })
})

test('text that can not be masked is not kept, its digest is', () => {
  const kept = keepAs({ content: 'all', redact: true }, () => undefined)(call)
  expect(textOf(kept)).toEqual(digests)
  expect(kept.usage).toEqual(call.usage)
})

test('the event loop is given free between records', async () => {
  let turns = 0
  let done = false
  const count = (): void => {
    turns++
    if (!done) setImmediate(count)
  }
  setImmediate(count)
  const slow = (text: string) => {
    const until = performance.now() + 3
    while (performance.now() < until);
    return text
  }
  const keep = keepInSlices(keepAs({ content: 'output', redact: true }, slow))
  expect(await keep(Array.from({ length: 10 }, () => call))).toHaveLength(10)
  done = true
  expect(turns).toBeGreaterThan(5)
})

test('a digest is the HMAC-SHA-256 of the text under the key', () => {
  const text = fc.oneof(fc.string(), fc.constant('€'.repeat(22_000)))
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 100 }), (text, length) => {
      const key = randomBytes(length)
      const expected = createHmac('sha256', key).update(text).digest('hex')
      const digest = contentDigest(key)
      expect(digest(text)).toBe(`hmac-sha256:${expected}`)
      expect(digest(text)).toBe(digest(text))
    }),
    { numRuns: 50 },
  )
})
