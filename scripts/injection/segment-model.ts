import { makeSparse } from '../../src/gateway/guardrails/injection/features.ts'
import { hashSegment, SEGMENT_PLACES } from '../../src/gateway/guardrails/injection/segment-features.ts'
import { eachSegment, readSegment, segmentSignals } from '../../src/gateway/guardrails/injection/segments.ts'
import { WINDOW } from '../../src/gateway/guardrails/injection/tokens.ts'
import { makeWindow, readDocumentWindow } from '../../src/gateway/guardrails/injection/window.ts'
import { type Example, fitLinear, type Model, sumOf } from './regression.ts'
import type { Row } from './sources.ts'

interface SegmentExample {
  place: Int32Array
  value: Float32Array
  /** How likely this is the attack of its document before any model is fitted. */
  prior: number
  text: string
}

export interface DocumentExample {
  row: Row
  segments: SegmentExample[]
}

const sparse = makeSparse()
const window = makeWindow()
const signals = new Float32Array(segmentSignals.length)

export function readDocumentExamples(rows: readonly Row[]): DocumentExample[] {
  return rows.map(row => {
    const segments: SegmentExample[] = []
    readDocumentWindow(row.text, 0, Math.min(row.text.length, WINDOW), window)
    const { tokens } = window
    eachSegment(window, (segment, line) => {
      readSegment(row.text, window, segment, line, signals)
      hashSegment(tokens, segment, sparse)
      const text = row.text.slice(tokens.start[segment.from], tokens.end[segment.to - 1])
      const place = [...sparse.place.subarray(0, sparse.count)]
      const value = [...sparse.value.subarray(0, sparse.count)]
      for (const [k, signal] of signals.entries()) {
        if (signal === 0) continue
        place.push(SEGMENT_PLACES + k)
        value.push(signal * SIGNAL_SHARE)
      }
      segments.push({
        place: Int32Array.from(place),
        value: Float32Array.from(value),
        prior: priorOf(row, text),
        text,
      })
    })
    return { row, segments }
  })
}

/** Signals learn at this share of the wording's rate. */
export const SIGNAL_SHARE = 0.5

const at = (name: (typeof segmentSignals)[number]): number => signals[segmentSignals.indexOf(name)] ?? 0

function priorOf({ planted }: Row, text: string): number {
  if (planted)
    return planted.includes(text) || text.includes(planted) || escaped(planted).includes(text) ? 1 : 0
  return (
    0.5 * at('imperative') +
    2 * at('your-response') +
    2 * at('your-code') +
    at('pointed-code') +
    2 * at('imperative-alone') +
    2 * at('question-alone') +
    at('action-to-target') +
    0.3 * at('edge')
  )
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Which sentence is the attack is not told for all documents: the best explanation of the last round is taken (mi-SVM, Andrews et al. 2002). */
export function fitSegments(documents: readonly DocumentExample[]): Model {
  const trained = documents.filter(({ row, segments }) => row.trains && segments.length > 0)
  let model: Model | undefined
  for (let round = 0; round < 3; round++) {
    const examples: Example[] = []
    for (const { row, segments } of trained) {
      const weight = weightOf(row)
      if (!row.attack) {
        for (const segment of segments) examples.push({ ...segment, label: 0, weight })
        continue
      }
      const chosen = choose(row, segments, model)
      if (!chosen) continue
      examples.push({ ...chosen, label: 1, weight: weight * 3 })
      if (row.planted)
        for (const segment of segments)
          if (segment.prior === 0) examples.push({ ...segment, label: 0, weight: weight * 0.2 })
    }
    model = fitLinear(examples, SEGMENT_PLACES + segmentSignals.length, {
      epochs: 8,
      rate: 0.2,
      penalty: 1e-5,
    })
  }
  return model ?? { weights: new Float32Array(0), bias: 0 }
}

function choose(
  row: Row,
  segments: readonly SegmentExample[],
  model: Model | undefined,
): SegmentExample | undefined {
  const candidates = row.planted ? segments.filter(({ prior }) => prior > 0) : segments
  const value = (segment: SegmentExample) =>
    segment.prior + (model ? sumOf(model, segment) : segment.text.length / 1000)
  return candidates.reduce<SegmentExample | undefined>(
    (best, one) => (best && value(best) >= value(one) ? best : one),
    undefined,
  )
}

function weightOf({ source, attack }: Row): number {
  if (source.startsWith('made')) return attack ? 0.3 : 0.5
  return source.startsWith('ifeval') ? 0.5 : 1
}

/** The sum of a document: that of its worst segment. */
export function documentSumOf(model: Model, { segments }: DocumentExample): { sum: number; text: string } {
  let sum = -20
  let text = ''
  for (const segment of segments) {
    const own = sumOf(model, segment)
    if (own > sum) {
      sum = own
      text = segment.text
    }
  }
  return { sum, text }
}
