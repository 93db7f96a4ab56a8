import {
  type CelFunc,
  CelScalar,
  type CelValue,
  celFunc,
  celMethod,
  isCelList,
  isCelMap,
} from '@bufbuild/cel'
import { expectOpaque, type Opaque, opaque, opaqueOf } from './cel-opaque.ts'

const { BOOL, DYN } = CelScalar

/** Functions that `a.?b` and `a[?b]` are written as before they are parsed. */
export const OPTIONAL_SELECT = '__optional_select__'
export const OPTIONAL_INDEX = '__optional_index__'

interface Optional extends Opaque {
  type: 'optional'
  value: CelValue | undefined
}

const some = (value: CelValue) => opaque({ type: 'optional', value } as Optional, value)
const none = opaque({ type: 'optional', value: undefined } as Optional, 'none')

const valueIn = (optional: unknown): CelValue | undefined =>
  expectOpaque<Optional>(optional, 'optional').value

/** An optional of a value, or of none. */
export const optionalOf = (value: CelValue | undefined): CelValue =>
  value === undefined ? none : some(value)

function member(from: CelValue, key: CelValue): CelValue {
  const inside = opaqueOf(from)?.type === 'optional' ? valueIn(from) : from
  if (inside === undefined) return none
  if (isCelMap(inside)) return optionalOf(inside.get(key as string))
  if (isCelList(inside) && typeof key === 'bigint') return optionalOf(inside.get(Number(key)))
  throw new TypeError('no such overload: only maps and lists have optional members')
}

const isZero = (value: CelValue): boolean =>
  value === null ||
  value === false ||
  value === '' ||
  value === 0 ||
  value === 0n ||
  ((isCelList(value) || isCelMap(value)) && value.size === 0)

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-optional-library (cel-go: OptionalTypes) */
export const optionals: readonly CelFunc[] = [
  celFunc('optional.of', [DYN], DYN, some),
  celFunc('optional.none', [], DYN, () => none),
  celFunc('optional.ofNonZeroValue', [DYN], DYN, value => (isZero(value) ? none : some(value))),
  celMethod(OPTIONAL_SELECT, DYN, [DYN], DYN, function (key) {
    return member(this, key)
  }),
  celMethod(OPTIONAL_INDEX, DYN, [DYN], DYN, function (key) {
    return member(this, key)
  }),
  celMethod('hasValue', DYN, [], BOOL, function () {
    return valueIn(this) !== undefined
  }),
  celMethod('value', DYN, [], DYN, function () {
    const value = valueIn(this)
    if (value === undefined) throw new RangeError('optional.none() dereference')
    return value
  }),
  celMethod('orValue', DYN, [DYN], DYN, function (fallback) {
    const value = valueIn(this)
    // null is a value; only none falls back.
    return value === undefined ? fallback : value
  }),
  celMethod('or', DYN, [DYN], DYN, function (other) {
    return valueIn(this) === undefined ? other : this
  }),
]
