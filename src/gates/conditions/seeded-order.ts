import { seededRandom } from '../../lib/random.ts'

/** The numbers 0 to size - 1 in the random order that belongs to this seed (Fisher-Yates). */
export function seededOrder(size: number, seed: number): number[] {
  const random = seededRandom(seed)
  const order = Array.from({ length: size }, (_, i) => i)
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const moved = order[i] ?? i
    order[i] = order[j] ?? j
    order[j] = moved
  }
  return order
}
