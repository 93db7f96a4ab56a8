const BLOCKS = ' ▁▂▃▄▅▆▇█'
/** Where a column's values went up to, above where all of them were. */
const RANGE = '░'
const HEIGHT = 8

interface Bucket {
  at: number
  low: number
  high: number
  score: number
}

/** Rows of a series gathered for one picture, in memory that does not grow with them. */
export interface Plot {
  add(at: number, value: number, score: number): void
  /** The picture as lines: bars from lowest to highest value, a mark under what scores at least `alert`, times. */
  lines(alert: number): string[]
}

/** @param width columns of the terminal */
export function createPlot(width: number): Plot {
  const columns = Math.max(20, Math.min(200, width - 12))
  let buckets: Bucket[] = []
  let rows = 0
  let each = 1
  return {
    add(at, value, score) {
      const last = buckets.at(-1)
      if (last && rows % each !== 0) merge(last, { at, low: value, high: value, score })
      else buckets.push({ at, low: value, high: value, score })
      rows++
      if (buckets.length === 2 * columns && rows % each === 0) {
        buckets = halved(buckets)
        each *= 2
      }
    },
    lines: alert => drawn(fitted(buckets, columns), alert),
  }
}

function merge(into: Bucket, more: Bucket): Bucket {
  into.low = Math.min(into.low, more.low)
  into.high = Math.max(into.high, more.high)
  into.score = Math.max(into.score, more.score)
  return into
}

const halved = (buckets: readonly Bucket[]): Bucket[] =>
  buckets.flatMap((bucket, i) => {
    const next = buckets[i + 1]
    return i % 2 === 0 ? [next ? merge(bucket, next) : bucket] : []
  })

function fitted(buckets: readonly Bucket[], columns: number): Bucket[] {
  const fit: Bucket[] = []
  const wide = Math.max(1, buckets.length / columns)
  buckets.forEach((bucket, i) => {
    const column = fit[Math.floor(i / wide)]
    if (column) merge(column, bucket)
    else fit.push({ ...bucket })
  })
  return fit
}

function drawn(columns: readonly Bucket[], alert: number): string[] {
  const low = columns.reduce((least, { low }) => Math.min(least, low), Number.POSITIVE_INFINITY)
  const high = columns.reduce((most, { high }) => Math.max(most, high), Number.NEGATIVE_INFINITY)
  const eighths = (value: number) =>
    high > low ? 1 + Math.round(((value - low) / (high - low)) * (8 * HEIGHT - 1)) : 1
  const label = (line: number) =>
    (line === HEIGHT - 1 ? short(high) : line === 0 ? short(low) : '').padStart(10)
  const lines = Array.from({ length: HEIGHT }, (_, i) => {
    const line = HEIGHT - 1 - i
    const cells = columns.map(({ low, high }) => {
      const filled = BLOCKS[Math.max(0, Math.min(8, eighths(high) - 8 * line))] ?? ' '
      return filled !== ' ' && eighths(low) <= 8 * line ? RANGE : filled
    })
    return `${label(line)} ${cells.join('')}`.trimEnd()
  })
  const marks = columns.map(({ score }) => (score >= alert ? '▲' : ' ')).join('')
  return [...lines, `${' '.repeat(11)}${marks}`.trimEnd(), `${' '.repeat(11)}${axis(columns)}`]
}

function axis(columns: readonly Bucket[]): string {
  const time = (bucket: Bucket | undefined) =>
    bucket ? new Date(bucket.at).toISOString().slice(0, 16).replace('T', ' ') : ''
  const first = time(columns[0])
  const last = time(columns.at(-1))
  if (columns.length < 34) return first
  if (columns.length < 54) return first + last.padStart(columns.length - first.length)
  const middle = time(columns[columns.length >> 1])
  const space = columns.length - first.length - middle.length - last.length
  return `${first}${' '.repeat(space >> 1)}${middle}${' '.repeat(space - (space >> 1))}${last}`
}

const short = (value: number): string =>
  Math.abs(value) >= 1e6 ? value.toExponential(2) : String(Number(value.toPrecision(4)))
