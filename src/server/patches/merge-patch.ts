/** JSON merge patch (RFC 7396): members of `patch` replace those of `target`, null removes, lists are replaced whole. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isMembers(patch)) return patch
  const merged: Record<string, unknown> = isMembers(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name]
    else set(merged, name, applyMergePatch(Object.hasOwn(merged, name) ? merged[name] : undefined, value))
  }
  return merged
}

export const isMembers = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As an assignment, but `__proto__` is a member like any other, for admission to refuse. */
export function set(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
