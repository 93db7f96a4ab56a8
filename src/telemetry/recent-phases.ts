import { PhaseUnits } from './phase-units.ts'
import type { CallRecord, Feedback, Unit, UnitQuery } from './telemetry.ts'

type PhaseName = Pick<UnitQuery, 'namespace' | 'route' | 'phase'>

/** Phases kept in memory; others are read again when asked for. */
const maxPhases = 16
/** Calls whose feedback came first, kept until the call does. */
const maxEarly = 10_000

/**
 * The units of phases that somebody asked for: read from the store once, then kept up to date by what is appended, so
 * that asking again costs no reading.
 */
export class RecentPhases {
  readonly #read: (phase: PhaseName) => Promise<{ calls: CallRecord[]; feedback: Feedback[] }>
  readonly #phases = new Map<string, { units: PhaseUnits; ready: Promise<void> }>()
  readonly #early = new Map<string, Feedback[]>()

  constructor(read: (phase: PhaseName) => Promise<{ calls: CallRecord[]; feedback: Feedback[] }>) {
    this.#read = read
  }

  add(calls: readonly CallRecord[], feedback: readonly Feedback[]): void {
    for (const call of calls) {
      const units = this.#phases.get(keyOf(call))?.units
      if (units) this.#addCall(units, call)
    }
    for (const given of feedback) this.#note(given)
  }

  async closed(query: UnitQuery): Promise<Unit[]> {
    const key = keyOf(query)
    const entry = this.#phases.get(key) ?? this.#load(query)
    this.#phases.delete(key)
    this.#phases.set(key, entry)
    await entry.ready.catch((error: unknown) => {
      this.#phases.delete(key)
      throw error
    })
    return entry.units.closed(query)
  }

  /** Drops what is kept of a route; its phases are read again when asked for. */
  forget(route: { namespace: string; route: string }): void {
    const prefix = keyOf({ ...route, phase: '' })
    for (const key of this.#phases.keys()) if (key.startsWith(prefix)) this.#phases.delete(key)
  }

  /** The phase takes part in `add` from here on, so what is appended while it is read is not missed. */
  #load(phase: PhaseName): { units: PhaseUnits; ready: Promise<void> } {
    for (const oldest of this.#phases.keys()) {
      if (this.#phases.size < maxPhases) break
      this.#phases.delete(oldest)
    }
    const units = new PhaseUnits()
    const ready = this.#read(phase).then(({ calls, feedback }) => {
      for (const given of feedback) units.note(given)
      for (const call of calls) this.#addCall(units, call)
    })
    return { units, ready }
  }

  #addCall(units: PhaseUnits, call: CallRecord): void {
    units.add(call)
    for (const given of this.#early.get(call.id) ?? []) units.note(given)
    this.#early.delete(call.id)
  }

  #note(given: Feedback): void {
    const phase = [...this.#phases.values()].find(({ units }) => units.has(given.call))
    if (phase) {
      phase.units.note(given)
      return
    }
    this.#early.set(given.call, [...(this.#early.get(given.call) ?? []), given])
    for (const oldest of this.#early.keys()) {
      if (this.#early.size <= maxEarly) break
      this.#early.delete(oldest)
    }
  }
}

const keyOf = ({ namespace, route, phase }: PhaseName): string => `${namespace}/${route}/${phase}`
