import { randomFillSync } from 'node:crypto'

/** Uniform numbers in [0, 1) as a dependency, so that every draw can be replayed from a seed. */
export type Random = () => number

/** One draw from the system is dear, so numbers come from a pool. */
const pool = new Uint32Array(512)
let used = pool.length

/** Unpredictable numbers with 53 random bits. */
export const systemRandom: Random = () => {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const high = pool[used++] ?? 0
  const low = pool[used++] ?? 0
  return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 0x20000000000000
}

/** A small seeded generator (sfc32, Chris Doty-Humphrey, PractRand): equal seeds give equal sequences. */
export function seededRandom(seed: number): Random {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, seed >>> 0, Math.floor(seed / 0x100000000) ^ 0xb7e15162]
  const next = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 0x100000000
  }
  for (let i = 0; i < 15; i++) next()
  return next
}
