import type { Ledger, LedgerEntry } from '../../ledger/ledger.ts'
import { endActions } from './record.ts'

/** A proposal from the decision to merge it to its end, as the ledger tells. */
export interface Flight {
  uid: string
  subject: string
  namespace: string
  objects: string[]
  automatic: boolean
  /** Milliseconds since the epoch of the first decision to merge it. */
  at: number
  merged: boolean
  ended: boolean
}

const PAGE = 1000

export interface Flights {
  /** Reads what the ledger has gained. Everything that was decided before is in what the methods say. */
  refresh(): Promise<void>
  /**
   * Another proposal that is on its way to one of these objects, or has yet to show whether it helped.
   * @param there uids of the proposals that exist: one that was deleted holds up nobody
   */
  busy(
    objects: readonly string[],
    uid: string,
    there: ReadonlySet<string>,
  ): { flight: Flight; object: string } | undefined
  /** Merges of proposals by automation in a namespace since a time. */
  mergedSince(namespace: string, since: number): number
  /** An object that automation has changed at least so often since a time. */
  flapping(
    objects: readonly string[],
    changes: number,
    since: number,
  ): { object: string; count: number } | undefined
}

/** Follows the ledger from its beginning, in memory: what is decided is what it says, whatever statuses show. */
export function flightsOf(ledger: Pick<Ledger, 'list'>): Flights {
  const flights = new Map<string, Flight>()
  let after = 0
  let reading: Promise<void> = Promise.resolve()

  const take = async () => {
    for (;;) {
      const entries = await ledger.list({ after, limit: PAGE })
      for (const entry of entries) {
        after = Math.max(after, entry.sequence)
        if (entry.subject.startsWith('Proposal/')) note(flights, entry)
      }
      if (entries.length < PAGE) return
    }
  }

  return {
    refresh() {
      reading = reading.catch(() => {}).then(take)
      return reading
    },
    busy(objects, uid, there) {
      for (const flight of flights.values()) {
        if (flight.uid === uid || flight.ended || !there.has(flight.uid)) continue
        const object = objects.find(name => flight.objects.includes(name))
        if (object !== undefined) return { flight, object }
      }
      return undefined
    },
    mergedSince(namespace, since) {
      return [...flights.values()].filter(
        flight => flight.merged && flight.automatic && flight.namespace === namespace && flight.at > since,
      ).length
    },
    flapping(objects, changes, since) {
      const automatic = [...flights.values()].filter(
        flight => flight.merged && flight.automatic && flight.at > since,
      )
      return objects
        .map(object => ({
          object,
          count: automatic.filter(flight => flight.objects.includes(object)).length,
        }))
        .find(({ count }) => count >= changes)
    },
  }
}

function note(flights: Map<string, Flight>, { action, subject, at, data }: LedgerEntry): void {
  const uid = String(data.uid ?? '')
  const known = flights.get(uid)
  if (known && endActions.has(action)) known.ended = true
  if (action !== 'approval' && action !== 'merge') return
  const flight = known ?? {
    uid,
    subject,
    namespace: subject.split('/')[1] ?? '',
    objects: [],
    automatic: data.automatic !== false,
    at: Date.parse(at),
    merged: false,
    ended: false,
  }
  if (Array.isArray(data.objects)) flight.objects = data.objects.map(String)
  if (action === 'merge') flight.merged = true
  flights.set(uid, flight)
}
