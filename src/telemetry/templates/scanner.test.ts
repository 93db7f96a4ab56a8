import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from './any-text.fake.ts'
import { Scanner } from './scanner.ts'

const scanner = new Scanner()

function masked(line: string): string {
  scanner.scan(line)
  return Array.from({ length: scanner.count }, (_, i) => (scanner.gaps[i] ? ' ' : '') + scanner.text(i)).join(
    '',
  )
}

describe('the scanner hides', () => {
  test.each([
    ['numbers', 'took 12 of -3.5e7 and 1,234', 'took <*> of <*> and <*>'],
    ['numbers with units', 'sent 10ms 3.4 MB in 2 s', 'sent <*> in <*>'],
    ['bounds', 'lifetime <1 sec', 'lifetime <*>'],
    ['hexadecimal numbers', 'at 0x7fff5fbff8a8 code deadbeef1', 'at <*> code <*>'],
    ['UUIDs', 'req 4f2c9f5e-8a3b-4c1d-9e2f-0a1b2c3d4e5f done', 'req <*> done'],
    ['addresses and ports', 'from 10.0.0.1:5432 to [2001:db8::1]:80', 'from <*> to [<*>]:<*>'],
    ['hardware addresses', 'peer 00:1a:2b:cc:dd:ee and fe:ed:be:ef:00:11', 'peer <*> and <*>'],
    ['times and dates', 'at Mon Jun 20 12:00:01 2005, 2015-07-29 17:41:44,747', 'at <*>'],
    ['paths', 'open /etc/cron.daily and C:\\Windows\\system and src/lib/a', 'open <*> and <*> and <*>'],
    ['URLs', 'GET https://a.example/x?y=z, then', 'GET <*>, then'],
    ['host names and mail', 'ns.example.com wrote to anna@mail.example', '<*> wrote to <*>'],
    ['versions', 'v2.4.1-rc1 of node', '<*> of node'],
    ['lists of values', 'blocks 1 2 3 and 4,5,6 and 7, 8, 9', 'blocks <*> and <*> and <*>'],
    ['empty values', 'user= rhost= () of', 'user=<*> rhost=<*> (<*>) of'],
    ['null and its like', 'ws=null on=true nullable null', 'ws=<*> on=<*> nullable null'],
  ])('%s', (_, line, expected) => {
    expect(masked(line)).toBe(expected)
  })
})

describe('the scanner keeps', () => {
  test.each([
    ['what stands before a value', 'blk_38865049 core.123 attempt_2017_m_01', 'blk_<*> core.<*> attempt_<*>'],
    ['names with a number', 'eth0 ssh2 worker-3', 'eth<*> ssh<*> worker-<*>'],
    [
      'words with signs in them',
      "can't org.apache.Foo read/write e-mail",
      "can't org.apache.Foo read/write e-mail",
    ],
    ['keys and quotes', 'msg="started ok" (pid=7)', 'msg="started ok" (pid=<*>)'],
    ['rows of dots', 'illegal instruction......0', 'illegal instruction......<*>'],
    ['words that are not of ASCII', 'Größe überschritten: 7', 'Größe überschritten: <*>'],
  ])('%s', (_, line, expected) => {
    expect(masked(line)).toBe(expected)
  })
})

test('lines that differ in values and white space only have one hash', () => {
  const hash = (line: string) => {
    scanner.scan(line)
    return [scanner.low, scanner.high]
  }
  expect(hash('took 1 ms  for a.b')).toEqual(hash('took 27 s for a.b'))
  expect(hash('took 1 ms for a.b')).not.toEqual(hash('took 1 ms for a.c'))
  expect(hash('a b')).not.toEqual(hash('b a'))
})

test('any text is scanned, within bounds', () => {
  fc.assert(
    fc.property(anyText('a1 .:,=/()<"é'), line => {
      scanner.scan(line)
      const indexes = Array.from({ length: scanner.count }, (_, i) => i)
      const sound = indexes.every(i => {
        const [start = 0, end = 0] = [scanner.starts[i], scanner.ends[i]]
        return start <= end && end <= line.length && scanner.text(i) !== ''
      })
      expect({ sound, bounded: scanner.count <= 130 }).toEqual({ sound: true, bounded: true })
    }),
  )
  for (const sign of ['a', '1', '.', '(', '/', 'a ', '1 a ', '= ', ':', "'", '\0', '\ud800'])
    expect(() => scanner.scan(sign.repeat(100_000))).not.toThrow()
  expect(scanner.count).toBeLessThanOrEqual(130)
})
