import { z } from 'zod'
import { seededRandom } from '../../lib/random.ts'
import type { Trainer } from '../model.ts'
import { encodeArtefact, FORMAT, featuresThatFit } from '../text/artefact.ts'
import { exp } from '../text/numbers.ts'
import { parseParameters } from '../text/parameters.ts'
import { type Vectors, vectorise } from '../text/vectors.ts'

const Parameters = z.strictObject({
  words: z.int().min(0).max(4).default(2).describe('Words in the longest word n-gram; 0 for none.'),
  charactersFrom: z.int().min(1).max(8).default(3).describe('Units in the shortest character n-gram.'),
  charactersTo: z
    .int()
    .min(0)
    .max(8)
    .default(4)
    .describe('Units in the longest character n-gram; 0 for none.'),
  maxCharacters: z.int().min(16).max(20_000).default(4000).describe('UTF-16 units of a text that are read.'),
  bits: z.int().min(10).max(22).default(19).describe('Features are hashed to 2^bits buckets.'),
  minRows: z.int().min(1).max(1000).default(2).describe('Rows a feature must occur in.'),
  epochs: z.int().min(1).max(100).default(8).describe('Passes over the rows.'),
  rate: z.number().positive().max(100).default(8).describe('Learning rate at the start; it falls to zero.'),
  decay: z.number().min(0).max(1).default(0.000003).describe('L2 penalty on the weights.'),
  seed: z.int().min(0).max(0xffffffff).default(1).describe('Seed of the order of rows.'),
})
/** A bias sees every row, a weight few: it moves in smaller steps. */
const BIAS_RATE = 0.01

export type LinearTextParameters = z.output<typeof Parameters>

/**
 * Multinomial logistic regression over hashed word and character n-grams, by stochastic gradient descent with a
 * learning rate that falls linearly to zero (the schedule of fastText, Joulin et al. 2016) in a seeded order.
 * Good for intents, triage and spam; reads the first `maxCharacters` of a text.
 */
export const linearText: Trainer<LinearTextParameters> = {
  name: 'linear-text',
  format: FORMAT,
  parameters: given => parseParameters('linear-text', Parameters, given),
  train(rows, parameters) {
    const { words, charactersFrom, charactersTo, maxCharacters, bits, minRows } = parameters
    const options = { words, charactersFrom, charactersTo, maxCharacters, bits }
    const vectors = vectorise(rows, options, { minRows, maxFeatures: featuresThatFit })
    const { weights, bias } = descend(vectors, parameters)
    return encodeArtefact({ ...vectors, options, weights, bias })
  },
}

/** Weights by feature, then label. */
function descend(vectors: Vectors, { epochs, rate, decay, seed }: LinearTextParameters) {
  const width = vectors.labels.length
  const weights = new Float32Array(vectors.buckets.length * width)
  const bias = new Float64Array(width)
  const gradient = new Float64Array(width)
  const order = Uint32Array.from(vectors.targets, (_, row) => row)
  const random = seededRandom(seed)
  const steps = epochs * order.length
  // The true weights are weights · scale, so that a step's L2 penalty is one multiplication.
  let scale = 1
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random)
    for (const row of order) {
      const now = rate * (1 - step++ / steps)
      predict(vectors, row, weights, scale, bias, gradient)
      const target = vectors.targets[row] ?? 0
      gradient[target] = (gradient[target] ?? 0) - 1
      scale *= 1 - now * decay
      move(vectors, row, weights, now / scale, gradient)
      for (let k = 0; k < width; k++) bias[k] = (bias[k] ?? 0) - now * BIAS_RATE * (gradient[k] ?? 0)
    }
  }
  for (let at = 0; at < weights.length; at++) weights[at] = (weights[at] ?? 0) * scale
  return { weights, bias: Float32Array.from(bias) }
}

/** Probability of each label for a row. */
function predict(
  { starts, features, values }: Vectors,
  row: number,
  weights: Float32Array,
  scale: number,
  bias: Float64Array,
  into: Float64Array,
): void {
  const width = into.length
  const end = starts[row + 1] ?? 0
  into.fill(0)
  for (let at = starts[row] ?? 0; at < end; at++) {
    const value = values[at] ?? 0
    const base = (features[at] ?? 0) * width
    for (let k = 0; k < width; k++) into[k] = (into[k] ?? 0) + value * (weights[base + k] ?? 0)
  }
  for (let k = 0; k < width; k++) into[k] = (into[k] ?? 0) * scale + (bias[k] ?? 0)
  softmax(into)
}

function move(
  { starts, features, values }: Vectors,
  row: number,
  weights: Float32Array,
  rate: number,
  gradient: Float64Array,
): void {
  const width = gradient.length
  const end = starts[row + 1] ?? 0
  for (let at = starts[row] ?? 0; at < end; at++) {
    const step = rate * (values[at] ?? 0)
    const base = (features[at] ?? 0) * width
    for (let k = 0; k < width; k++) weights[base + k] = (weights[base + k] ?? 0) - step * (gradient[k] ?? 0)
  }
}

function softmax(scores: Float64Array): void {
  let top = -Infinity
  for (const score of scores) if (score > top) top = score
  let sum = 0
  for (let k = 0; k < scores.length; k++) {
    const power = exp((scores[k] ?? 0) - top)
    scores[k] = power
    sum += power
  }
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] ?? 0) / sum
}

/** Fisher–Yates. */
function shuffle(order: Uint32Array, random: () => number): void {
  for (let left = order.length - 1; left > 0; left--) {
    const pick = Math.floor(random() * (left + 1))
    const kept = order[left] ?? 0
    order[left] = order[pick] ?? 0
    order[pick] = kept
  }
}
