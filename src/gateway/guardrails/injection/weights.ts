import { readFileSync } from 'node:fs'
import { documentSignals } from './document-signals.ts'
import { PLACES } from './features.ts'
import { promptSignals } from './prompt-signals.ts'
import { SEGMENT_PLACES } from './segment-features.ts'
import { segmentSignals } from './segment-signals.ts'

/** The trained part of the detector: for prompts, and for sentences of documents and tool results; two linear stages each. */
export interface Weights {
  prompt: {
    /** Weights of hashed wording, times `scale`. */
    wording: Int8Array
    scale: number
    bias: number
    /** Second stage: weight of the first stage's sum, then of each prompt signal. */
    signals: Float32Array
    signalBias: number
  }
  segment: {
    wording: Int8Array
    scale: number
    bias: number
    signals: Float32Array
    /** Second stage: weights of the document signals. */
    whole: Float32Array
    wholeBias: number
  }
  /** Sums at which a text counts as an attack, so that score 0.5 is the operating point of every zone. */
  operatingPoint: { user: number; document: number; tool: number }
}

const MAGIC = 'KWI1'

/** Little-endian: magic, five counts, the numbers, then one byte for each weight of wording. */
export function encodeWeights({ prompt, segment, operatingPoint }: Weights): Uint8Array {
  const numbers = [
    prompt.scale,
    prompt.bias,
    prompt.signalBias,
    segment.scale,
    segment.bias,
    segment.wholeBias,
    operatingPoint.user,
    operatingPoint.document,
    operatingPoint.tool,
    ...prompt.signals,
    ...segment.signals,
    ...segment.whole,
  ]
  const head = 4 + 4 * countsOf().length
  const bytes = new Uint8Array(head + numbers.length * 4 + prompt.wording.length + segment.wording.length)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode(MAGIC))
  for (const [i, count] of countsOf().entries()) view.setUint32(4 + 4 * i, count, true)
  for (const [i, number] of numbers.entries()) view.setFloat32(head + 4 * i, number, true)
  bytes.set(new Uint8Array(prompt.wording.buffer), head + numbers.length * 4)
  bytes.set(new Uint8Array(segment.wording.buffer), head + numbers.length * 4 + prompt.wording.length)
  return bytes
}

const countsOf = () => [
  PLACES,
  SEGMENT_PLACES,
  promptSignals.length + 1,
  segmentSignals.length,
  documentSignals.length,
]

/** @throws Error when the bytes are of another version of the detector */
export function decodeWeights(bytes: Uint8Array): Weights {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const counts = countsOf()
  const numberCount = 9 + promptSignals.length + 1 + segmentSignals.length + documentSignals.length
  const head = 4 + 4 * counts.length
  const isOurs =
    bytes.length === head + 4 * numberCount + PLACES + SEGMENT_PLACES &&
    new TextDecoder().decode(bytes.subarray(0, 4)) === MAGIC &&
    counts.every((count, i) => view.getUint32(4 + 4 * i, true) === count)
  if (!isOurs)
    throw new Error('the weights of the injection detector are of another version: train them again')
  let at = head
  const number = () => {
    at += 4
    return view.getFloat32(at - 4, true)
  }
  const [promptScale, promptBias, signalBias, segmentScale] = [number(), number(), number(), number()]
  const [segmentBias, wholeBias, user, document, tool] = [number(), number(), number(), number(), number()]
  const promptSums = Float32Array.from({ length: promptSignals.length + 1 }, number)
  const segmentSums = Float32Array.from({ length: segmentSignals.length }, number)
  const whole = Float32Array.from({ length: documentSignals.length }, number)
  const wording = (length: number) => {
    at += length
    return Int8Array.from(bytes.subarray(at - length, at))
  }
  return {
    prompt: {
      wording: wording(PLACES),
      scale: promptScale,
      bias: promptBias,
      signals: promptSums,
      signalBias,
    },
    segment: {
      wording: wording(SEGMENT_PLACES),
      scale: segmentScale,
      bias: segmentBias,
      signals: segmentSums,
      whole,
      wholeBias,
    },
    operatingPoint: { user, document, tool },
  }
}

let shipped: Weights | undefined

/** The weights that come with the package, read once. `src/` and `dist/` lie equally deep. */
export function shippedWeights(): Weights {
  shipped ??= decodeWeights(readFileSync(new URL('../../../../assets/injection.bin', import.meta.url)))
  return shipped
}
