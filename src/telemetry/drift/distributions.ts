/** Complementary error function: a Taylor series near 0 (DLMF 7.6.2), a continued fraction beyond (DLMF 7.9.1). */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x)
  if (x > 27) return 0
  if (x < 2.5) {
    let term = x
    let sum = x
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1)
      sum += term
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
  }
  let fraction = 0
  for (let n = 200; n >= 1; n--) fraction = n / 2 / (x + fraction)
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction))
}

/** P(|Z| ≥ |z|) of a standard normal Z. */
export const twoSidedNormal = (z: number): number => erfc(Math.abs(z) / Math.SQRT2)

/** P(X ≥ x) of a chi-squared X with a whole number of degrees of freedom (recurrence DLMF 8.8.6, in logarithms). */
export function chiSquaredTail(x: number, degrees: number): number {
  if (x <= 0) return 1
  const half = x / 2
  const odd = degrees % 2 === 1
  let tail = odd ? erfc(Math.sqrt(half)) : Math.exp(-half)
  /** ln(half^a e^-half / Γ(a + 1)) */
  let a = odd ? 0.5 : 1
  let term = a * Math.log(half) - half - (odd ? Math.log(Math.sqrt(Math.PI) / 2) : 0)
  for (; a < degrees / 2 - 0.25; a++) {
    tail += Math.exp(term)
    term += Math.log(half) - Math.log(a + 1)
  }
  return Math.min(1, tail)
}

/**
 * P(K ≥ λ) of the Kolmogorov distribution. Below .18 its series does not converge in any reasonable number of terms,
 * and the probability is 1 to more digits than a double has.
 */
export function kolmogorovTail(lambda: number): number {
  if (lambda < 0.18) return 1
  if (lambda < 1) {
    // The other of Jacobi's two forms converges fast where the usual one alternates slowly.
    let below = 0
    for (let k = 1; k < 20; k += 2) below += Math.exp(-((k * Math.PI) ** 2) / (8 * lambda * lambda))
    return Math.min(1, Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / lambda) * below))
  }
  let tail = 0
  for (let k = 1; k < 20; k++) tail += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * lambda * lambda)
  return Math.min(1, Math.max(0, tail))
}
