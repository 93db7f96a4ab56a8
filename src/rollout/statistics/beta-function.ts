/** `ln B(a, b)` for a, b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

// Stirling's series (Abramowitz and Stegun 6.1.41) after shifting x to at least 12: error below 1e-14 relative.
function logGamma(x: number): number {
  let shift = 1
  let y = x
  while (y < 12) {
    shift *= y
    y += 1
  }
  const r = 1 / (y * y)
  const series =
    (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360)))))) / y
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - Math.log(shift)
}

/**
 * `ln I_x(a, b)`, the logarithm of the regularised incomplete beta function, exact also deep in its tails
 * (continued fraction DLMF 8.17.22, evaluated by the modified Lentz method).
 */
export function logIncompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return Number.NEGATIVE_INFINITY
  if (x >= 1) return 0
  if (x > (a + 1) / (a + b + 2)) return Math.log(-Math.expm1(logIncompleteBeta(1 - x, b, a)))
  return a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - logBeta(a, b) + Math.log(fraction(x, a, b))
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let product = d
  // Converges in O(sqrt(max(a, b))) terms on this side of the mean; the limit is far beyond a million counts.
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    product *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    product *= d * c
    if (Math.abs(d * c - 1) < 1e-16 * 4) break
  }
  return product
}
