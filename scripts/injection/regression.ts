/** One training example of a sparse linear model. */
export interface Example {
  place: ArrayLike<number>
  value: ArrayLike<number>
  label: 0 | 1
  weight: number
}

export interface Model {
  weights: Float32Array
  bias: number
}

/**
 * Logistic regression by AdaGrad (Duchi et al. 2011), in an order that depends on nothing but the number of examples.
 * `penalty` is the L2 penalty for each visit of a weight.
 */
export function fitLinear(
  examples: readonly Example[],
  places: number,
  { epochs, rate, penalty }: { epochs: number; rate: number; penalty: number },
): Model {
  const weights = new Float32Array(places)
  const squares = new Float32Array(places).fill(1e-3)
  let bias = 0
  let biasSquares = 1e-3
  const order = Int32Array.from(examples, (_, i) => i)
  let state = 7
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      const j = Math.floor(((state >>> 0) / 2 ** 32) * (i + 1))
      const kept = order[i] ?? 0
      order[i] = order[j] ?? 0
      order[j] = kept
    }
    for (const i of order) {
      const example = examples[i]
      if (!example) continue
      const { place, value, label, weight } = example
      const slope = (1 / (1 + Math.exp(-sumOf({ weights, bias }, example))) - label) * weight
      biasSquares += slope * slope
      bias -= (0.3 * rate * slope) / Math.sqrt(biasSquares)
      for (let k = 0; k < place.length; k++) {
        const at = place[k] ?? 0
        const step = slope * (value[k] ?? 0) + penalty * (weights[at] ?? 0)
        squares[at] = (squares[at] ?? 0) + step * step
        weights[at] = (weights[at] ?? 0) - (rate * step) / Math.sqrt(squares[at] ?? 1)
      }
    }
  }
  return { weights, bias }
}

export function sumOf({ weights, bias }: Model, { place, value }: Pick<Example, 'place' | 'value'>): number {
  let sum = bias
  for (let k = 0; k < place.length; k++) sum += (weights[place[k] ?? 0] ?? 0) * (value[k] ?? 0)
  return sum
}

/** Weights as one signed byte each. */
export function quantize(weights: Float32Array): { bytes: Int8Array; scale: number } {
  const most = weights.reduce((sum, weight) => Math.max(sum, Math.abs(weight)), 1e-9)
  const scale = most / 127
  return { bytes: Int8Array.from(weights, weight => Math.round(weight / scale)), scale }
}
