import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeRecord } from '../made-incidents.world.ts'
import { editOf } from './edit.ts'
import { impactOf } from './impact.ts'

const impact = (path: string, diff: string): number => impactOf(editOf(changeRecord({ id: 'c', path, diff })))

describe('what runs otherwise', () => {
  test.each([
    ['a call instead of another', 'a/a.go', '-\tb := For(header)\n+\tb := For(remoteIP(r))'],
    ['a member instead of another', 'a/a.cs', '-\to.Policy = Naming.Snake;\n+\to.Policy = Naming.Camel;'],
    ['a line taken away', 'a/a.js', '-server.keepAliveTimeout = 65_000'],
    ['a word taken out of a query', 'a/q.sql', '-SELECT a FROM b FOR UPDATE;\n+SELECT a FROM b;'],
    ['a switch', 'a/flags.ts', '-  semantic: false,\n+  semantic: true,'],
    ['a number ten times as large', 'a/c.yaml', '-batch: 500\n+batch: 5000'],
    ['a value of configuration', 'a/c.ini', '-pool_mode = session\n+pool_mode = transaction'],
    ['a table rewritten', 'db/migrations/1.sql', '+ALTER TABLE a ALTER COLUMN b TYPE bigint;'],
    ['a major version', 'a/package.json', '-    "x": "1.2.3",\n+    "x": "2.0.0",'],
    ['an await that is gone', 'a/a.ts', '-  await save(cart)\n+  save(cart)'],
    ['a comparison the other way round', 'a/a.go', '-\tif a < b {\n+\tif a > b {'],
  ])('%s', (_, path, diff) => {
    expect(impact(path, diff)).toBeGreaterThanOrEqual(0.75)
  })
})

describe('what runs as before', () => {
  test.each([
    ['a field', 'a/a.go', '+\tLabels map[string]string'],
    ['a function that nothing calls', 'a/a.py', '+def total(rows):\n+    return sum(rows)'],
    ['a line of a log', 'a/a.ts', '+  logger.warn("late")'],
    ['a metric', 'a/a.go', '+var hits = prometheus.NewCounter(opts)'],
    ['words that people read', 'a/a.tsx', '-    <p>Sign up</p>\n+    <p>Create my account</p>'],
    ['a text', 'a/a.py', '-MAIL = "Do not forget"\n+MAIL = "Please do not forget"'],
    [
      'a name of a value',
      'a/a.go',
      '-\tq := price(z)\n-\treturn q, nil\n+\tquote := price(z)\n+\treturn quote, nil',
    ],
    [
      'a function taken out',
      'a/a.go',
      '-\treturn Page{Items: items}\n+\treturn assemble(items)\n+}\n+\n+func assemble(items []Item) Page {\n+\treturn Page{Items: items}',
    ],
    [
      'an error handed on',
      'a/a.go',
      '-\tif err := w.put(d); err != nil { return err }\n-\treturn nil\n+\treturn w.put(d)',
    ],
    ['a patch', 'a/go.mod', '-\tx.org/y v1.2.3\n+\tx.org/y v1.2.4'],
    ['an index built beside', 'db/migrations/1.sql', '+CREATE INDEX CONCURRENTLY i ON a (b);'],
    ['a board', 'dashboards/a.json', '+{ "title": "queue" }'],
    ['a number a little larger', 'a/c.yaml', '-entries: 50000\n+entries: 60000'],
  ])('%s', (_, path, diff) => {
    expect(impact(path, diff)).toBeLessThanOrEqual(0.4)
  })
})

test('a type that moves to another file changes nothing', () => {
  const lines = ['type Stock struct {', '    SKU string', '}']
  const record = {
    ...changeRecord({ id: 'c' }),
    files: [
      { path: 'a/types.go', diff: lines.map(line => `-${line}`).join('\n') },
      { path: 'api/stock.go', diff: lines.map(line => `+${line}`).join('\n') },
    ],
  }
  expect(impactOf(editOf(record))).toBeLessThanOrEqual(0.2)
})

test('of any text is between 0 and 1, and the same each time', () => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.constantFrom(
      '+if a {',
      '-if b {',
      '+}',
      '-x = 1',
      '+x = 2',
      '+return f(x)',
      '-return x',
      '+"a b": "c d",',
    ),
  )
  const path = fc.constantFrom('a.go', 'a.yaml', 'go.mod', 'Dockerfile', 'db/migrations/1.sql', 'a.tsx')
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), path, (lines, path) => {
      const found = impact(path, lines.join('\n'))
      expect(found).toBeGreaterThan(0)
      expect(found).toBeLessThanOrEqual(1)
      expect(impact(path, lines.join('\n'))).toBe(found)
    }),
  )
})

test('reads long lines of any kind in time', () => {
  for (const piece of ['a', '(', '"a ', 'a.b(', '=> ', '<a ', '@a(', 'a: "b ', '[x]'])
    expect(impact('a.tsx', `-${piece.repeat(50_000)}\n+${piece.repeat(49_999)}`)).toBeLessThanOrEqual(1)
}, 5_000)
