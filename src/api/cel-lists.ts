import {
  type CelFunc,
  type CelList,
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  celList,
  celMethod,
  isCelList,
  listType,
  parse,
  plan,
} from '@bufbuild/cel'
import { optionalOf } from './cel-optional.ts'

const { DYN, INT } = CelScalar
const LIST = listType(DYN)

const environment = celEnv({ variables: { a: DYN, b: DYN } })
const evaluateEqual = plan(environment, parse('a == b'))
const evaluateLess = plan(environment, parse('a < b'))
const equal = (a: CelValue, b: CelValue): boolean => evaluateEqual({ a, b }) === true

function less(a: CelValue, b: CelValue): boolean {
  const result = evaluateLess({ a, b })
  if (typeof result !== 'boolean') throw new TypeError('no such overload: the values have no order')
  return result
}

const sorted = (items: CelValue[]): CelValue[] =>
  items.toSorted((a, b) => (less(a, b) ? -1 : less(b, a) ? 1 : 0))

function flattened(list: CelList, depth: bigint): CelValue[] {
  if (depth < 0n) throw new RangeError('level must be non-negative')
  return [...list].flatMap(item => (isCelList(item) && depth > 0n ? flattened(item, depth - 1n) : [item]))
}

/** Version 3 of the list library (cel-go: ext/lists.go), which Kubernetes has since 1.34. */
export const lists: readonly CelFunc[] = [
  celMethod('slice', LIST, [INT, INT], DYN, function (from, to) {
    if (from < 0n || to > BigInt(this.size) || from > to)
      throw new RangeError(`cannot slice(${from}, ${to}), list is length ${this.size}`)
    return celList([...this].slice(Number(from), Number(to)))
  }),
  celMethod('flatten', LIST, [], DYN, function () {
    return celList(flattened(this, 1n))
  }),
  celMethod('flatten', LIST, [INT], DYN, function (depth) {
    return celList(flattened(this, depth))
  }),
  celMethod('distinct', LIST, [], DYN, function () {
    const found: CelValue[] = []
    for (const item of this) if (!found.some(known => equal(known, item))) found.push(item)
    return celList(found)
  }),
  celMethod('reverse', LIST, [], DYN, function () {
    return celList([...this].reverse())
  }),
  celMethod('sort', LIST, [], DYN, function () {
    return celList(sorted([...this]))
  }),
  celFunc('lists.range', [INT], DYN, count => {
    if (count > 10_000n) throw new RangeError('lists.range: 10000 items at most')
    return celList(Array.from({ length: Math.max(0, Number(count)) }, (_, i) => BigInt(i)))
  }),
  celMethod('first', LIST, [], DYN, function () {
    return optionalOf([...this][0])
  }),
  celMethod('last', LIST, [], DYN, function () {
    return optionalOf([...this].at(-1))
  }),
]
