import type { Runtime } from '../model.ts'
import { decodeArtefact, FORMAT } from '../text/artefact.ts'
import { createExtractor } from '../text/features.ts'
import { exp } from '../text/numbers.ts'
import { dampened } from '../text/vectors.ts'

/** Serves artefacts of linear text classifiers. Work per prediction is bounded by the artefact's `maxCharacters`. */
export const linearTextRuntime: Runtime = {
  format: FORMAT,
  load(artefact) {
    const { labels, options, buckets, idf, scales, steps, bias } = decodeArtefact(artefact)
    const width = labels.length
    const extract = createExtractor(options)
    const featureOf = new Int32Array(2 ** options.bits).fill(-1)
    buckets.forEach((bucket, feature) => {
      featureOf[bucket] = feature
    })
    const scores = new Float64Array(width)
    return {
      labels,
      predict(input) {
        const { count, buckets: found, occurrences } = extract(input)
        scores.fill(0)
        let squares = 0
        for (let at = 0; at < count; at++) {
          const feature = featureOf[found[at] ?? 0] ?? -1
          if (feature < 0) continue
          const value = (dampened[Math.min(occurrences[at] ?? 0, dampened.length - 1)] ?? 0) * (idf[feature] ?? 0)
          squares += value * value
          const unit = value * (scales[feature] ?? 0)
          const base = feature * width
          for (let k = 0; k < width; k++) scores[k] = (scores[k] ?? 0) + unit * (steps[base + k] ?? 0)
        }
        const norm = squares > 0 ? 1 / Math.sqrt(squares) : 0
        let best = 0
        for (let k = 0; k < width; k++) {
          scores[k] = (scores[k] ?? 0) * norm + (bias[k] ?? 0)
          if ((scores[k] ?? 0) > (scores[best] ?? 0)) best = k
        }
        const top = scores[best] ?? 0
        let sum = 0
        for (let k = 0; k < width; k++) sum += exp((scores[k] ?? 0) - top)
        return { label: labels[best] ?? '', confidence: 1 / sum }
      },
    }
  },
}
