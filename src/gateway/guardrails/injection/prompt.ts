import { hashFeatures, makeSparse } from './features.ts'
import { weigh } from './linear.ts'
import { promptSignals, readPromptSignals } from './prompt-signals.ts'
import { clean, scoreOf, type Verdict } from './verdict.ts'
import type { Weights } from './weights.ts'
import type { Window } from './window.ts'

/** So few words tell nothing by their wording alone: "Say hello." is no attack. */
const leastWords = 6
/** What their wording counts at most: less than is worth a look. */
const wordingOfFew = 0.2

const sparse = makeSparse()
const signals = new Float32Array(promptSignals.length)

/** Scores one window of what a user writes: wording and structure, and machine-made suffixes by themselves. */
export function scorePrompt(text: string, window: Window, weights: Weights, operatingPoint: number): Verdict {
  const sum = promptSum(text, window, weights)
  const score = scoreOf(sum, operatingPoint)
  const noise = suffixScore(window.suffix)
  if (noise > score) return { score: noise, reason: 'suffix-noise' }
  if (score === 0) return clean
  const reason = mainReason(weights.prompt.signals)
  const few = reason === 'attack-wording' && window.tokens.count < leastWords
  return { score: few ? Math.min(score, wordingOfFew) : score, reason }
}

export function promptSum(text: string, window: Window, { prompt }: Weights): number {
  hashFeatures(text, window.from, window.to, window.tokens, sparse)
  const wording = weigh(sparse, prompt.wording, prompt.scale, prompt.bias)
  readPromptSignals(window, signals)
  return stackedSum(wording, signals, prompt.signals, prompt.signalBias)
}

/** Second stage: the sum over the wording beside the signals. */
function stackedSum(wording: number, values: Float32Array, weights: Float32Array, bias: number): number {
  let sum = bias + wording * (weights[0] ?? 0)
  for (let k = 0; k < values.length; k++) sum += (values[k] ?? 0) * (weights[k + 1] ?? 0)
  return sum
}

/** Noise of 0.75 is where plain texts end: half at that point, four fifths at twice of it. */
export const suffixScore = (noise: number): number => 1 - 1 / (1 + (noise / 0.75) ** 2)

function mainReason(weights: Float32Array): string {
  let best = 0.3
  let reason = 'attack-wording'
  for (let k = 0; k < signals.length - 1; k++) {
    const share = (signals[k] ?? 0) * (weights[k + 1] ?? 0)
    if (share <= best) continue
    best = share
    reason = promptSignals[k] ?? reason
  }
  return reason
}
