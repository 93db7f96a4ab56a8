import { type CelFunc, CelScalar, type CelValue, celFunc, celMethod } from '@bufbuild/cel'
import { expectOpaque, type Opaque, opaque, opaqueOf } from './cel-opaque.ts'
import { parseQuantity } from './quantity.ts'

const { BOOL, DYN, DOUBLE, INT, STRING } = CelScalar

interface Quantity extends Opaque {
  type: 'quantity'
  nano: bigint
}
interface Semver extends Opaque {
  type: 'semver'
  numbers: readonly [bigint, bigint, bigint]
  /** Identifiers after the hyphen; none for a release. */
  pre: readonly string[]
}

const UNIT = 1_000_000_000n

const quantity = (nano: bigint) => opaque({ type: 'quantity', nano } as Quantity, nano)

/** Kubernetes writes quantities as text where an object has numbers, so both are read. */
function quantityFrom(value: CelValue): bigint | undefined {
  if (typeof value === 'bigint') return value * UNIT
  if (typeof value === 'number') return parseQuantity(String(value))
  return typeof value === 'string' ? parseQuantity(value) : undefined
}

function parsedQuantity(value: CelValue) {
  const nano = quantityFrom(value)
  if (nano === undefined)
    throw new RangeError('quantities must match a number with an optional unit such as 500m or 1Gi')
  return quantity(nano)
}

const form =
  /^(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})(?:-([0-9A-Za-z.-]{1,255}))?(?:\+[0-9A-Za-z.-]{1,255})?$/

function semverFrom(text: string): CelValue | undefined {
  const [, major, minor, patch, pre] = form.exec(text) ?? []
  if (major === undefined || minor === undefined || patch === undefined) return undefined
  const value: Semver = {
    type: 'semver',
    numbers: [BigInt(major), BigInt(minor), BigInt(patch)],
    pre: pre?.split('.') ?? [],
  }
  return opaque(value, `${major}.${minor}.${patch}-${pre ?? ''}`)
}

/** -1, 0 or 1, of two quantities or two versions. */
function compared(one: unknown, other: unknown): number {
  if (opaqueOf(one)?.type === 'semver')
    return compareVersions(expectOpaque<Semver>(one, 'semver'), expectOpaque<Semver>(other, 'semver'))
  return sign(nanoOf(one) - nanoOf(other))
}

const nanoOf = (value: unknown): bigint => expectOpaque<Quantity>(value, 'quantity').nano
const sign = (value: bigint): number => (value > 0n ? 1 : value < 0n ? -1 : 0)

/** https://semver.org/#spec-item-11 */
function compareVersions(a: Semver, b: Semver): number {
  for (const [i, number] of a.numbers.entries()) {
    const order = sign(number - (b.numbers[i] ?? 0n))
    if (order !== 0) return order
  }
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length)
  for (const [i, x] of a.pre.entries()) {
    const y = b.pre[i]
    if (y === undefined) return 1
    const order = compareIdentifiers(x, y)
    if (order !== 0) return order
  }
  return Math.sign(a.pre.length - b.pre.length)
}

function compareIdentifiers(x: string, y: string): number {
  const [m, n] = [x, y].map(part => /^\d+$/.test(part))
  if (m && n) return sign(BigInt(x) - BigInt(y))
  if (m || n) return m ? -1 : 1
  return x < y ? -1 : x > y ? 1 : 0
}

const partOf = (name: 'major' | 'minor' | 'patch', at: 0 | 1 | 2) =>
  celMethod(name, DYN, [], INT, function () {
    return expectOpaque<Semver>(this, 'semver').numbers[at]
  })

function asInteger(value: unknown): bigint {
  const nano = nanoOf(value)
  if (nano % UNIT !== 0n) throw new RangeError('cannot convert value to integer')
  return nano / UNIT
}

const summand = (value: CelValue): bigint => (typeof value === 'bigint' ? value * UNIT : nanoOf(value))

/** Quantities and versions of Kubernetes' CEL (apiserver: pkg/cel/library/{quantity,semver}.go). */
export const quantities: readonly CelFunc[] = [
  celFunc('quantity', [DYN], DYN, parsedQuantity),
  celFunc('isQuantity', [DYN], BOOL, value => quantityFrom(value) !== undefined),
  celFunc('semver', [STRING], DYN, text => {
    const version = semverFrom(text)
    if (version === undefined) throw new RangeError('not a version such as 1.2.3')
    return version
  }),
  celFunc('isSemver', [STRING], BOOL, text => semverFrom(text) !== undefined),
  celMethod('isGreaterThan', DYN, [DYN], BOOL, function (other) {
    return compared(this, other) > 0
  }),
  celMethod('isLessThan', DYN, [DYN], BOOL, function (other) {
    return compared(this, other) < 0
  }),
  celMethod('compareTo', DYN, [DYN], INT, function (other) {
    return BigInt(compared(this, other))
  }),
  celMethod('sign', DYN, [], INT, function () {
    return BigInt(sign(nanoOf(this)))
  }),
  celMethod('isInteger', DYN, [], BOOL, function () {
    return nanoOf(this) % UNIT === 0n
  }),
  celMethod('asInteger', DYN, [], INT, function () {
    return asInteger(this)
  }),
  celMethod('asApproximateFloat', DYN, [], DOUBLE, function () {
    return Number(nanoOf(this)) / Number(UNIT)
  }),
  celMethod('add', DYN, [DYN], DYN, function (other) {
    return quantity(nanoOf(this) + summand(other))
  }),
  celMethod('sub', DYN, [DYN], DYN, function (other) {
    return quantity(nanoOf(this) - summand(other))
  }),
  partOf('major', 0),
  partOf('minor', 1),
  partOf('patch', 2),
]
