import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSecretName, redact } from './redaction.ts'

test.each([
  ['password=hunter22 user=ada', 'password=*** user=ada'],
  ['"apiKey": "abc123", "n": 1', '"apiKey": "***", "n": 1'],
  ['DB_PASSWORD: hunter22', 'DB_PASSWORD: ***'],
  ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer ***'],
  ['postgres://ada:wonderland@db:5432/shop', 'postgres://***@db:5432/shop'],
  ['got ghp_0123456789abcdefghij0123456789abcdef back', 'got *** back'],
  ['key AKIAABCDEFGHIJKLMNOP used', 'key *** used'],
  ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.sig', 'jwt ***'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', '***'],
])('%s loses its secret', (text, clean) => {
  expect(redact(text)).toBe(clean)
})

test.each([
  'tokens: 512 of 4096',
  'password: true',
  'GET https://shop.example.com/basket?id=4',
  'secretary of state',
  'the token bucket is full',
  'SecretName:  api-tls',
  '"secretName": "api-tls", "n": 1',
])('%s stays', text => {
  expect(redact(text)).toBe(text)
})

test('names of secrets are known', () => {
  expect(['DB_PASSWORD', 'client-secret', 'apiKey', 'authorization'].map(isSecretName)).not.toContain(false)
  expect(['author', 'keyboard', 'port', 'secretName', 'token_ref'].map(isSecretName)).not.toContain(true)
})

test('a text that was cleaned stays as it is', () => {
  const piece = fc.constantFrom(
    'password',
    '=',
    ' ',
    '"',
    ':',
    'Bearer ',
    'sk-',
    'abcdefghijklmnopqrst',
    '://',
    '@',
    '\n',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
      const clean = redact(pieces.join(''))
      expect(redact(clean)).toBe(clean)
    }),
  )
})

test.each(['eyJ-', 'password', 'a://', 'Bearer ', '-----BEGIN PRIVATE KEY-----', 'sk-a'])(
  'a megabyte of %s takes no longer than is linear',
  piece => {
    const text = piece.repeat(2 ** 20 / piece.length)
    const began = performance.now()
    redact(text)
    expect(performance.now() - began).toBeLessThan(2000)
  },
)
