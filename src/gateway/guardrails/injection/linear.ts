import type { Sparse } from './features.ts'

/** The sum of a linear model over hashed wording. */
export function weigh(
  { count, place, value }: Sparse,
  wording: Int8Array,
  scale: number,
  bias: number,
): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += (wording[place[i] ?? 0] ?? 0) * (value[i] ?? 0)
  return bias + sum * scale
}
