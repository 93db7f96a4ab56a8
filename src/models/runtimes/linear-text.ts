import type { Prediction, Runtime } from '../model.ts'
import { decodeArtefact, FORMAT, type QuantisedModel } from '../text/artefact.ts'
import { createExtractor, type Features } from '../text/features.ts'
import { exp } from '../text/numbers.ts'
import { dampened } from '../text/vectors.ts'

/** Serves artefacts of linear text classifiers. Work per prediction is bounded by the artefact's `maxCharacters`. */
export const linearTextRuntime: Runtime = {
  format: FORMAT,
  load(artefact) {
    const model = decodeArtefact(artefact)
    const extract = createExtractor(model.options)
    const featureOf = new Int32Array(2 ** model.options.bits).fill(-1)
    model.buckets.forEach((bucket, feature) => {
      featureOf[bucket] = feature
    })
    const scores = new Float64Array(model.labels.length)
    return {
      labels: model.labels,
      predict(input) {
        score(model, featureOf, extract(input), scores)
        return likeliest(model.labels, scores)
      },
    }
  },
}

function score(
  { idf, scales, steps, bias }: QuantisedModel,
  featureOf: Int32Array,
  { count, buckets, occurrences }: Features,
  into: Float64Array,
): void {
  const width = into.length
  let squares = 0
  into.fill(0)
  for (let at = 0; at < count; at++) {
    const feature = featureOf[buckets[at] ?? 0] ?? -1
    if (feature < 0) continue
    const value = dampened(occurrences[at] ?? 0) * (idf[feature] ?? 0)
    squares += value * value
    const unit = value * (scales[feature] ?? 0)
    const base = feature * width
    for (let k = 0; k < width; k++) into[k] = (into[k] ?? 0) + unit * (steps[base + k] ?? 0)
  }
  const norm = squares > 0 ? 1 / Math.sqrt(squares) : 0
  for (let k = 0; k < width; k++) into[k] = (into[k] ?? 0) * norm + (bias[k] ?? 0)
}

/** The label of the highest score, the first of equals, and its share in the softmax of all. */
function likeliest(labels: readonly string[], scores: Float64Array): Prediction {
  let best = 0
  let top = -Infinity
  scores.forEach((value, label) => {
    if (value <= top) return
    best = label
    top = value
  })
  let sum = 0
  for (const value of scores) sum += exp(value - top)
  return { label: labels[best] ?? '', confidence: 1 / sum }
}
