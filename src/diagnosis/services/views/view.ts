import type { Evidence, FaultClass } from '../../diagnosis.ts'
import type { MetricKind } from '../metric-kind.ts'
import type { Scene } from '../scene.ts'

/**
 * One class of faults and where its traces would be. A view sees its own class only; `gate.ts` decides which one leads, for
 * views that are merged as equals outvote the one that is right.
 */
export interface View {
  name: string
  /** Kinds of metrics by whose alerts it is asked first. */
  alerts?: readonly MetricKind[]
  look(scene: Scene): Seen
}

export interface Seen {
  /** 0 to 1: how clearly this case is of the class. */
  relevance: number
  /** Likeliest first. */
  suspects: readonly Suspect[]
}

export interface Suspect {
  service: string
  rule: string
  class: FaultClass
  /** Above 0; comparable within the view only. */
  score: number
  /** What was seen of it: a clause that follows the service's name. */
  what: string
  evidence: readonly Evidence[]
  against?: readonly Evidence[]
  /** When it was first seen. */
  since?: number
}

export const nothing: Seen = { relevance: 0, suspects: [] }

/** Highest score first, at most one for each service. */
export function sortedSuspects(suspects: readonly Suspect[]): Suspect[] {
  const best = new Map<string, Suspect>()
  for (const suspect of suspects)
    if (suspect.score > 0 && suspect.score > (best.get(suspect.service)?.score ?? 0))
      best.set(suspect.service, suspect)
  return [...best.values()].sort((a, b) => b.score - a.score || (a.service < b.service ? -1 : 1))
}

/** From 0 to below 1; one half at `half`. */
export const saturating = (value: number, half: number): number => (value <= 0 ? 0 : value / (value + half))

/** Hours, minutes and seconds in UTC. */
export const clockText = (at: number): string => new Date(at).toISOString().slice(11, 19)

export const milliseconds = (ms: number): string =>
  ms >= 1000 ? `${Number((ms / 1000).toPrecision(3))} s` : `${Number(ms.toPrecision(3))} ms`

export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`
