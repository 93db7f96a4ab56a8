/** `ln((1/n) Σ exp(x_i))` without overflow: the capital of an equal mixture of bets, from their log-capitals. */
export function logMeanExp(logs: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY
  for (const log of logs) if (log > most) most = log
  if (most === Number.NEGATIVE_INFINITY) return most
  let sum = 0
  for (const log of logs) sum += Math.exp(log - most)
  return most + Math.log(sum / logs.length)
}

/**
 * Whether `logMeanExp(logs) >= threshold`. The mean is at most the largest, so most calls cost no exponential: this is
 * what makes a look after every sample cheap.
 */
export function reaches(logs: readonly number[], threshold: number): boolean {
  for (const log of logs) if (log >= threshold) return logMeanExp(logs) >= threshold
  return false
}

/** `n` numbers from `from` to `to` in equal ratios, both included. */
export const geometricGrid = (from: number, to: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => from * (to / from) ** (i / (n - 1)))
