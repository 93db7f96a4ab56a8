/** Whether two values have the same JSON, whatever the order of members; undefined members count as absent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => sameJson(item, b[i]))
    )
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  let size = 0
  for (const key of Object.keys(left)) {
    if (left[key] === undefined) continue
    size++
    if (right[key] === undefined || !sameJson(left[key], right[key])) return false
  }
  return Object.values(right).filter(value => value !== undefined).length === size
}
