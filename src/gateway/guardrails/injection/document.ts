import { documentSignals, keepWorst, readDocumentSignals } from './document-signals.ts'
import { makeSparse } from './features.ts'
import { weigh } from './linear.ts'
import { hashSegment } from './segment-features.ts'
import { countWords, readSegment, segmentSignals } from './segment-signals.ts'
import { eachSegment, type Segment } from './segments.ts'
import { clean, scoreOf, type Verdict } from './verdict.ts'
import type { Weights } from './weights.ts'
import type { Window } from './window.ts'

const sparse = makeSparse()
const signals = new Float32Array(segmentSignals.length)
const whole = new Float32Array(documentSignals.length)
const worst = new Float64Array(3)

/** Scores one window of a document or tool result by its most suspicious sentences and the structure of the whole. */
export function scoreDocument(
  text: string,
  window: Window,
  weights: Weights,
  operatingPoint: number,
): Verdict {
  worst.fill(-Infinity)
  let reason = ''
  countWords(window.tokens)
  eachSegment(text, window.tokens, window.lines, segment => {
    const sum = segmentSum(text, window, segment, weights)
    if (sum > (worst[0] ?? 0)) reason = mainReason(weights.segment.signals)
    keepWorst(worst, sum)
  })
  if (reason === '') return clean
  readDocumentSignals(window, worst, whole)
  let sum = weights.segment.wholeBias
  for (let k = 0; k < whole.length; k++) sum += (whole[k] ?? 0) * (weights.segment.whole[k] ?? 0)
  return { score: scoreOf(sum, operatingPoint), reason }
}

function segmentSum(text: string, window: Window, segment: Segment, { segment: model }: Weights): number {
  readSegment(text, window, segment, signals)
  hashSegment(window.tokens, segment, sparse)
  let sum = weigh(sparse, model.wording, model.scale, model.bias)
  for (let k = 0; k < signals.length; k++) sum += (signals[k] ?? 0) * (model.signals[k] ?? 0)
  return sum
}

function mainReason(weights: Float32Array): string {
  let best = 0
  let reason = 'embedded-instruction'
  for (let k = 0; k < signals.length; k++) {
    const share = (signals[k] ?? 0) * (weights[k] ?? 0)
    if (share <= best) continue
    best = share
    reason = classOf(segmentSignals[k] ?? reason)
  }
  return reason
}

/** Signals of one idea under one name, for whoever reads a finding. */
function classOf(signal: string): string {
  if (
    /^(imperative|question|alone|new-words|edge|you|first-person|short)/.test(signal) &&
    !signal.startsWith('your')
  )
    return 'embedded-instruction'
  if (signal === 'your-response' || signal === 'content-request') return 'answer-steering'
  if (signal === 'your-code' || signal === 'pointed-code') return 'planted-code'
  if (signal === 'target' || signal.startsWith('action-')) return 'requested-action'
  return signal === 'after-role-mimicry' ? 'role-mimicry' : signal
}
