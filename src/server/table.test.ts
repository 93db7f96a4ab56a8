import { describe, expect, test } from 'vitest'
import { Event, Secret } from '../api/kinds/core.ts'
import { Delivery } from '../api/kinds/delivery.ts'
import { humanAge } from '../lib/age.ts'
import { printerPath } from './printer-path.ts'
import { tablePrinter } from './table.ts'

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]

test.each([
  [0, '0s'],
  [119 * second, '119s'],
  [2 * minute, '2m'],
  [9 * minute + 30 * second, '9m30s'],
  [179 * minute, '179m'],
  [3 * hour + 5 * minute, '3h5m'],
  [47 * hour, '47h'],
  [3 * day + 4 * hour, '3d4h'],
  [100 * day, '100d'],
  [800 * day, '2y70d'],
  [-5 * minute, '<invalid>'],
])('%i ms ago is %s', (ms, text) => {
  expect(humanAge(ms)).toBe(text)
})

describe('printer paths', () => {
  const object = { spec: { 'a-b': 1, list: [{ type: 'Ready', status: 'True' }, { type: 'Other' }] }, zero: 0 }
  test.each([
    ['.zero', [0]],
    ['.spec.a-b', [1]],
    ['spec.list[1].type', ['Other']],
    ['.spec.list[*].type', ['Ready', 'Other']],
    ['.spec.list[?(@.type=="Ready")].status', ['True']],
    [".spec['a-b']", [1]],
    ['.spec.none.deeper', []],
    ['.constructor', []],
  ])('%s is read', (path, values) => {
    expect(printerPath(path)(object)).toEqual(values)
  })
  test('another form is refused', () => {
    expect(() => printerPath('.a..b')).toThrow('is not a printer column path')
  })
})

test('columns are those of the kind between name and age', () => {
  const names = (kind: Parameters<typeof tablePrinter>[0]) =>
    tablePrinter(kind).columnDefinitions.map(column => (column as { name: string }).name)
  expect(names(Secret)).toEqual(['Name', 'Type', 'Data', 'Age'])
  expect(names(Event)).toEqual(['Name', 'Last Seen', 'Type', 'Reason', 'Object', 'Message'])
  expect(names(Delivery).slice(0, 3)).toEqual(['Name', 'Ready', 'Revision'])
  const cells = tablePrinter(Delivery).cells(
    {
      apiVersion: 'keelway.dev/v1alpha1',
      kind: 'Delivery',
      metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    },
    Date.UTC(2026, 0, 2),
  )
  expect(cells.slice(0, 3)).toEqual(['a', 'True', null])
  expect(cells.at(-1)).toBe('24h')
})
