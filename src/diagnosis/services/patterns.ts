import { shareBounds } from './quantiles.ts'
import type { Statements } from './statements.ts'
import type { Traces } from './traces.ts'

/** How often something happened of the times that it could, before the onset and from it on. */
export interface Change {
  service: string
  /** The operation in which, by which the service was entered. */
  operation: string
  /** What it could have followed, where that is another statement. */
  after?: string
  afterError?: boolean
  what: 'statement' | 'call'
  text: string
  error: boolean
  before: Count
  now: Count
  /** At least so much of the share is gone (below 0) or has come, at 90 % of each share. */
  by: number
}

interface Count {
  count: number
  of: number
}

/** Fewer visits than this tell nothing. */
const fewest = 2
const noChange = 0.2

/**
 * What operations do otherwise than before: statements and calls per visit of an operation, and statements per statement
 * right before them (event pairs, Nezha, Yu et al. 2023). Shares of visits do not move when the traffic does.
 */
export function patternChanges(traces: Traces, statements: Statements): Change[] {
  return [...visitChanges(traces, statements), ...pairChanges(traces, statements)]
    .filter(({ by }) => Math.abs(by) >= noChange)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by) || (keyOf(a) < keyOf(b) ? -1 : 1))
}

const keyOf = ({ service, operation, after, text }: Change): string =>
  [service, operation, after, text].join('\n')

/** Counts of both windows by a pair of numbers. */
class Tally {
  readonly counts = new Map<number, [number, number]>()
  readonly #width: number
  readonly #last = new Map<number, number>()
  constructor(width: number) {
    this.#width = width
  }
  add(a: number, b: number, late: number): void {
    const key = a * this.#width + b
    const found = this.counts.get(key)
    if (found) found[late] = (found[late] ?? 0) + 1
    else this.counts.set(key, late === 0 ? [1, 0] : [0, 1])
  }
  /** Counts each pair once for a visit. */
  once(a: number, b: number, late: number, visit: number): void {
    const key = a * this.#width + b
    const seen = visit * 2 + late
    if (this.#last.get(key) === seen) return
    this.#last.set(key, seen)
    this.add(a, b, late)
  }
  *pairs(): Generator<[a: number, b: number, counts: [number, number]]> {
    for (const [key, counts] of this.counts) yield [Math.floor(key / this.#width), key % this.#width, counts]
  }
}

function visitChanges(traces: Traces, statements: Statements): Change[] {
  const visits = new Tally(1)
  const said = new Tally(Math.max(1, statements.all.length))
  const called = new Tally(Math.max(1, traces.operations.length))
  const visit = (i: number) => traces.entry[i] ?? i
  const lateOf = (i: number) => traces.late[i] ?? 0
  const inOrder = byVisit(statements, traces)
  for (let i = 0; i < traces.count; i++)
    if (visit(i) === i) visits.add(traces.operation[i] ?? 0, 0, lateOf(i))
  for (const i of inOrder) {
    const of = visit(statements.span[i] ?? 0)
    said.once(traces.operation[of] ?? 0, statements.statement[i] ?? 0, lateOf(of), of)
  }
  for (const i of childrenByVisit(traces)) {
    const of = visit(traces.parent[i] ?? 0)
    called.once(traces.operation[of] ?? 0, traces.operation[i] ?? 0, lateOf(of), of)
  }
  const found: Change[] = []
  const add = (
    operation: number,
    counts: [number, number],
    change: Pick<Change, 'what' | 'text' | 'error'>,
  ) => {
    const [before = 0, now = 0] = visits.counts.get(operation) ?? []
    const at = traces.operations[operation]
    if (at && before >= fewest && now >= fewest)
      found.push({
        ...{ service: at.service, operation: at.name, ...change },
        ...changed({ count: counts[0], of: before }, { count: counts[1], of: now }),
      })
  }
  for (const [operation, number, counts] of said.pairs()) {
    const statement = statements.all[number]
    if (statement) add(operation, counts, { what: 'statement', text: statement.text, error: statement.error })
  }
  for (const [operation, number, counts] of called.pairs()) {
    const to = traces.operations[number]
    if (to) add(operation, counts, { what: 'call', text: `${to.service} ${to.name}`, error: false })
  }
  return found
}

/** Of statements of one visit, what came right after what. */
function pairChanges(traces: Traces, statements: Statements): Change[] {
  const width = Math.max(1, statements.all.length)
  const firsts = new Tally(1)
  const pairs = new Tally(width)
  const operations = new Map<number, number>()
  let [last, lastVisit] = [-1, -1]
  for (const i of byVisit(statements, traces)) {
    const visit = traces.entry[statements.span[i] ?? 0] ?? 0
    const late = traces.late[visit] ?? 0
    const number = statements.statement[i] ?? 0
    if (visit === lastVisit && last >= 0) pairs.add(last, number, late)
    firsts.add(number, 0, late)
    operations.set(number, traces.operation[visit] ?? 0)
    last = number
    lastVisit = visit
  }
  return [...pairs.pairs()].flatMap(([a, b, [before, now]]) => {
    const [ofBefore = 0, ofNow = 0] = firsts.counts.get(a) ?? []
    const [first, second] = [statements.all[a], statements.all[b]]
    const operation = traces.operations[operations.get(b) ?? 0]
    if (!first || !second || !operation || ofBefore < fewest || ofNow < fewest) return []
    return {
      ...{ service: second.service, operation: operation.name, after: first.text, afterError: first.error },
      ...{ what: 'statement' as const, text: second.text, error: second.error },
      ...changed({ count: before, of: ofBefore }, { count: now, of: ofNow }),
    }
  })
}

function changed(before: Count, now: Count): Pick<Change, 'before' | 'now' | 'by'> {
  const [a, b] = [shareBounds(before.count, before.of), shareBounds(now.count, now.of)]
  const by = b.low > a.high ? b.low - a.high : Math.min(0, b.high - a.low)
  return { before, now, by }
}

/** Records that have a span of their service, visit by visit, each in the order of its log. */
function byVisit(
  { span, count, records }: Statements,
  { entry, serviceOf, count: spans }: Traces,
): Int32Array {
  const visits = new Int32Array(count).fill(-1)
  for (let i = 0; i < count; i++) {
    const of = span[i] ?? -1
    if (of >= 0 && serviceOf(of) === records[i]?.resource.service) visits[i] = entry[of] ?? -1
  }
  return groupedBy(visits, spans)
}

/** Spans below an entry, or of another service right below one, visit by visit. */
function childrenByVisit({ count, parent, entry }: Traces): Int32Array {
  return groupedBy(
    parent.map(up => (up < 0 ? -1 : (entry[up] ?? -1))),
    count,
  )
}

/** Indexes of what has a group (others have -1), group by group, in order (counting sort). */
function groupedBy(groups: Int32Array, count: number): Int32Array {
  const next = new Int32Array(count + 1)
  for (const group of groups) if (group >= 0) next[group + 1] = (next[group + 1] ?? 0) + 1
  for (let i = 1; i <= count; i++) next[i] = (next[i] ?? 0) + (next[i - 1] ?? 0)
  const found = new Int32Array(next[count] ?? 0)
  for (const [i, group] of groups.entries()) {
    if (group < 0) continue
    const place = next[group] ?? 0
    found[place] = i
    next[group] = place + 1
  }
  return found
}
