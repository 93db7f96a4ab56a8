import { pagedSuffers, type Scene } from '../scene.ts'
import { wordsFor } from './saturation.ts'
import { nothing, type Seen, type Suspect, sortedSuspects, type View } from './view.ts'

/** Gone is what has less than this share of what it had, in at least so many rows or calls. */
const gone = 0.05
const fewest = { rows: 3, requests: 10, visits: 10 } as const
/** Callers go on when they keep this share. */
const goesOn = 0.5
const relevance = { confirmed: 0.6, unconfirmed: 0.15 } as const

/** Requests of a service vanish while those who call it go on: it is down, or nothing finds it. */
export const absence: View = {
  name: 'absence',
  look(scene): Seen {
    const kept = keptOf(scene)
    const suspects = [...kept].flatMap(([service, { share, what, source }]): Suspect[] => {
      const callers = [...(scene.graph.callers.get(service) ?? [])].filter(caller => kept.has(caller))
      const going = callers.filter(caller => (kept.get(caller)?.share ?? 0) >= goesOn)
      // Of a chain that is silent, the first that its callers still want is what is missing.
      if (share > gone || callers.length === 0 || going.length === 0) return []
      return [
        {
          ...{ service, rule: 'absence', class: 'absence', score: going.length / callers.length },
          what: `${what} while ${going.slice(0, 3).join(', ')}, which calls it, goes on`,
          evidence: [{ source, detail: what }],
        },
      ]
    })
    if (suspects.length === 0) return nothing
    // Telemetry has gaps, too: silence that nobody suffers from is hardly what was reported.
    return {
      relevance: pagedSuffers(scene) ? relevance.confirmed : relevance.unconfirmed,
      suspects: sortedSuspects(suspects),
    }
  },
}

interface Kept {
  /** Now, of what it was. */
  share: number
  what: string
  source: string
}

function keptOf({ shifts, traces }: Scene): Map<string, Kept> {
  const found = new Map<string, Kept>()
  const counts = new Map<string, [number, number]>()
  for (let i = 0; i < traces.count; i++) {
    if (traces.entry[i] !== i) continue
    const of = counts.get(traces.serviceOf(i)) ?? [0, 0]
    counts.set(traces.serviceOf(i), of)
    of[traces.late[i] === 1 ? 1 : 0]++
  }
  const [before, now] = traces.counts
  // The rest of the traffic tells how long and how busy the two windows are.
  for (const [service, [had, has]] of counts)
    if (service !== '' && had >= fewest.visits && now > 0 && before > 0)
      found.set(service, {
        share: has / now / (had / before),
        what: `its requests are gone from the traces (${has} of ${now} spans, ${had} of ${before} before)`,
        source: 'traces',
      })
  for (const shift of shifts) {
    const { series, before, after, rows } = shift
    if (series.kind !== 'requests' || rows < fewest.rows || before < fewest.requests) continue
    if (!found.has(series.service))
      found.set(series.service, { share: after / before, what: wordsFor(shift), source: series.source })
  }
  return found
}
