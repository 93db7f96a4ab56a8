import {
  documentSignals,
  keepWorst,
  readDocumentSignals,
} from '../../src/gateway/guardrails/injection/document-signals.ts'
import { makeSparse } from '../../src/gateway/guardrails/injection/features.ts'
import { hashSegment, SEGMENT_PLACES } from '../../src/gateway/guardrails/injection/segment-features.ts'
import {
  countWords,
  readSegment,
  segmentSignals,
} from '../../src/gateway/guardrails/injection/segment-signals.ts'
import { eachSegment } from '../../src/gateway/guardrails/injection/segments.ts'
import { WINDOW } from '../../src/gateway/guardrails/injection/tokens.ts'
import { makeWindow, readDocumentWindow } from '../../src/gateway/guardrails/injection/window.ts'
import { FOLDS, foldOf } from './folds.ts'
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
  /** Fills the document signals but for the sums of sentences. */
  whole: Float32Array
}

export interface DocumentModel {
  segment: Model
  stack: Model
}

const sparse = makeSparse()
const window = makeWindow()
const signals = new Float32Array(segmentSignals.length)
const none = new Float64Array(3)

export function readDocumentExamples(rows: readonly Row[]): DocumentExample[] {
  return rows.map(row => {
    const segments: SegmentExample[] = []
    readDocumentWindow(row.text, 0, Math.min(row.text.length, WINDOW), window)
    const { tokens } = window
    countWords(tokens)
    eachSegment(row.text, tokens, window.lines, segment => {
      readSegment(row.text, window, segment, signals)
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
    const whole = new Float32Array(documentSignals.length)
    readDocumentSignals(window, none, whole)
    return { row, segments, whole }
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
function fitSegments(documents: readonly DocumentExample[]): Model {
  const trained = documents.filter(({ row, segments }) => row.trains && segments.length > 0)
  let model: Model | undefined
  for (let round = 0; round < 3; round++)
    model = fitLinear(
      trained.flatMap(document => examplesOf(document, model)),
      SEGMENT_PLACES + segmentSignals.length,
      { epochs: 8, rate: 0.2, penalty: 1e-5 },
    )
  return model ?? { weights: new Float32Array(0), bias: 0 }
}

function examplesOf({ row, segments }: DocumentExample, model: Model | undefined): Example[] {
  const weight = weightOf(row)
  if (!row.attack) return segments.map(segment => ({ ...segment, label: 0, weight }))
  const chosen = choose(row, segments, model)
  if (!chosen) return []
  const beside = row.planted ? segments.filter(({ prior }) => prior === 0) : []
  return [
    { ...chosen, label: 1, weight: weight * 3 },
    ...beside.map((segment): Example => ({ ...segment, label: 0, weight: weight * 0.2 })),
  ]
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
  if (attack) return 4
  return source.startsWith('ifeval') || source.startsWith('e-mails') ? 0.5 : 1
}

/** First stage on sentences; second on their out-of-fold sums beside what the whole document shows. */
export function fitDocuments(documents: readonly DocumentExample[]): DocumentModel {
  const trained = documents.filter(({ row, segments }) => row.trains && segments.length > 0)
  const second: Example[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const model = fitSegments(trained.filter(({ row }) => foldOf(row.group, 'inner') !== fold))
    for (const example of trained)
      if (foldOf(example.row.group, 'inner') === fold) second.push(stacked(example, model).example)
  }
  return {
    segment: fitSegments(trained),
    stack: fitLinear(second, documentSignals.length, { epochs: 30, rate: 0.1, penalty: 1e-4 }),
  }
}

const stackPlaces = Int32Array.from(documentSignals, (_, i) => i)

function stacked(
  { row, segments, whole }: DocumentExample,
  model: Model,
): { example: Example; text: string } {
  const worst = new Float64Array(3).fill(-Infinity)
  let text = ''
  for (const segment of segments) {
    const sum = sumOf(model, segment)
    if (sum > (worst[0] ?? 0)) text = segment.text
    keepWorst(worst, sum)
  }
  const value = whole.slice()
  for (let k = 0; k < 3; k++) value[k] = Math.max(-4, worst[k] ?? 0)
  return { example: { place: stackPlaces, value, label: row.attack ? 1 : 0, weight: weightOf(row) }, text }
}

/** The sum of a document and its worst sentence. */
export function documentSumOf(
  model: DocumentModel,
  document: DocumentExample,
): { sum: number; text: string } {
  const { example, text } = stacked(document, model.segment)
  return { sum: document.segments.length === 0 ? -20 : sumOf(model.stack, example), text }
}
