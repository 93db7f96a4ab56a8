/** Shingles of so many words, as the published parts of the data are told apart by. */
const SHINGLE = 5
/** Two texts are near-duplicates when they share this much of the smaller one's shingles. */
const OVERLAP = 0.3
/** A shingle in more texts than this joins the first ones only: boilerplate must not make the work quadratic. */
const MOST_SHARED = 40

/** The number of each text's cluster of near-duplicates, single linkage. */
export function clusters(texts: readonly string[]): number[] {
  const parent = texts.map((_, i) => i)
  const find = (i: number): number => {
    let root = i
    while (parent[root] !== root) root = parent[root] ?? root
    parent[i] = root
    return root
  }
  const shingles = texts.map(shinglesOf)
  const index = new Map<string, number[]>()
  for (const [i, own] of shingles.entries())
    for (const shingle of own) {
      const holders = index.get(shingle)
      if (holders) holders.push(i)
      else index.set(shingle, [i])
    }
  for (const [i, own] of shingles.entries()) {
    const shared = new Map<number, number>()
    for (const shingle of own)
      for (const j of (index.get(shingle) ?? []).slice(0, MOST_SHARED))
        if (j < i) shared.set(j, (shared.get(j) ?? 0) + 1)
    for (const [j, count] of shared)
      if (count / Math.min(own.size, shingles[j]?.size ?? 1) >= OVERLAP) parent[find(i)] = find(j)
  }
  return texts.map((_, i) => find(i))
}

function shinglesOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length < SHINGLE) return new Set([words.join(' ')])
  return new Set(words.slice(SHINGLE - 1).map((_, i) => words.slice(i, i + SHINGLE).join(' ')))
}
