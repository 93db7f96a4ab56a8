/** Longer names are compared by how they begin. */
const longest = 253

/**
 * Edits (insert, delete, replace, swap neighbours) between two texts: optimal string alignment distance
 * (Boytsov 2011, "Indexing methods for approximate dictionary searching", section 2.1).
 */
export function editDistance(a: string, b: string): number {
  const [left, right] = [a.slice(0, longest), b.slice(0, longest)]
  let before: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, i) => i)
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1]
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row[j] = best
    }
    before = last
    last = row
  }
  return last[right.length] ?? 0
}

/** The name that is meant: near enough, and nearer than every other; else undefined, or which ones are as near. */
export function nearest(
  name: string,
  candidates: readonly string[],
): { name: string } | { between: string[] } | undefined {
  const ranked = [...new Set(candidates)]
    .filter(candidate => candidate !== name)
    .map(candidate => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= reach(name, candidate))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
  const [first, second] = ranked
  if (!first) return undefined
  if (second && second.distance === first.distance)
    return {
      between: ranked.filter(({ distance }) => distance === first.distance).map(({ candidate }) => candidate),
    }
  return { name: first.candidate }
}

/** A third of the shorter name, two at least; a name that only has more behind a dash is near, too. */
function reach(a: string, b: string): number {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  if (short.length >= 4 && long.startsWith(`${short}-`)) return long.length
  return Math.min(short.length - 1, Math.max(2, Math.floor(short.length / 3)))
}
