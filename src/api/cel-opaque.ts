import { type CelMap, type CelValue, celMap, isCelMap } from '@bufbuild/cel'

/**
 * Values of types that CEL itself lacks: optionals, quantities, URLs, addresses, versions. The engine has no place for
 * types of others, so such a value is a map with one entry that says what it is, which makes equal ones equal, and is
 * known again by its identity.
 */
export interface Opaque {
  type: 'optional' | 'quantity' | 'url' | 'ip' | 'cidr' | 'semver' | 'format'
}

const known = new WeakMap<CelMap, Opaque>()

/** `key` is equal for equal values. */
export function opaque(value: Opaque, key: CelValue): CelMap {
  const map = celMap(new Map([[value.type, key]]))
  known.set(map, value)
  return map
}

/** The value behind a map that {@link opaque} made; undefined for all others. */
export const opaqueOf = (value: unknown): Opaque | undefined =>
  isCelMap(value) ? known.get(value) : undefined

/** @throws TypeError when it is of another type. */
export function expectOpaque<Value extends Opaque>(value: unknown, type: Value['type']): Value {
  const found = opaqueOf(value)
  if (found?.type !== type) throw new TypeError(`no such overload: the value is no ${type}`)
  // Each type has one shape, made in one file.
  return found as Value
}
