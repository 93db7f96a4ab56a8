/**
 * Edits between two words: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
 * @returns more than `most` as `most + 1`
 */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      let least = Math.min(
        (last[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + same,
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        least = Math.min(least, (before[column - 2] ?? 0) + 1)
      line.push(least)
    }
    if (Math.min(...line) > most) return most + 1
    before = last
    last = line
  }
  return Math.min(last[b.length] ?? most + 1, most + 1)
}

/** Mistakes that a word of this length may have. */
export const toleranceOf = (length: number): number => (length < 5 ? 0 : length < 9 ? 1 : 2)

/** The words nearest to one, within what it may be wrong by; several when they are equally near. Sorted. */
export function nearest(word: string, known: Iterable<string>, most = toleranceOf(word.length)): string[] {
  let best = most
  let found: string[] = []
  if (most === 0) return []
  for (const candidate of known) {
    const distance = editDistance(word, candidate, best)
    if (distance > best) continue
    if (distance < best) found = []
    best = distance
    found.push(candidate)
  }
  return found.sort()
}
