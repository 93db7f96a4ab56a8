/**
 * Exact sign test: if each pair is as likely to differ one way as the other, how probable are so many more one way than
 * the other? Pairs that do not differ say nothing.
 * @param worse `down`: only negative differences count against chance; `both`: either way
 */
export function signTest(
  differences: readonly number[],
  worse: 'down' | 'both',
): { pairs: number; p: number } {
  const down = differences.filter(difference => difference < 0).length
  const up = differences.filter(difference => difference > 0).length
  const pairs = down + up
  const p = worse === 'down' ? upperHalf(pairs, down) : Math.min(1, 2 * upperHalf(pairs, Math.max(down, up)))
  return { pairs, p }
}

/** P(Binomial(n, 1/2) ≥ k), summed from logarithms so that thousands of pairs do not underflow. */
function upperHalf(n: number, k: number): number {
  let logTerm = -n * Math.LN2
  let sum = 0
  for (let i = n; i >= k; i--) {
    sum += Math.exp(logTerm)
    logTerm += Math.log(i) - Math.log(n - i + 1)
  }
  return Math.min(1, sum)
}
