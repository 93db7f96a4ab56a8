import { parse } from 'csv-parse/sync'

/**
 * Labelled data as people keep it in a repository: CSV with a header line, or one JSON object a line. A parsed record
 * remembers its line, so that whoever finds fault with a value can name it. Content is untrusted: all is bounded.
 */
export type DatasetFormat = 'csv' | 'jsonl'

export interface DatasetRecord {
  /** Line of the file on which the record begins, from 1. */
  line: number
  values: Record<string, unknown>
}

export interface Dataset {
  /** What errors call it, such as `data/mail-train.jsonl`. */
  name: string
  /** Column names in order of first appearance; nested JSON members as dotted paths such as `facts.priceUsd`. */
  columns: string[]
  records: DatasetRecord[]
}

export const datasetLimits = {
  bytes: 64 * 2 ** 20,
  rows: 1_000_000,
  columns: 1000,
  /** UTF-16 units of one line of JSON or one CSV record. */
  record: 2 ** 20,
  /** Levels of nested JSON members that become columns; deeper ones stay values. */
  depth: 8,
}

/** Content that is not a dataset; the message names file, line and column. */
export class DatasetError extends Error {}

/** @throws DatasetError when the bytes are not UTF-8 text of this format or exceed `datasetLimits` */
export function parseDataset(name: string, bytes: Uint8Array, format: DatasetFormat): Dataset {
  if (bytes.length > datasetLimits.bytes)
    throw new DatasetError(`${name}: ${bytes.length} bytes, ${datasetLimits.bytes} at most`)
  const text = decode(name, bytes)
  const dataset = format === 'csv' ? parseCsv(name, text) : parseJsonLines(name, text)
  if (dataset.records.length > datasetLimits.rows) throw tooManyRows(name)
  return dataset
}

/**
 * The value of a column as text: numbers and booleans as JSON writes them, objects and lists as JSON.
 * A name with dots is looked up as it stands first, then as a path.
 * @returns undefined when the column is absent or null
 */
export function textAt(record: DatasetRecord, column: string): string | undefined {
  const value = valueAt(record.values, column)
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * Pairs of input and label of every record.
 * @throws DatasetError that names file, line and column when a record lacks one of them, or has an empty label
 */
export function rowsOf(
  dataset: Dataset,
  columns: { input: string; label: string },
): { input: string; label: string }[] {
  return dataset.records.map(record => {
    const label = requiredText(dataset, record, columns.label)
    if (label === '')
      throw new DatasetError(`${dataset.name}:${record.line}: column "${columns.label}" is empty`)
    return { input: requiredText(dataset, record, columns.input), label }
  })
}

/** @throws DatasetError that names file, line and column when the record lacks it */
export function requiredText(dataset: Dataset, record: DatasetRecord, column: string): string {
  const text = textAt(record, column)
  if (text !== undefined) return text
  const known = dataset.columns.slice(0, 10).join(', ')
  throw new DatasetError(`${dataset.name}:${record.line}: no column "${column}"; there are ${known}`)
}

function valueAt(values: Record<string, unknown>, column: string): unknown {
  if (Object.hasOwn(values, column)) return values[column]
  let value: unknown = values
  for (const member of column.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, member)) return undefined
    value = value[member]
  }
  return value
}

function decode(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const before = new TextDecoder().decode(bytes).split('\ufffd', 1)[0] ?? ''
    throw new DatasetError(`${name}:${before.split('\n').length}: not UTF-8 text`, { cause: error })
  }
}

function parseJsonLines(name: string, text: string): Dataset {
  const columns = new Set<string>()
  const records: DatasetRecord[] = []
  let line = 0
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from)
    const end = newline < 0 ? text.length : newline
    line++
    if (end - from > datasetLimits.record)
      throw new DatasetError(
        `${name}:${line}: a line of ${end - from} characters, ${datasetLimits.record} at most`,
      )
    const content = text.slice(from, end)
    from = end + 1
    if (content.trim() === '') continue
    const values = parseLine(name, line, content)
    collectColumns(values, '', 1, columns)
    if (columns.size > datasetLimits.columns) throw tooManyColumns(name, line)
    if (records.push({ line, values }) > datasetLimits.rows) throw tooManyRows(name)
  }
  return { name, columns: [...columns], records }
}

function parseLine(name: string, line: number, content: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    throw new DatasetError(`${name}:${line}: not JSON: ${(error as Error).message}`, { cause: error })
  }
  if (!isObject(value)) throw new DatasetError(`${name}:${line}: expected one JSON object a line`)
  return value
}

function collectColumns(
  values: Record<string, unknown>,
  prefix: string,
  depth: number,
  into: Set<string>,
): void {
  for (const member of Object.keys(values)) {
    const value = values[member]
    const path = prefix + member
    if (isObject(value) && depth < datasetLimits.depth) collectColumns(value, `${path}.`, depth + 1, into)
    else into.add(path)
    if (into.size > datasetLimits.columns) return
  }
}

interface CsvRecord {
  info: { lines: number }
  record: string[]
}

function parseCsv(name: string, text: string): Dataset {
  const [header, ...rows] = csvRecords(name, text)
  if (!header) throw new DatasetError(`${name}:1: empty; a CSV file begins with a header line`)
  const columns = header.record.map(column => column.trim())
  if (columns.length > datasetLimits.columns) throw tooManyColumns(name, 1)
  const odd = columns.findIndex((column, index) => column === '' || columns.indexOf(column) < index)
  if (odd >= 0)
    throw new DatasetError(
      columns[odd] === ''
        ? `${name}:1: column ${odd + 1} has no name`
        : `${name}:1: two columns are named "${columns[odd]}"`,
    )
  const records = rows.map(({ info, record }) => {
    // csv-parse says on which line a record ends.
    const line = info.lines - record.reduce((lines, field) => lines + field.split('\n').length - 1, 0)
    if (record.length !== columns.length)
      throw new DatasetError(`${name}:${line}: ${record.length} fields, but the header has ${columns.length}`)
    return { line, values: Object.fromEntries(columns.map((column, index) => [column, record[index]])) }
  })
  return { name, columns, records }
}

function csvRecords(name: string, text: string): CsvRecord[] {
  try {
    return parse(text, {
      info: true,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: datasetLimits.record,
      to: datasetLimits.rows + 2,
    }) as unknown as CsvRecord[]
  } catch (error) {
    const { lines, column, message } = error as Error & { lines?: number; column?: number | string }
    const where = column === undefined ? '' : `, column ${Number(column) + 1}`
    throw new DatasetError(`${name}:${lines ?? 1}${where}: not CSV: ${message}`, { cause: error })
  }
}

const tooManyRows = (name: string) => new DatasetError(`${name}: more than ${datasetLimits.rows} rows`)

const tooManyColumns = (name: string, line: number) =>
  new DatasetError(`${name}:${line}: more than ${datasetLimits.columns} columns`)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
