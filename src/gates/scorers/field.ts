import { canonicalJson } from '../../lib/digest.ts'

/** Longer answers are not read as JSON. */
export const LONGEST_JSON = 1024 * 1024

/** The answer's text, or of a JSON answer the field's value as text; undefined when there is no such field. */
export function textIn(output: string, field: string | undefined): string | undefined {
  if (field === undefined) return output.trim()
  const value = fieldOf(parseJson(output), field)
  if (value === undefined || !isSmall(value, { depth: 64, members: 10_000 })) return undefined
  return typeof value === 'string' ? value.trim() : canonicalJson(value)
}

/** The answer as JSON; undefined when it is none, or too long. */
export function parseJson(output: string): unknown {
  if (output.length > LONGEST_JSON) return undefined
  try {
    return JSON.parse(output)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The value at `a.b.0`; undefined where nothing is. Only own members count. */
export function fieldOf(value: unknown, field: string): unknown {
  let found = value
  for (const name of field.split('.')) {
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, name)) return undefined
    found = (found as Record<string, unknown>)[name]
  }
  return found
}

/** Whether a value has at most so many members in all, nested so deep: iterative, so that deep input can't overflow. */
export function isSmall(value: unknown, { depth, members }: { depth: number; members: number }): boolean {
  const open: { value: unknown; level: number }[] = [{ value, level: 0 }]
  let seen = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.value === null || typeof next.value !== 'object') continue
    if (next.level >= depth) return false
    const children = Object.values(next.value)
    seen += children.length
    if (seen > members) return false
    for (const child of children) open.push({ value: child, level: next.level + 1 })
  }
  return true
}
