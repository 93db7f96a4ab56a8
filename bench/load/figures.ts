export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** By linear interpolation between order statistics. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}

/**
 * Least squares of `ys` over `xs`. The error takes into account that neighbouring samples say the same: of `n` samples
 * whose residuals have the autocorrelation r, n (1 - r) / (1 + r) count (Bayley and Hammersley, 1946).
 */
export function slope(xs: readonly number[], ys: readonly number[]): { slope: number; error: number } {
  const n = xs.length
  const meanX = sum(xs) / n
  const meanY = sum(ys) / n
  const spread = sum(xs.map(x => (x - meanX) ** 2))
  const slope = sum(xs.map((x, i) => (x - meanX) * ((ys[i] ?? 0) - meanY))) / spread
  const residuals = xs.map((x, i) => (ys[i] ?? 0) - meanY - slope * (x - meanX))
  const squares = sum(residuals.map(r => r * r))
  const lagged = sum(residuals.slice(1).map((r, i) => r * (residuals[i] ?? 0)))
  const correlation = squares === 0 ? 0 : Math.min(0.99, Math.max(0, lagged / squares))
  const counted = Math.max(3, (n * (1 - correlation)) / (1 + correlation))
  return { slope, error: Math.sqrt(((squares / n) * (n / spread)) / (counted - 2)) }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** One promise of the project, and what was measured. */
export interface Bar {
  name: string
  measured: number
  /** Least or most that it may be. */
  bound: number
  must: 'at most' | 'at least'
}

export const isHeld = ({ measured, bound, must }: Bar): boolean =>
  must === 'at most' ? measured <= bound : measured >= bound

/** Prints the bars and, when asked to, fails the process where one is missed. */
export function tellBars(bars: readonly Bar[], check: boolean): void {
  console.log('\nbar')
  for (const bar of bars)
    console.log(
      `  ${isHeld(bar) ? 'held  ' : 'MISSED'} ${bar.name.padEnd(54)} ${short(bar.measured).padStart(9)}   ${bar.must} ${bar.bound}`,
    )
  failIfMissed(bars, check)
}

export function failIfMissed(bars: readonly Bar[], check: boolean): void {
  if (check && !bars.every(isHeld)) process.exitCode = 1
}

export const short = (value: number): string =>
  Number.isNaN(value) ? '–' : Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)

/** Rows of equal keys as a table for people. */
export function table(rows: readonly Record<string, string | number>[]): string {
  const [first] = rows
  if (!first) return ''
  const cells = [
    Object.keys(first),
    ...rows.map(row => Object.values(row).map(value => (typeof value === 'number' ? short(value) : value))),
  ]
  const widths = Object.keys(first).map((_, i) => Math.max(...cells.map(row => row[i]?.length ?? 0)))
  return cells
    .map(row =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('   '),
    )
    .join('\n')
}
