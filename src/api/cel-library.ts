import {
  type CelFunc,
  type CelList,
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  celMethod,
  listType,
  parse,
  plan,
} from '@bufbuild/cel'

const { BOOL, DYN, INT } = CelScalar
const LIST = listType(DYN)

const plain = celEnv({ variables: { a: DYN, b: DYN } })
const compare = (text: string) => {
  const evaluate = plan(plain, parse(text))
  return (a: CelValue, b: CelValue): boolean => evaluate({ a, b }) === true
}
const equal = compare('a == b')
const lessOrEqual = compare('a <= b')
const less = compare('a < b')
const add = plan(plain, parse('a + b'))

/**
 * What Kubernetes adds to CEL, as far as it is there: functions of lists and of sets
 * (https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries).
 * Its `matches` is RE2 in the engine itself. Missing: find, findAll, quantity, format, url, ip, cidr, semver, optionals.
 */
export const library: readonly CelFunc[] = [
  celMethod('isSorted', LIST, [], BOOL, function () {
    const items = [...this]
    return items.every((item, i) => i === 0 || lessOrEqual(items[i - 1] ?? null, item))
  }),
  celMethod('sum', LIST, [], DYN, function () {
    const items = [...this]
    if (items.length === 0) return 0n
    return items.reduce((sum, item) => evaluated(add({ a: sum, b: item })))
  }),
  celMethod('min', LIST, [], DYN, function () {
    return extreme('min', this, (item, best) => less(item, best))
  }),
  celMethod('max', LIST, [], DYN, function () {
    return extreme('max', this, (item, best) => less(best, item))
  }),
  celMethod('indexOf', LIST, [DYN], INT, function (wanted) {
    return BigInt([...this].findIndex(item => equal(item, wanted)))
  }),
  celMethod('lastIndexOf', LIST, [DYN], INT, function (wanted) {
    return BigInt([...this].findLastIndex(item => equal(item, wanted)))
  }),
  celFunc('sets.contains', [LIST, LIST], BOOL, containsAll),
  celFunc('sets.equivalent', [LIST, LIST], BOOL, (a, b) => containsAll(a, b) && containsAll(b, a)),
  celFunc('sets.intersects', [LIST, LIST], BOOL, (a, b) => [...b].some(item => has(a, item))),
]

const has = (list: CelList, wanted: CelValue): boolean => [...list].some(item => equal(item, wanted))

function containsAll(list: CelList, wanted: CelList): boolean {
  return [...wanted].every(item => has(list, item))
}

function extreme(name: string, list: CelList, better: (item: CelValue, best: CelValue) => boolean): CelValue {
  const [first, ...rest] = [...list]
  if (first === undefined) throw new RangeError(`${name} called on an empty list`)
  return rest.reduce((best, item) => (better(item, best) ? item : best), first)
}

function evaluated(result: CelValue | Error): CelValue {
  if (result instanceof Error) throw result
  return result
}
