import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { UsageError } from './command.ts'

export interface SeriesRow {
  /** As written in the file. */
  timestamp: string
  /** Milliseconds since the Unix epoch; a time without a zone is UTC. */
  at: number
  /** NaN where the file has none. */
  value: number
}

/** Longer lines are no rows of a series. */
const LONGEST_LINE = 10_000
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const MISSING = /^(nan|null|none|na|-)?$/i

/**
 * The rows of a CSV file that begins with the line timestamp,value; `-` is standard input.
 * @throws UsageError naming file and line of what is no row
 */
export async function* readSeries(file: string): AsyncGenerator<SeriesRow> {
  const name = file === '-' ? 'standard input' : file
  const input = file === '-' ? process.stdin : createReadStream(file)
  const failed = new Promise<never>((_, reject) =>
    input.once('error', (error: Error) => reject(new UsageError(`cannot read ${name}: ${error.message}`))),
  )
  failed.catch(() => undefined)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
  for (let number = 1; ; number++) {
    const next = await Promise.race([lines.next(), failed])
    if (next.done) {
      if (number === 1)
        throw new UsageError(`${name} is empty; it should begin with the line timestamp,value`)
      return
    }
    const line = next.value.replace(/^\uFEFF/, '').trim()
    if (number === 1) header(line, name)
    else if (line !== '') yield row(line, `${name}:${number}`)
  }
}

function header(line: string, name: string): void {
  const columns = line.split(',').map(column => unquoted(column).toLowerCase())
  if (columns.length !== 2 || columns[0] !== 'timestamp' || columns[1] !== 'value')
    throw new UsageError(`${name}:1: the first line should be timestamp,value, not "${line.slice(0, 60)}"`)
}

function row(line: string, at: string): SeriesRow {
  const cells = line.length > LONGEST_LINE ? [] : line.split(',').map(unquoted)
  const [timestamp = '', text = ''] = cells
  if (cells.length !== 2)
    throw new UsageError(`${at}: expected a timestamp and a value, found "${line.slice(0, 60)}"`)
  const moment = momentOf(timestamp)
  if (Number.isNaN(moment))
    throw new UsageError(
      `${at}: "${timestamp.slice(0, 60)}" is no time; write 2026-03-01 10:00:00, ISO 8601 or Unix seconds`,
    )
  if (MISSING.test(text)) return { timestamp, at: moment, value: Number.NaN }
  if (!NUMBER.test(text)) throw new UsageError(`${at}: "${text.slice(0, 60)}" is no number`)
  return { timestamp, at: moment, value: Number(text) }
}

function momentOf(text: string): number {
  if (NUMBER.test(text)) {
    const number = Number(text)
    // Unix milliseconds of this century have 13 digits, seconds 10.
    return new Date(Math.abs(number) > 1e11 ? number : number * 1000).getTime()
  }
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?(Z|[+-]\d{2}:?\d{2})?$/.exec(text)
  if (!match) return Number.NaN
  const [, day, time = '00:00', zone = 'Z'] = match
  return Date.parse(`${day}T${time}${zone}`)
}

const unquoted = (cell: string): string => cell.trim().replace(/^"(.*)"$/, '$1')
