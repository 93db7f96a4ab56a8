import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeRecord } from '../made-incidents.world.ts'
import { editOf } from './edit.ts'
import { behaves, roleOf } from './file-role.ts'
import { settingChanges, settingsIn } from './settings.ts'
import { fileEdit } from './unified-diff.ts'
import { ratioOf, readValue, weightOfRatio } from './value.ts'

describe('values', () => {
  test.each([
    ['15 * time.Minute', 900, 'time'],
    ['15s', 15, 'time'],
    ['Duration.ofSeconds(30)', 30, 'time'],
    ['timedelta(minutes=5)', 300, 'time'],
    ['5.minutes', 300, 'time'],
    ['512Mi', 512 * 2 ** 20, 'bytes'],
    ['10 << 20', 10 * 2 ** 20, 'bytes'],
    ['1_000', 1000, 'plain'],
    ['5 * 60 * 1000', 300_000, 'plain'],
    ['-3.5', -3.5, 'plain'],
    ['true', undefined, 'plain'],
    ['time.Minute', undefined, 'plain'],
  ])('%s is %s %s', (text, number, unit) => {
    const value = readValue(text)
    expect([value.number, value.unit]).toEqual([number, unit])
  })

  test.each([
    ['timeoutMs', '500', 0.5],
    ['cpu', '250m', 0.25],
    ['idle_minutes', '2', 120],
  ])('of %s, %s is %s', (name, text, number) => {
    expect(readValue(text, name).number).toBe(number)
  })

  test('compare in one unit and weigh by the factor', () => {
    expect(ratioOf(readValue('15m'), readValue('15s'))).toBeCloseTo(1 / 60)
    expect(ratioOf(readValue('15m'), readValue('512Mi'))).toBeUndefined()
    expect(weightOfRatio(1.2)).toBeLessThan(0.25)
    expect(weightOfRatio(0.2)).toBeGreaterThan(0.8)
  })
})

describe('settings', () => {
  test.each([
    ['DefaultTTL: 15 * time.Second,', 'DefaultTTL', 15],
    ['const defaultMaxConns = 10', 'defaultMaxConns', 10],
    ['const limit: number = 5', 'limit', 5],
    ['ctx, cancel := context.WithTimeout(ctx, 2*time.Second)', 'context.WithTimeout#1', 2],
    ['java -Xmx512m -jar app.jar', '-Xmx', 512e6],
    ['--max-connections=100', '--max-connections', 100],
    [
      'spec.template.spec.containers[app].resources.limits.memory: 512Mi',
      'resources.limits.memory',
      512 * 2 ** 20,
    ],
  ])('in %s', (line, name, number) => {
    expect(settingsIn(line).find(setting => setting.name === name)?.value.number).toBe(number)
  })

  test('are paired by name, and told when they came or went', () => {
    const changes = settingChanges(['a: 1', 'b: 2', 'c: 3'], ['b: 5', 'c: 3', 'd: 4'])
    expect(changes.map(({ name, before, after }) => [name, before?.text, after?.text])).toEqual([
      ['a', '1', undefined],
      ['b', '2', '5'],
      ['d', undefined, '4'],
    ])
  })
})

test.each([
  ['pkg/db/pool.go', 'code', true],
  ['pkg/db/pool_test.go', 'test', false],
  ['docs/api/search.md', 'docs', false],
  ['web/src/pages/Settings.css', 'style', false],
  ['.github/workflows/build.yml', 'ci', false],
  ['deploy/staging/tls.yaml', 'elsewhere', false],
  ['go.sum', 'lock', false],
  ['go.mod', 'manifest', true],
  ['services/a/Dockerfile', 'image', true],
  ['db/migrations/0042_index.sql', 'migration', true],
  ['prompts/support.prompt', 'prompt', true],
  ['Deployment/shop/cart', 'config', true],
  ['services/catalog/lookup.go', 'code', true],
])('%s is %s', (path, role, counts) => {
  expect(roleOf(path)).toBe(role)
  expect(behaves(roleOf(path))).toBe(counts)
})

describe('a diff', () => {
  test('is lines that went and came; what only moved, comments and heads are apart', () => {
    const edit = fileEdit({
      path: 'a/pool.go',
      diff: '--- a/pool.go\n+++ b/pool.go\n@@ -1,4 +1,4 @@ func New() {\n-\tMax: max,\n+\tMax:  max,\n-// fifty\n-const max = 50 // all\n+const max = 10\n keep()',
    })
    expect(edit.removed).toEqual(['const max = 50'])
    expect(edit.added).toEqual(['const max = 10'])
    expect(edit.moved).toEqual(['Max: max,'])
    expect(edit.context).toEqual(['keep()'])
    expect(edit.told).toEqual(['func New() {', '// fifty'])
  })

  test('that takes a function apart keeps what it had', () => {
    const diff =
      '-\tf, err := open(path)\n-\tdefer f.Close()\n+\treturn write(path)\n+}\n+\n+func write(path string) error {\n+\tf, err := open(path)\n+\tdefer f.Close()'
    expect(editOf(changeRecord({ id: 'c', path: 'a/a.go', diff })).kept).toBe(1)
  })

  test('of any text is read, within bounds', () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.constantFrom('@@', '+', '-', ' ', '+++ b', '--- a', '+a: 1', '-a: 2', '+// x'),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.string({ maxLength: 30 }), (lines, path) => {
        const edit = editOf(changeRecord({ id: 'c', path, diff: lines.join('\n') }))
        expect(edit.kept).toBeGreaterThanOrEqual(0)
        expect(edit.kept).toBeLessThanOrEqual(1)
      }),
    )
    const long = fileEdit({ path: 'a.go', diff: `+${'x'.repeat(10_000)}\n`.repeat(5_000) })
    expect(long.added.length).toBeLessThanOrEqual(1_000)
    expect(Math.max(...long.added.map(({ length }) => length))).toBeLessThanOrEqual(500)
  })
})
