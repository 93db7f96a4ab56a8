import { expect, test } from 'vitest'
import { plainLine, plainText, quoted } from './plain-text.ts'

test.each([
  ['@alice please', '@alice'],
  ['fixes #1', '#1'],
  ['Closes GH-12', 'GH-12'],
  ['resolves shop/deploy#3 and !4', '#3'],
  ['resolves !4', '!4'],
  ['Fixes https://github.com/a/b/issues/1', '://'],
  ['[skip ci]', '[skip'],
  ['[ci skip]', '[ci'],
  ['***NO_CI***', '***NO_CI'],
  ['skip-checks: true', 'skip-checks:'],
  ['Co-authored-by: Eve <eve@example.com>', 'Co-authored-by:'],
  ['Keelway-Proposal: shop/other', 'Keelway-Proposal:'],
  ['/merge', '\n/merge'],
  ['![x](//evil.example/pixel)', ']('],
  ['<img src=x onerror=y>', '<'],
  ['``` breaks out', '`'],
  ['\u001b[2Jgone \u202eright to left', '\u001b'],
  ['\u202etfel ot thgir', '\u202e'],
])('%j is made inert', (text, gone) => {
  for (const made of [plainLine(text, 200), plainText(text, 200)]) {
    expect(`\n${made}`.toLowerCase()).not.toContain(gone.toLowerCase())
    expect(made.replaceAll('\u200b', '')).not.toBe('')
  }
})

test('lines stay lines, and are bounded', () => {
  expect(plainLine('a\nb\r\n\tc', 100)).toBe('a b c')
  expect(plainText('a\n\nb\r\nc\n', 100)).toBe('a\n\nb\nc')
  expect(plainText('x\n'.repeat(500), 10_000, 3)).toBe('x\nx\nx\n…')
  expect(plainLine('y'.repeat(50), 10)).toBe(`${'y'.repeat(9)}…`)
  expect(quoted('a\n\n# b')).toBe('> a\n>\n> # b')
})
