import { canonicalJson } from '../../lib/digest.ts'

/** One field that is not as wanted. */
export interface Difference {
  /** Such as `spec.rollout.metrics[0].margin`. */
  field: string
  live: unknown
  wanted: unknown
  /** drift: someone else changed what was applied. change: Git wants another value than before. */
  cause: 'drift' | 'change'
}

export interface Merged {
  value: unknown
  differences: Difference[]
}

/** Stands in the record of what was applied for a value that is not kept there: a secret, or a very long text. */
export const UNRECORDED = '***'

/**
 * Three-way merge of JSON values: what was applied `last`, what is `live`, what is `wanted` now. Only fields that
 * Git has or had are compared and changed; fields that others added stay. Arrays are compared item by item when they
 * are equally long, so that defaults the server filled into an item are no difference, and replaced otherwise.
 * (kubectl's apply, without its patch strategies.)
 *
 * `unknownCause` is the cause where `last` does not tell; with `keepDrift`, drift stays as it is in the result.
 */
export function threeWay(
  last: unknown,
  live: unknown,
  wanted: unknown,
  options: { unknownCause: Difference['cause']; keepDrift: boolean },
): Merged {
  const differences: Difference[] = []

  const differs = (field: string, before: unknown, now: unknown, target: unknown): unknown => {
    const unknown = before === undefined || before === UNRECORDED
    const cause = unknown ? options.unknownCause : same(before, target) ? 'drift' : 'change'
    differences.push({ field, live: now, wanted: target, cause })
    return cause === 'drift' && options.keepDrift ? now : target
  }

  const merge = (field: string, before: unknown, now: unknown, target: unknown): unknown => {
    if (target === undefined) {
      if (before === undefined || now === undefined) return now
      differences.push({ field, live: now, wanted: undefined, cause: 'change' })
      return undefined
    }
    if (isMap(target) && isMap(now)) return mergeMap(field, isMap(before) ? before : {}, now, target)
    if (Array.isArray(target) && Array.isArray(now)) return mergeArray(field, before, now, target)
    // A server leaves out what is null or an empty map.
    if (now === undefined && isEmpty(target)) return now
    return same(now, target) ? now : differs(field, before, now, target)
  }

  const mergeMap = (
    field: string,
    before: Record<string, unknown>,
    now: Record<string, unknown>,
    target: Record<string, unknown>,
  ): unknown => {
    const result = { ...now }
    for (const key of new Set([...Object.keys(target), ...Object.keys(before)])) {
      const value = merge(field ? `${field}.${key}` : key, own(before, key), own(now, key), own(target, key))
      if (value === undefined) delete result[key]
      else result[key] = value
    }
    return result
  }

  const mergeArray = (field: string, before: unknown, now: unknown[], target: unknown[]): unknown => {
    if (now.length !== target.length) return differs(field, before, now, target)
    const known = Array.isArray(before) ? before : []
    const unchanged = before === undefined || before === UNRECORDED || same(before, target)
    const start = differences.length
    const result = target.map((item, i) =>
      merge(`${field}[${i}]`, unchanged ? (known[i] ?? before) : undefined, now[i], item),
    )
    if (unchanged || differences.length === start) return result
    // Git changed the list: its items may have moved, so merging them one by one would mix two of them.
    differences.length = start
    return differs(field, before, now, target)
  }

  return { value: merge('', last, live, wanted), differences }
}

export const same = (a: unknown, b: unknown): boolean => a === b || canonicalJson(a) === canonicalJson(b)

/** The value at a field of a Difference. */
export const valueAt = (value: unknown, field: string): unknown =>
  field
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce<unknown>(
      (part, key) => (Array.isArray(part) ? part[Number(key)] : isMap(part) ? own(part, key) : undefined),
      value,
    )

const own = (map: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(map, key) ? map[key] : undefined

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isEmpty = (value: unknown): boolean =>
  value === null || (isMap(value) && Object.values(value).every(isEmpty))
