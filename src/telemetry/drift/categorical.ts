import { chiSquaredTail, twoSidedNormal } from './distributions.ts'

/** How often each category stands in two samples. */
export interface Counts {
  reference: number
  current: number
}

export function countBoth(reference: readonly string[], current: readonly string[]): Map<string, Counts> {
  const counts = new Map<string, Counts>()
  for (const [side, values] of [
    ['reference', reference],
    ['current', current],
  ] as const)
    for (const value of values) {
      const found = counts.get(value) ?? { reference: 0, current: 0 }
      counts.set(value, found)
      found[side]++
    }
  return counts
}

/** Least expected count of a cell: below it chi-squared promises too much (Cochran 1954). */
const leastExpected = 5

/** Pearson's chi-squared test of homogeneity. Categories too rare for it are one, called other. */
export function chiSquared(counts: Iterable<Counts>): number {
  const cells = pooled([...counts])
  const total = sum(cells)
  if (cells.length < 2 || total.reference === 0 || total.current === 0) return 1
  const all = total.reference + total.current
  const statistic = cells.reduce((x, cell) => {
    const both = cell.reference + cell.current
    const [r, c] = [(both * total.reference) / all, (both * total.current) / all]
    return x + (cell.reference - r) ** 2 / r + (cell.current - c) ** 2 / c
  }, 0)
  return chiSquaredTail(statistic, cells.length - 1)
}

/** Z test of one share in two samples, with the variance of both together. */
export function shareTest(
  reference: { count: number; of: number },
  current: { count: number; of: number },
): number {
  const share = (reference.count + current.count) / (reference.of + current.of)
  const variance = share * (1 - share) * (1 / reference.of + 1 / current.of)
  if (variance === 0) return 1
  return twoSidedNormal((current.count / current.of - reference.count / reference.of) / Math.sqrt(variance))
}

/** Jensen-Shannon distance: square root of the divergence in nats, from 0 to .833 (Endres and Schindelin 2003). */
export function jensenShannon(counts: Iterable<Counts>): number {
  const cells = [...counts]
  const total = sum(cells)
  const part = (share: number, mixed: number) => (share === 0 ? 0 : share * Math.log(share / mixed))
  const divergence = cells.reduce((d, cell) => {
    const [r, c] = [cell.reference / total.reference, cell.current / total.current]
    return d + (part(r, (r + c) / 2) + part(c, (r + c) / 2)) / 2
  }, 0)
  return Math.sqrt(Math.max(0, divergence))
}

const sum = (cells: readonly Counts[]): Counts =>
  cells.reduce(
    (total, { reference, current }) => ({
      reference: total.reference + reference,
      current: total.current + current,
    }),
    { reference: 0, current: 0 },
  )

function pooled(cells: readonly Counts[]): Counts[] {
  const total = sum(cells)
  const smaller = Math.min(total.reference, total.current) / (total.reference + total.current)
  const isRare = (cell: Counts) => (cell.reference + cell.current) * smaller < leastExpected
  const rare = cells.filter(isRare)
  const common = cells.filter(cell => !isRare(cell))
  if (rare.length === 0) return common
  const other = sum(rare)
  return isRare(other) && common.length > 0
    ? [...common.slice(1), sum([other, common[0] ?? other])]
    : [...common, other]
}
