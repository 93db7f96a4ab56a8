import type { Answer, CallRecord, Feedback, Unit, UnitCursor } from './telemetry.ts'

interface Entry {
  unit: string
  /** Time of the first call. */
  firstAt: number
  calls: CallRecord[]
}

/**
 * The units of one phase of one route, kept in memory so that a rollout can ask for new ones many times a second.
 * Records may come late, twice and in any order; feedback may come before its call.
 */
export class PhaseUnits {
  readonly #byUnit = new Map<string, Entry>()
  readonly #calls = new Map<string, CallRecord>()
  readonly #feedback = new Map<string, Feedback[]>()
  /** All entries by (firstAt, unit). */
  #ordered: Entry[] = []
  #sorted = true

  /** Takes a call of this phase; one that is known already is left out, as is an evaluation. */
  add(call: CallRecord): void {
    if (call.arm === 'evaluation' || this.#calls.has(call.id)) return
    this.#calls.set(call.id, call)
    const entry = this.#byUnit.get(call.unit)
    if (!entry) {
      const created = { unit: call.unit, firstAt: call.at, calls: [call] }
      this.#byUnit.set(call.unit, created)
      this.#ordered.push(created)
      this.#sorted = false
      return
    }
    entry.calls.push(call)
    if (call.at < entry.firstAt) {
      entry.firstAt = call.at
      this.#sorted = false
    }
  }

  has(call: string): boolean {
    return this.#calls.has(call)
  }

  /** Takes feedback for a call of this phase, before or after the call itself. */
  note(feedback: Feedback): void {
    const known = this.#feedback.get(feedback.call)
    if (known) known.push(feedback)
    else this.#feedback.set(feedback.call, [feedback])
  }

  /** Units that closed after the cursor and at or before `until`, by (closedAt, unit). */
  closed(query: { closeAfterMs: number; after?: UnitCursor; until: number; limit: number }): Unit[] {
    const { closeAfterMs, after, until, limit } = query
    this.#sort()
    const found: Unit[] = []
    const from = after ? this.#firstAfter(after.closedAt - closeAfterMs, after.unit) : 0
    for (let i = from; i < this.#ordered.length && found.length < limit; i++) {
      const entry = this.#ordered[i]
      if (!entry || entry.firstAt + closeAfterMs > until) break
      found.push(this.#unitOf(entry, entry.firstAt + closeAfterMs))
    }
    return found
  }

  #sort(): void {
    if (this.#sorted) return
    this.#ordered.sort((a, b) => a.firstAt - b.firstAt || compare(a.unit, b.unit))
    this.#sorted = true
  }

  /** Index of the first entry behind (firstAt, unit). */
  #firstAfter(firstAt: number, unit: string): number {
    let [low, high] = [0, this.#ordered.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const entry = this.#ordered[middle]
      const behind = entry && (entry.firstAt - firstAt || compare(entry.unit, unit)) > 0
      if (behind) high = middle
      else low = middle + 1
    }
    return low
  }

  #unitOf(entry: Entry, closedAt: number): Unit {
    const answers = entry.calls
      .filter(({ at }) => at < closedAt)
      .sort((a, b) => a.at - b.at || compare(a.id, b.id))
      .map(call => answerOf(call, this.#given(call.id, closedAt), this.#given(call.pair, closedAt)))
    return { unit: entry.unit, closedAt, answers }
  }

  #given(call: string | undefined, before: number): Feedback[] {
    const all = call === undefined ? undefined : this.#feedback.get(call)
    return (all ?? []).filter(({ at }) => at < before).sort((a, b) => a.at - b.at)
  }
}

/**
 * What was said of a call counts for that call, a scorer's word only where nobody else gave that score; the right
 * answer also counts for the call's shadow.
 */
function answerOf(call: CallRecord, own: Feedback[], ofPair: Feedback[]): Answer {
  const label = (call.arm === 'shadow' ? ofPair : own).findLast(
    feedback => feedback.label !== undefined,
  )?.label
  const isScorer = ({ source }: Feedback) => source === 'scorer'
  const scores = [...own.filter(isScorer), ...own.filter(one => !isScorer(one))].map(({ scores }) => scores)
  return {
    call: call.id,
    arm: call.arm,
    at: call.at,
    ...(call.error === undefined ? {} : { error: call.error }),
    latencyMs: call.latencyMs,
    ...(call.costUsd === undefined ? {} : { costUsd: call.costUsd }),
    ...(call.output === undefined ? {} : { output: call.output }),
    scores: Object.assign({}, call.scores, ...scores),
    ...(label === undefined ? {} : { label }),
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
