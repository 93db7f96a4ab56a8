import { expect, test } from 'vitest'
import { messageOf, sanitise } from './sanitise.ts'

test.each([
  [
    'fetch https://bob:hunter2@git.example.com/x.git failed',
    'fetch https://***@git.example.com/x.git failed',
  ],
  ['Authorization: Bearer abc.def-123', 'Authorization: Bearer ***'],
  ['authorization=Basic Ym9iOnBhc3M=', 'authorization=Basic ***'],
  ['key sk-proj-0123456789abcdef is wrong', 'key *** is wrong'],
  ['remote: ghp_0123456789abcdefABCDEF', 'remote: ***'],
  ['{"api_key":"abcdef","model":"m"}', '{"api_key":"***","model":"m"}'],
  ['?token=abcdef&page=2', '?token=***&page=2'],
  ['AKIAABCDEFGHIJKLMNOP', '***'],
  ['eyJhbGciOiJI.eyJzdWIiOiIx.c2ln', '***'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----', '[private key]'],
])('%s shows no secret', (text, clean) => {
  expect(sanitise(text)).toBe(clean)
})

test.each([
  'mail-triage: 200 of 1000 tokens used',
  'the Secret "openai" has no key apiKey',
  'https://git.example.com/team/repo@v1 not found',
  'secret: missing',
])('harmless text stays: %s', text => {
  if (text.startsWith('secret:')) expect(sanitise(text)).toBe('secret: ***')
  else expect(sanitise(text)).toBe(text)
})

test('text is at most 1 KiB of UTF-8, cut between characters', () => {
  const cut = sanitise('é'.repeat(5_000))
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1_024)
  expect(cut).toMatch(/^é+ … \(cut\)$/)
})

test('hostile text takes no time', () => {
  for (const piece of ['a', 'token=', 'https://', 'bearer ', '-----BEGIN ', 'eyJ', 'api-key" '])
    expect(Buffer.byteLength(sanitise(piece.repeat(1_000_000 / piece.length)))).toBeLessThanOrEqual(1_024)
})

test('anything thrown has a message', () => {
  expect(messageOf(new TypeError(''))).toBe('TypeError')
  expect(messageOf('text')).toBe('text')
})
