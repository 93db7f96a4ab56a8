import type { Row } from '../model.ts'
import { createExtractor, type FeatureOptions } from './features.ts'
import { log } from './numbers.ts'

/** Labelled rows as sparse vectors, row after row: row r has the entries `starts[r]` to `starts[r + 1]`. */
export interface Vectors {
  labels: string[]
  /** Place of each row's label in `labels`. */
  targets: Int32Array
  starts: Uint32Array
  /** Feature of each entry, a place in `buckets`. */
  features: Uint32Array
  values: Float32Array
  /** The buckets that became features, ascending. */
  buckets: Uint32Array
  /** Inverse document frequency of each feature. */
  idf: Float32Array
}

/** Entries in memory at once, about 8 bytes each. */
const MAX_ENTRIES = 64_000_000
const MAX_LABELS = 1000

/**
 * Reads all rows into vectors of sublinear tf · idf with unit length.
 * @param minRows a bucket seen in fewer rows is left out
 * @param maxFeatures the most frequent buckets are kept, ties by bucket number
 * @throws Error when there are no two labels, or more labels or entries than fit
 */
export function vectorise(
  rows: Row[],
  options: FeatureOptions,
  { minRows, maxFeatures }: { minRows: number; maxFeatures: (labels: number) => number },
): Vectors {
  const labels = labelsOf(rows)
  const { starts, entries, occurrences } = countBuckets(rows, options)
  const rowsWith = new Uint32Array(2 ** options.bits)
  for (const bucket of entries) rowsWith[bucket] = (rowsWith[bucket] ?? 0) + 1
  const buckets = select(rowsWith, minRows, maxFeatures(labels.length))
  const idf = Float32Array.from(buckets, bucket => 1 + log((1 + rows.length) / (1 + (rowsWith[bucket] ?? 0))))
  const place = new Map(labels.map((label, index) => [label, index]))
  return {
    labels,
    targets: Int32Array.from(rows, row => place.get(row.label) ?? 0),
    buckets,
    idf,
    ...weigh(starts, entries, occurrences, buckets, idf, options.bits),
  }
}

const MAX_OCCURRENCES = 1023
const dampening = Float32Array.from({ length: MAX_OCCURRENCES + 1 }, (_, n) => (n === 0 ? 0 : 1 + log(n)))

/** 1 + ln(occurrences), so that the tenth repetition of a word adds little. */
export const dampened = (occurrences: number): number =>
  dampening[Math.min(occurrences, MAX_OCCURRENCES)] ?? 0

function labelsOf(rows: Row[]): string[] {
  // Sorted by code units: the order of rows must not decide which label is which row of weights.
  const labels = [...new Set(rows.map(row => row.label))].sort()
  if (labels.length < 2)
    throw new Error(`${rows.length} rows with ${labels.length} different labels: training needs at least two`)
  if (labels.length > MAX_LABELS)
    throw new Error(`${labels.length} different labels, ${MAX_LABELS} at most: is it the right label column?`)
  return labels
}

function countBuckets(rows: Row[], options: FeatureOptions) {
  const extract = createExtractor(options)
  const starts = new Uint32Array(rows.length + 1)
  let entries = new Uint32Array(1 << 20)
  let occurrences = new Uint16Array(1 << 20)
  let size = 0
  rows.forEach((row, index) => {
    const found = extract(row.input)
    const end = size + found.count
    if (end > MAX_ENTRIES)
      throw new Error(
        `row ${index + 1} of ${rows.length} is more text than fits in memory: lower maxCharacters or train from fewer rows`,
      )
    if (end > entries.length) {
      entries = grown(entries, new Uint32Array(Math.max(end, entries.length * 2)))
      occurrences = grown(occurrences, new Uint16Array(Math.max(end, occurrences.length * 2)))
    }
    for (let at = 0; at < found.count; at++) {
      entries[size] = found.buckets[at] ?? 0
      occurrences[size++] = Math.min(found.occurrences[at] ?? 0, MAX_OCCURRENCES)
    }
    starts[index + 1] = size
  })
  return { starts, entries: entries.subarray(0, size), occurrences }
}

function grown<A extends Uint32Array | Uint16Array>(from: A, to: A): A {
  to.set(from)
  return to
}

function select(rowsWith: Uint32Array, minRows: number, maxFeatures: number): Uint32Array {
  const seen: number[] = []
  rowsWith.forEach((count, bucket) => {
    if (count >= minRows) seen.push(bucket)
  })
  if (seen.length > maxFeatures) {
    seen.sort((a, b) => (rowsWith[b] ?? 0) - (rowsWith[a] ?? 0) || a - b)
    seen.length = maxFeatures
  }
  return Uint32Array.from(seen).sort()
}

function weigh(
  starts: Uint32Array,
  entries: Uint32Array,
  occurrences: Uint16Array,
  buckets: Uint32Array,
  idf: Float32Array,
  bits: number,
) {
  const featureOf = new Int32Array(2 ** bits).fill(-1)
  buckets.forEach((bucket, feature) => {
    featureOf[bucket] = feature
  })
  const kept = new Uint32Array(starts.length)
  const values = new Float32Array(entries.length)
  // In place: a row never grows, so writing stays behind reading.
  const features = entries
  let size = 0
  for (let row = 0; row + 1 < starts.length; row++) {
    let squares = 0
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at++) {
      const feature = featureOf[entries[at] ?? 0] ?? -1
      if (feature < 0) continue
      const value = dampened(occurrences[at] ?? 0) * (idf[feature] ?? 0)
      squares += value * value
      features[size] = feature
      values[size++] = value
    }
    const norm = squares > 0 ? 1 / Math.sqrt(squares) : 0
    for (let at = kept[row] ?? 0; at < size; at++) values[at] = (values[at] ?? 0) * norm
    kept[row + 1] = size
  }
  return { starts: kept, features: features.subarray(0, size), values: values.subarray(0, size) }
}
