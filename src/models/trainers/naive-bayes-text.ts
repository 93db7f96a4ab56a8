import { z } from 'zod'
import type { Trainer } from '../model.ts'
import { encodeArtefact, FORMAT, featuresThatFit } from '../text/artefact.ts'
import { log } from '../text/numbers.ts'
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
  smoothing: z.number().positive().max(100).default(0.1).describe('Weight every feature has in every label.'),
})

/**
 * Complement naive Bayes (Rennie et al. 2003, "Tackling the poor assumptions of naive Bayes text classifiers"): one
 * pass over the rows, for a first model in a second or a baseline to beat. Its artefacts are linear text classifiers;
 * its confidences are low and only their order means something.
 */
export const naiveBayesText: Trainer<z.output<typeof Parameters>> = {
  name: 'naive-bayes-text',
  format: FORMAT,
  parameters: given => parseParameters('naive-bayes-text', Parameters, given),
  train(rows, { smoothing, minRows, ...options }) {
    const vectors = vectorise(rows, options, { minRows, maxFeatures: featuresThatFit })
    const weights = complementWeights(vectors, smoothing)
    return encodeArtefact({ ...vectors, options, weights, bias: new Float32Array(vectors.labels.length) })
  },
}

/** Minus the log probability of each feature in the rows of all other labels. */
function complementWeights(vectors: Vectors, smoothing: number): Float32Array {
  const { labels, targets, starts, features, values, buckets } = vectors
  const width = labels.length
  const sums = new Float64Array(buckets.length * width)
  targets.forEach((target, row) => {
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at++) {
      const place = (features[at] ?? 0) * width + target
      sums[place] = (sums[place] ?? 0) + (values[at] ?? 0)
    }
  })
  const totals = new Float64Array(width)
  for (let at = 0; at < sums.length; at++) totals[at % width] = (totals[at % width] ?? 0) + (sums[at] ?? 0)
  const everything = totals.reduce((sum, total) => sum + total, 0)
  const outside = totals.map(total => log(Math.max(0, everything - total) + smoothing * (1 + buckets.length)))
  const weights = new Float32Array(sums.length)
  for (let feature = 0; feature < buckets.length; feature++) {
    const of = sums.subarray(feature * width, (feature + 1) * width)
    const all = of.reduce((sum, value) => sum + value, 0)
    of.forEach((own, label) => {
      // all - own may round to just below zero.
      const others = Math.max(0, all - own) + smoothing
      weights[feature * width + label] = (outside[label] ?? 0) - log(others)
    })
  }
  return weights
}
