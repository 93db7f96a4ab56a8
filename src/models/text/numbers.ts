/**
 * `exp` and `log` from additions and multiplications only. ECMAScript leaves the last bits of `Math.exp` and
 * `Math.log` to the engine, and a model's digest must not depend on the engine.
 */

// ln 2 in two parts (fdlibm): products with the first and a small integer are exact.
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

/** eˣ within a few units in the last place for |x| ≤ 700; 0 below, the value at 700 above. */
export function exp(x: number): number {
  if (x < -700) return 0
  const bounded = Math.min(x, 700)
  const halvings = Math.round(bounded / Math.LN2)
  const rest = bounded - halvings * LN2_HIGH - halvings * LN2_LOW
  let sum = 1
  for (let term = 14; term > 0; term--) sum = 1 + (sum * rest) / term
  return scaled(sum, halvings)
}

/**
 * Natural logarithm of a positive finite number, by the series of the inverse hyperbolic tangent.
 * @throws RangeError for any other number
 */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) throw new RangeError(`logarithm of ${x}`)
  let exponent = 0
  let mantissa = x
  for (; mantissa > Math.SQRT2; exponent++) mantissa /= 2
  for (; mantissa < Math.SQRT2 / 2; exponent--) mantissa *= 2
  const ratio = (mantissa - 1) / (mantissa + 1)
  const square = ratio * ratio
  let sum = 0
  for (let power = 21; power > 0; power -= 2) sum = 1 / power + sum * square
  return exponent * Math.LN2 + 2 * ratio * sum
}

/** value · 2^power, exact: repeated squaring of 2 never rounds. */
function scaled(value: number, power: number): number {
  let factor = power < 0 ? 0.5 : 2
  let result = value
  for (let left = Math.abs(power); left > 0; left >>>= 1) {
    if (left & 1) result *= factor
    factor *= factor
  }
  return result
}
