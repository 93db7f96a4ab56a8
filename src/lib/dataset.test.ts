import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DatasetError, datasetLimits, parseDataset, rowsOf, textAt } from './dataset.ts'

const csv = (text: string) => parseDataset('rows.csv', Buffer.from(text), 'csv')
const jsonl = (text: string) => parseDataset('rows.jsonl', Buffer.from(text), 'jsonl')

test('a CSV record has the line it begins on, past blank lines and quoted line breaks', () => {
  const { columns, records } = csv('text,label\n1,a\n\n"two\nlines",b\r\n4,c')
  expect(columns).toEqual(['text', 'label'])
  expect(records.map(record => [record.line, record.values.text])).toEqual([
    [2, '1'],
    [4, 'two\nlines'],
    [6, '4'],
  ])
})

test('nested JSON members are columns with a dotted path', () => {
  const dataset = jsonl('\ufeff{"user":"hi","facts":{"priceUsd":7.5,"receipt":true},"tags":[1]}\n')
  expect(dataset.columns).toEqual(['user', 'facts.priceUsd', 'facts.receipt', 'tags'])
  const [record] = dataset.records
  if (!record) throw new Error('no record')
  expect(['user', 'facts.priceUsd', 'facts.receipt', 'tags'].map(column => textAt(record, column))).toEqual([
    'hi',
    '7.5',
    'true',
    '[1]',
  ])
  expect(textAt(record, 'facts.toString')).toBeUndefined()
  expect(textAt(record, 'constructor.name')).toBeUndefined()
})

test.each([
  ['csv', '', 'rows:1: empty; a CSV file begins with a header line'],
  ['csv', 'a,a\n', 'rows:1: two columns are named "a"'],
  ['csv', 'a,\n', 'rows:1: column 2 has no name'],
  ['csv', 'a,b\n1,2\n3\n', 'rows:3: 1 fields, but the header has 2'],
  ['csv', 'a,b\n1,2\n3,"4\n', /^rows:3, column 2: not CSV: Quote Not Closed/],
  ['jsonl', '{"a":1}\n[2]\n', 'rows:2: expected one JSON object a line'],
  ['jsonl', '{"a":1}\n{"a":\n', /^rows:2: not JSON: /],
  ['jsonl', '{"a":1}\n{"a":"\u00ff"}\n', 'rows:2: not UTF-8 text'],
  [
    'jsonl',
    `{"a":1}\n{"a":"${'x'.repeat(datasetLimits.record)}"}\n`,
    /^rows:2: a line of \d+ characters, \d+ at most/,
  ],
  [
    'jsonl',
    JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`c${n}`, n]))),
    'rows:1: more than 1000 columns',
  ],
] as const)('a bad %s file is refused with its place (%#)', (format, text, message) => {
  const bytes = Buffer.from(text, 'latin1')
  expect(() => parseDataset('rows', bytes, format)).toThrow(DatasetError)
  expect(() => parseDataset('rows', bytes, format)).toThrow(message)
})

test('a file beyond the size limit is refused unread', () => {
  const big = { length: datasetLimits.bytes + 1 } as Uint8Array
  expect(() => parseDataset('big.csv', big, 'csv')).toThrow('big.csv: 67108865 bytes, 67108864 at most')
})

test('a row without its input or label is named by file, line and column', () => {
  const dataset = csv('text,label\na,x\nb,\n')
  expect(() => rowsOf(dataset, { input: 'text', label: 'label' })).toThrow(
    'rows.csv:3: column "label" is empty',
  )
  expect(() => rowsOf(dataset, { input: 'body', label: 'label' })).toThrow(
    'rows.csv:2: no column "body"; there are text, label',
  )
  expect(() =>
    rowsOf(jsonl('{"text":"a","label":"x"}\n{"text":"b"}'), { input: 'text', label: 'label' }),
  ).toThrow('rows.jsonl:2: no column "label"')
})

test('any rows survive being written as JSON lines and as CSV', () => {
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(fc.array(fc.record({ input: text, label: text.filter(label => label !== '') })), rows => {
      const lines = rows.map(row => `${JSON.stringify(row)}\n`).join('')
      expect(rowsOf(jsonl(lines), { input: 'input', label: 'label' })).toEqual(rows)
      const quoted = rows.map(
        row => `"${row.input.replaceAll('"', '""')}","${row.label.replaceAll('"', '""')}"\n`,
      )
      expect(rowsOf(csv(`input,label\n${quoted.join('')}`), { input: 'input', label: 'label' })).toEqual(rows)
    }),
  )
})

test('garbage is refused or read, and never anything but a DatasetError comes out', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('csv' as const, 'jsonl' as const),
      (bytes, format) => {
        try {
          parseDataset('garbage', bytes, format)
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError)
        }
      },
    ),
  )
})
