import { expect, test } from 'vitest'
import type { Detector } from '../guardrails/detector.ts'
import { detectors } from '../guardrails/detectors/index.ts'
import { redactor } from './redaction.ts'

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

test('without its detectors nothing can be told to be clean', () => {
  expect(redactor([finder('pii', 'a')])('b')).toBeUndefined()
})

test('what the detectors of the gateway find is masked', () => {
  const text = 'write to jane.doe@example.org, key AKIAQ3EGRTXJ5N6ZKLMP'
  expect(redactor(detectors)(text)).toMatch(/^write to \[EMAIL_ADDRESS\], key \[[\w-]+\]$/)
})
