import { makeSparse } from './features.ts'
import { weigh } from './linear.ts'
import { hashSegment } from './segment-features.ts'
import { eachSegment, readSegment, type Segment, segmentSignals } from './segments.ts'
import { clean, scoreOf, type Verdict } from './verdict.ts'
import type { Weights } from './weights.ts'
import type { Window } from './window.ts'

const sparse = makeSparse()
const signals = new Float32Array(segmentSignals.length)

/** Scores one window of a document or tool result by its most suspicious sentence. */
export function scoreDocument(
  text: string,
  window: Window,
  weights: Weights,
  operatingPoint: number,
): Verdict {
  let most = -Infinity
  let reason = 'none'
  eachSegment(window, (segment, line) => {
    const sum = segmentSum(text, window, segment, line, weights)
    if (sum <= most) return
    most = sum
    reason = mainReason(weights.segment.signals)
  })
  return most === -Infinity ? clean : { score: scoreOf(most, operatingPoint), reason }
}

export function segmentSum(
  text: string,
  window: Window,
  segment: Segment,
  line: number,
  { segment: model }: Weights,
): number {
  readSegment(text, window, segment, line, signals)
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
    reason = segmentSignals[k] ?? reason
  }
  return reason
}
