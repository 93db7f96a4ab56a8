import type { Resource } from '../../api/kind.ts'
import type { Operation } from './edit.ts'
import { isObject, pointer, sameValue } from './pointer.ts'

/** One place at which two values differ; `before` or `after` is undefined where there is nothing. */
export interface Difference {
  path: string
  before: unknown
  after: unknown
}

const most = 500

/**
 * Where two declared objects differ, by path. Lists of equal length are compared item by item, others as a whole: what
 * moved in a list can not be told from what changed.
 */
export function differences(before: unknown, after: unknown): Difference[] {
  const found: Difference[] = []
  const walk = (a: unknown, b: unknown, parts: readonly (string | number)[]): void => {
    if (found.length >= most || sameValue(a, b)) return
    if (isObject(a) && isObject(b)) {
      for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort())
        walk(member(a, key), member(b, key), [...parts, key])
    } else if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
      for (const [index, item] of a.entries()) walk(item, b[index], [...parts, index])
    else found.push({ path: pointer(...parts), before: a, after: b })
  }
  walk(before, after, [])
  return found
}

const member = (value: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined

/** Operations that make `after` of `before`, tests first. */
export function operationsFor(object: Resource, changes: readonly Difference[]): Operation[] {
  const tests = changes
    .filter(({ before }) => before !== undefined)
    .map(({ path, before }): Operation => ({ op: 'test', path, value: before }))
  const writes = changes.map(({ path, before, after }): Operation => {
    if (after === undefined) return { op: 'remove', path }
    return { op: before === undefined ? 'add' : 'replace', path, value: after }
  })
  const name: Operation[] = [{ op: 'test', path: '/metadata/name', value: object.metadata.name }]
  return [...(tests.length > 0 ? tests : name), ...writes]
}

/** `spec.replicas: 3 → 5`, cut where values are long. */
export function differenceText({ path, before, after }: Difference): string {
  const place = path.slice(1).replaceAll('/', '.') || 'the object'
  if (before === undefined) return `${place}: ${shown(after)} added`
  if (after === undefined) return `${place}: ${shown(before)} removed`
  return `${place}: ${shown(before)} → ${shown(after)}`
}

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}
