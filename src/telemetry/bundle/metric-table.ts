import type { MetricPoint } from '../signals/signal.ts'
import { BundleError, limits } from './layout.ts'

/** metrics/<service>.csv: rows by ascending time. */
export interface MetricTable {
  service: string
  columns: readonly string[]
  /** Milliseconds since the epoch. */
  at: Float64Array
  /** One array for each column; NaN where there is no value. */
  values: readonly Float64Array[]
}

/** @throws BundleError naming file and line */
export function metricTable(path: string, service: string, text: string): MetricTable {
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  const columns = cells(lines[0] ?? '')
  if (columns[0] !== 'timestamp') throw new BundleError(`${path}:1: the first column is not timestamp`)
  if (columns.length > limits.columns)
    throw new BundleError(`${path}:1: has ${columns.length} columns, ${limits.columns} at most`)
  if (lines.length > limits.rows) throw new BundleError(`${path}: has more than ${limits.rows} rows`)
  const rows: number[][] = []
  for (let number = 2; number <= lines.length; number++) {
    const line = lines[number - 1]?.trim() ?? ''
    if (line !== '') rows.push(row(line, columns, `${path}:${number}`))
  }
  if (rows.some((one, index) => index > 0 && (one[0] ?? 0) < (rows[index - 1]?.[0] ?? 0)))
    rows.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
  return {
    service,
    columns: columns.slice(1),
    at: Float64Array.from(rows, one => Math.round((one[0] ?? 0) * 1e6) / 1000),
    values: columns
      .slice(1)
      .map((_, column) => Float64Array.from(rows, one => one[column + 1] ?? Number.NaN)),
  }
}

function row(line: string, columns: readonly string[], place: string): number[] {
  const texts = cells(line)
  if (texts.length !== columns.length)
    throw new BundleError(`${place}: has ${texts.length} cells, the first line ${columns.length}`)
  const values = texts.map((text, column) => {
    const value = missing.test(text) ? Number.NaN : number.test(text) ? Number(text) : undefined
    if (value === undefined)
      throw new BundleError(`${place}: ${columns[column]} is no number: "${text.slice(0, 40)}"`)
    return value
  })
  const [seconds = Number.NaN] = values
  if (!(Math.abs(seconds) < 8.64e12)) throw new BundleError(`${place}: has no time in Unix seconds`)
  return values
}

const missing = /^(nan|null|none|[+-]?inf(inity)?)?$/i
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** The cells of a line, in quotes where they have commas (RFC 4180). */
function cells(line: string): string[] {
  const plain = line.endsWith('\r') ? line.slice(0, -1) : line
  if (!plain.includes('"')) return plain.split(',').map(cell => cell.trim())
  const found: string[] = []
  for (let at = 0; at <= plain.length; ) {
    if (plain[at] === '"') {
      let cell = ''
      for (at++; at < plain.length; at++) {
        if (plain[at] !== '"') cell += plain[at]
        else if (plain[at + 1] === '"') {
          cell += '"'
          at++
        } else break
      }
      found.push(cell)
      const comma = plain.indexOf(',', at)
      at = comma < 0 ? plain.length + 1 : comma + 1
    } else {
      const comma = plain.indexOf(',', at)
      const end = comma < 0 ? plain.length : comma
      found.push(plain.slice(at, end).trim())
      at = end + 1
    }
  }
  return found
}

/** The file of a table, with line feeds in names as spaces. */
export function metricCsv({ columns, at, values }: Omit<MetricTable, 'service'>): string {
  const lines = [['timestamp', ...columns.map(quoted)].join(',')]
  for (const [index, time] of at.entries())
    lines.push([time / 1000, ...values.map(column => cellOf(column[index]))].join(','))
  return `${lines.join('\n')}\n`
}

const cellOf = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? '' : String(value)

const quoted = (name: string): string => {
  const line = name.replace(/[\r\n]+/g, ' ').trim()
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line
}

/** What a table says, as signals. */
export function* pointsOf({ service, columns, at, values }: MetricTable): Generator<MetricPoint> {
  for (const [index, time] of at.entries())
    for (const [column, name] of columns.entries()) {
      const value = values[column]?.[index] ?? Number.NaN
      if (!Number.isNaN(value))
        yield { kind: 'metric', resource: { service }, at: time, name, type: 'gauge', value, attributes: {} }
    }
}
