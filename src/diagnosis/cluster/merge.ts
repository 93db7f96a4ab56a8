type Plain = Readonly<Record<string, unknown>>

const MAX_DEPTH = 24

/**
 * One object out of two that tell of the same: what the first says stands, the second adds what is missing. Lists whose
 * items have names are joined by them (containers, variables, volumes; conditions by type), of others the first stays.
 */
export function merged(first: unknown, second: unknown, depth = 0): unknown {
  if (first === undefined || first === null) return second
  if (second === undefined || second === null || depth > MAX_DEPTH) return first
  if (Array.isArray(first)) return Array.isArray(second) ? mergedLists(first, second, depth) : first
  if (!isPlain(first) || !isPlain(second)) return first
  const keys = [...new Set([...Object.keys(first), ...Object.keys(second)])].sort()
  return Object.fromEntries(keys.map(key => [key, merged(first[key], second[key], depth + 1)]))
}

function mergedLists(first: readonly unknown[], second: readonly unknown[], depth: number): unknown[] {
  const identity = ['name', 'type'].find(key =>
    [...first, ...second].every(item => isPlain(item) && typeof item[key] === 'string'),
  )
  if (first.length === 0) return [...second]
  if (identity === undefined) return [...first]
  const named = (items: readonly unknown[]) =>
    new Map(items.map(item => [(item as Plain)[identity] as string, item]))
  const [left, right] = [named(first), named(second)]
  return [...new Set([...left.keys(), ...right.keys()])].map(name =>
    merged(left.get(name), right.get(name), depth + 1),
  )
}

export const isPlain = (value: unknown): value is Plain =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
