import {
  type CelEnv,
  type CelFunc,
  type CelList,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMap,
  isCelList,
  isCelMap,
} from '@bufbuild/cel'
import { ENTRIES, PUT, TICK } from './cel-rewrite.ts'

const { BOOL, DYN } = CelScalar

/** Longest text an expression may make. */
const MAX_TEXT = 1 << 20

/** How much work may still be done. One unit is about one value looked at, or ten characters. */
export interface Meter {
  left: number
}

/** The work is used up: the whole evaluation ends, whatever stands around it. */
export class CostExceeded extends Error {
  constructor() {
    super('the expression takes more work than is allowed; look at fewer or smaller values')
  }
}

let current: Meter = { left: 0 }

/** @throws CostExceeded */
export function spend(units: number): void {
  current.left -= units
  if (current.left < 0) throw new CostExceeded()
}

/** Runs `work` on the account of a meter. */
export function metered<Value>(meter: Meter, work: () => Value): Value {
  const before = current
  current = meter
  try {
    return work()
  } finally {
    current = before
  }
}

/** Functions that {@link rewritten} expressions call. */
export const internals: readonly CelFunc[] = [
  celFunc(TICK, [], BOOL, () => true),
  celFunc(ENTRIES, [DYN], DYN, range => {
    if (isCelList(range)) return celList([...range].map((item, i) => celList([BigInt(i), item])))
    if (isCelMap(range)) return celList([...range.entries()].map(([key, value]) => celList([key, value])))
    throw new TypeError('no such overload: only lists and maps have entries')
  }),
  celFunc(PUT, [DYN, DYN, DYN], DYN, (map, key, value) => {
    if (!isCelMap(map)) throw new TypeError('no such overload')
    return celMap(new Map([...map.entries(), [key as string, value]]))
  }),
]

/** The environment with every call of a function paid for, and no text beyond bounds. */
export function meteredEnvironment<Environment extends CelEnv>(environment: Environment): Environment {
  const funcs = {
    find(name: string) {
      const found = environment.funcs.find(name)
      return (
        found && {
          call(id: number, target: CelValue | undefined, args: CelValue[]) {
            spend(costOf(name, target === undefined ? args : [target, ...args]))
            if (name === '_+_' && isCelList(args[0]) && isCelList(args[1])) return joined(args[0], args[1])
            const result = found.call(id, target, args)
            if (typeof result === 'string' && result.length > MAX_TEXT) throw new CostExceeded()
            return result
          },
        }
      )
    },
  }
  const { namespace, registry, variables } = environment
  // The planner reads these members and nothing else.
  return { namespace, registry, variables, funcs } as unknown as Environment
}

const items = new WeakMap<CelList, CelValue[]>()

/** Lists are joined into one: the engine's own chain grows as deep as the list is long. */
function joined(a: CelList, b: CelList): CelList {
  const all = (items.get(a) ?? [...a]).concat(items.get(b) ?? [...b])
  const list = celList(all)
  items.set(list, all)
  return list
}

/** Functions that look into their operands. */
const deep = new Set(
  '_==_ _!=_ @in indexOf lastIndexOf join sum min max isSorted format flatten sort validate'.split(' '),
)
/** Functions that compare every item of one with every item of the other, or with each other. */
const crossed = new Set(['sets.contains', 'sets.equivalent', 'sets.intersects', 'distinct', 'sort', PUT])

function costOf(name: string, operands: readonly CelValue[]): number {
  let cost = 1
  for (const operand of operands)
    cost += deep.has(name) || crossed.has(name) ? depthCost(operand) : flatCost(operand)
  const [first, second = first, third] = operands
  if (crossed.has(name)) cost += sizeOf(first) * sizeOf(second)
  // What these make may be much longer than what they are given.
  if (
    name === 'replace' &&
    typeof first === 'string' &&
    typeof second === 'string' &&
    typeof third === 'string'
  )
    cost += grown(first, second, third.length)
  if (name === 'join' && typeof second === 'string') cost += (sizeOf(first) * second.length) / 10
  if (
    ['matches', 'find', 'findAll'].includes(name) &&
    typeof first === 'string' &&
    typeof second === 'string'
  )
    cost += second.length * (1 + first.length / 100)
  return cost
}

/** The engine copies the whole text for each place it replaces. */
function grown(text: string, part: string, length: number): number {
  const places = part === '' ? text.length + 1 : text.split(part).length - 1
  const result = text.length + places * length
  if (result > MAX_TEXT) throw new CostExceeded()
  return result / 10 + (places * result) / 200
}

const sizeOf = (value: CelValue | undefined): number => (isCelList(value) || isCelMap(value) ? value.size : 1)

const flatCost = (value: CelValue): number =>
  typeof value === 'string' ? value.length / 10 : isCelList(value) ? value.size / 64 : 0

/** Pays for each value while it looks, so that looking itself is bounded. */
function depthCost(value: CelValue): number {
  if (typeof value === 'string') return value.length / 10
  if (isCelList(value)) {
    for (const item of value) spend(1 + depthCost(item))
    return 1
  }
  if (isCelMap(value)) {
    for (const [, item] of value.entries()) spend(1 + depthCost(item))
    return 1
  }
  return 0
}
