import { type ColumnResult, compareColumn, comparePresence, type Value } from './column.ts'

/** One row by column; a column that it lacks is absent. */
export type DriftRow = Readonly<Record<string, Value>>

export type DriftedColumn = Omit<ColumnResult, 'p'> & {
  /** Corrected for the number of columns. */
  p?: number
  drifted: boolean
}

export interface DriftOptions {
  /** Share of false ones among the columns that are said to drift. */
  falseDiscoveryRate: number
  /** Least effect that matters. */
  effect: number
}

const mostColumns = 200

/** Compares the columns that both samples have, those that drifted first, then by the size of the change. */
export function compareSamples(
  reference: readonly DriftRow[],
  current: readonly DriftRow[],
  { falseDiscoveryRate, effect }: DriftOptions,
): DriftedColumn[] {
  const known = columnsOf(reference)
  const names = [...columnsOf(current)].filter(name => known.has(name)).slice(0, mostColumns)
  const found = names.flatMap(name => {
    const before = reference.map(row => row[name])
    const now = current.map(row => row[name])
    return [compareColumn(name, before, now) ?? [], comparePresence(name, before, now) ?? []].flat()
  })
  const corrected = falseDiscovery(found.map(({ p = 1 }) => p))
  return found
    .map(({ p: _, ...column }, i) => {
      const p = corrected[i] ?? 1
      return { ...column, p, drifted: p <= falseDiscoveryRate && column.effect >= effect }
    })
    .sort(
      (a, b) => Number(b.drifted) - Number(a.drifted) || b.effect - a.effect || (a.name < b.name ? -1 : 1),
    )
}

function columnsOf(rows: readonly DriftRow[]): Set<string> {
  return new Set(rows.flatMap(row => Object.keys(row)))
}

/** p-values for which "at most q" bounds the share of false discoveries by q (Benjamini and Hochberg 1995). */
export function falseDiscovery(ps: readonly number[]): number[] {
  const order = [...ps.keys()].sort((a, b) => (ps[b] ?? 1) - (ps[a] ?? 1))
  const corrected = new Array<number>(ps.length).fill(1)
  let least = 1
  for (const [i, index] of order.entries()) {
    least = Math.min(least, ((ps[index] ?? 1) * ps.length) / (ps.length - i))
    corrected[index] = least
  }
  return corrected
}
