import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Detector } from '../guardrails/detector.ts'
import { contentDigest } from './content.ts'
import { fullCall } from './full-call.world.ts'
import { recordRedaction, redactor } from './redaction.ts'

/** Finds every place of a word. */
const finder = (name: string, word: string, score = 1): Detector => ({
  name,
  summary: 'Finds a word.',
  zones: ['output'],
  threshold: () => 0.5,
  create: () => text =>
    [...text.matchAll(new RegExp(word, 'g'))].map(({ index }) => ({
      score,
      reason: name.toUpperCase(),
      start: index,
      end: index + word.length,
    })),
})
const redact = redactor([finder('secrets', 'key-1'), finder('pii', 'a@b.c')])

test('what detectors find is replaced by its class, wherever it stands', () => {
  expect(redact('a@b.c has key-1, key-1')).toBe('[PII] has [SECRETS], [SECRETS]')
  expect(redact('nothing here')).toBe('nothing here')
})

test('findings that overlap leave nothing between them', () => {
  const overlapping = redactor([finder('secrets', 'bcd'), finder('pii', 'abc')])
  expect(overlapping('xabcdx')).toBe('x[PII]x')
})

test('a text with more findings than a detector gives at once is masked wholly, or not kept', () => {
  const few = (max: number) => ({
    ...finder('pii', 'a'),
    create: (options: unknown) => {
      const all = finder('pii', 'a').create(options)
      return (text: string) => all(text, 'output').slice(0, max)
    },
  })
  expect(redactor([finder('secrets', 's'), few(3)])('aaaa')).toBe('[PII][PII][PII][PII]')
  expect(redactor([finder('secrets', 's'), few(1)])('aaaa')).toBeUndefined()
})

test('findings below the threshold are left alone', () => {
  expect(redactor([finder('secrets', 'a', 0.4), finder('pii', 'b')])('ab')).toBe('a[PII]')
})

test('without its detectors no text is kept, only digests', async () => {
  const keep = recordRedaction(redactor([finder('pii', 'a')]), () => ({ content: 'all', redact: true }))
  const { input: _, context: __, output: ___, ...rest } = fullCall()
  expect(await keep([fullCall()])).toEqual([rest])
})

test('input, documents and answer of a route that redacts are masked, others left as they are', async () => {
  const call = (route: string) => fullCall({ route, input: 'key-1', context: 'a@b.c', output: 'fine' })
  const keep = recordRedaction(redact, ({ route }) =>
    route === 'gone' ? undefined : { content: 'all', redact: route !== 'open' },
  )
  const kept = await keep([call('triage'), call('open'), call('gone')])
  expect(kept.map(({ input, context, output }) => [input, context, output])).toEqual([
    ['[SECRETS]', '[PII]', 'fine'],
    ['key-1', 'a@b.c', 'fine'],
    ['[SECRETS]', '[PII]', 'fine'],
  ])
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
  const calls = Array.from({ length: 10 }, () => fullCall({ input: 'x' }))
  await recordRedaction(slow, () => undefined)(calls)
  done = true
  expect(turns).toBeGreaterThan(5)
})

test('a digest is the HMAC-SHA-256 of the text under the key', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('€'.repeat(40_000)))
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 100 }), (text, length) => {
      const key = randomBytes(length)
      const expected = createHmac('sha256', key).update(text).digest('hex')
      const digest = contentDigest(key)
      expect(digest(text)).toBe(`hmac-sha256:${expected}`)
      expect(digest(text)).toBe(digest(text))
    }),
  )
})
