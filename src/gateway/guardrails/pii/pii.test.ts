import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { needs, sharedData } from '../../../../test/needs.ts'
import { findPii } from './pii.ts'
import { type PiiSpan, structuredPiiTypes } from './span.ts'

const shown = (text: string): string[] =>
  findPii(text).map(({ start, end, type }) => `${type} ${text.slice(start, end)}`)

describe('personal data', () => {
  test.each([
    ['My card is 5555-5555-5555-4444, exp 12/27.', 'CREDIT_CARD 5555-5555-5555-4444'],
    ['amex 3782 822463 10005', 'CREDIT_CARD 3782 822463 10005'],
    ['mail john.o_connor+x@sub.example.co.uk, please', 'EMAIL_ADDRESS john.o_connor+x@sub.example.co.uk'],
    ['(see jörg@müller.de)', 'EMAIL_ADDRESS jörg@müller.de'],
    ['call +1 (415) 555-2671 ext. 12 now', 'PHONE_NUMBER +1 (415) 555-2671 ext. 12'],
    ['My account phone is 020 7946 0958.', 'PHONE_NUMBER 020 7946 0958'],
    ['fax: 415.555.2671', 'PHONE_NUMBER 415.555.2671'],
    ['Tel. 5552671', 'PHONE_NUMBER 5552671'],
    ['fr7630006000011234567890189 is it', 'IBAN_CODE fr7630006000011234567890189'],
    ['social security number: 536228841', 'US_SSN 536228841'],
    ['from 2001:db8::ff00:42:8329 port 80', 'IP_ADDRESS 2001:db8::ff00:42:8329'],
    ['ssh 10.0.0.1:22', 'IP_ADDRESS 10.0.0.1'],
    ['go to https://example.org/a_(b)?q=1.', 'DOMAIN_NAME https://example.org/a_(b)?q=1'],
    ['my zip code is 94103-1234', 'ZIP_CODE 94103-1234'],
    ['Springfield, IL 62704', 'ZIP_CODE 62704'],
    ["driver's license no. A1234567", 'US_DRIVER_LICENSE A1234567'],
    ['ship to PSC 1437, Box 3833\nAPO AA 66791', 'STREET_ADDRESS PSC 1437, Box 3833\nAPO AA 66791'],
    ['I live at 12 Baker Street.', 'STREET_ADDRESS 12 Baker Street'],
    ['born on March 3rd, 1984', 'DATE_TIME March 3rd, 1984'],
    ['a 42-year-old patient', 'AGE 42'],
    ['my name is Ada Lovelace', 'PERSON Ada Lovelace'],
    ['we moved here from New Zealand', 'GPE New Zealand'],
    ['I work for Acme Holdings', 'ORGANIZATION Acme Holdings'],
    ['a Portuguese bakery', 'NRP Portuguese'],
  ])('in %j are %j', (text, found) => {
    expect(shown(text)).toContain(found)
  })

  test.each([
    'invoice 4111111111111112 of 1,234,567.89',
    'GB56HXDO88167774656118 has a wrong check digit',
    'version 24.21.0.1 or 24.21.0.2',
    '999-12-3456 and 536-00-1234 were never given out',
    'build 20240131123045, commit 1234567',
    'user@localhost, a@b, @keelway and x@y.1',
    'std::map<a::b, c::d> at 10:20:30:40',
    'pi is 3.14159 26535 89793',
    'ratio 16:9, 3-2-1, 100 200 300',
    'order number 905-674-3793',
  ])('in %j nothing structured is', text => {
    const types: ReadonlySet<string> = new Set(structuredPiiTypes)
    expect(findPii(text).filter(({ type }) => types.has(type))).toEqual([])
  })

  test('lie in order and never overlap', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '4111 1111 1111 1111',
        'a@b.io',
        '+41 44 668 18 00',
        'https://a.io/x@y.io',
        ' ',
        '12 Baker Street',
        'Mr. Smith',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        let end = 0
        for (const span of findPii(pieces.join(''))) {
          expect(span.start).toBeGreaterThanOrEqual(end)
          expect(span.end).toBeGreaterThan(span.start)
          end = span.end
        }
      }),
    )
  })

  const file = sharedData('pii', 'dev.jsonl')
  needs('shared data', file)('are found on public synthetic texts with F1 of at least .95', () => {
    const types: ReadonlySet<string> = new Set(structuredPiiTypes)
    const counts = { gold: 0, found: 0, exact: 0 }
    for (const line of readFileSync(file ?? '', 'utf8')
      .trim()
      .split('\n')) {
      const { text, spans } = JSON.parse(line) as { text: string; spans: PiiSpan[] }
      const gold = spans.filter(({ type }) => types.has(type))
      const found = findPii(text).filter(({ type }) => types.has(type))
      counts.gold += gold.length
      counts.found += found.length
      counts.exact += gold.filter(one =>
        found.some(({ start, end, type }) => start === one.start && end === one.end && type === one.type),
      ).length
    }
    expect((2 * counts.exact) / (counts.gold + counts.found)).toBeGreaterThan(0.95)
  })
})
