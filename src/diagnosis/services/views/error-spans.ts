import type { Attributes } from '../../../telemetry/signals/signal.ts'
import { shareBounds } from '../quantiles.ts'
import type { Scene } from '../scene.ts'
import { clockText, percent, type Seen, type Suspect, sortedSuspects, type View } from './view.ts'

/** Where there is no trace from before, an error that was always there looks new. */
const withoutReference = 0.5
const fewest = 2
const least = 0.05

interface Origins {
  /** Visits of the service before and now, and those in which an error began. */
  visits: [number, number]
  failed: [number, number]
  first?: number
  text: string
}

/** The service in which errors begin: spans that failed without a failing child. */
export const errorSpans: View = {
  name: 'error-spans',
  alerts: ['errors', 'availability'],
  look(scene): Seen {
    const known = scene.traces.counts[0] > 0
    const suspects = sortedSuspects(
      [...originsOf(scene)].flatMap(([service, origins]) => suspectOf(service, origins, known)),
    )
    return { relevance: suspects[0]?.score ?? 0, suspects }
  },
}

function originsOf({ traces }: Scene): Map<string, Origins> {
  const { spans, parent, entry, late, count } = traces
  const below = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const up = parent[i] ?? -1
    if (up >= 0 && spans[i]?.error) below[up] = 1
  }
  const found = new Map<string, Origins>()
  const counted = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const visit = entry[i] ?? i
    const service = traces.serviceOf(i)
    const of = found.get(service) ?? { visits: [0, 0], failed: [0, 0], text: '' }
    found.set(service, of)
    const when = late[visit] === 1 ? 1 : 0
    if (visit === i) of.visits[when]++
    const span = spans[i]
    if (!span?.error || below[i] === 1 || counted[visit] === 1) continue
    counted[visit] = 1
    of.failed[when]++
    if (when === 1 && of.first === undefined) {
      of.first = span.at
      of.text = textOf(span.name, span.events?.find(({ name }) => name === 'exception')?.attributes)
    }
  }
  return found
}

const textOf = (name: string, exception: Attributes | undefined): string => {
  const [type, message] = [exception?.['exception.type'], exception?.['exception.message']]
  return [name, type, message]
    .filter(part => part !== undefined && part !== '')
    .join(': ')
    .slice(0, 200)
}

function suspectOf(service: string, { visits, failed, first, text }: Origins, known: boolean): Suspect[] {
  const [before, now] = [shareBounds(failed[0], visits[0]), shareBounds(failed[1], visits[1])]
  const by = known ? now.low - (visits[0] === 0 ? 0 : before.high) : now.low * withoutReference
  if (service === '' || failed[1] < fewest || by < least) return []
  const share = `${percent(failed[1] / Math.max(1, visits[1]))} of ${visits[1]} requests`
  const earlier = !known
    ? ', with no trace from before to compare'
    : `, ${percent(failed[0] / Math.max(1, visits[0]))} before`
  return [
    {
      service,
      rule: 'error-origin',
      class: 'error',
      score: by,
      what: `errors begin in it in ${share}${earlier}${first === undefined ? '' : `, first at ${clockText(first)} in ${text}`}`,
      evidence: [
        { source: 'traces', detail: `${share} have a failing span without a failing child: ${text}` },
      ],
      ...(first !== undefined && { since: first }),
    },
  ]
}
