import { ascending, quantile } from '../quantiles.ts'
import type { Traces } from '../traces.ts'
import { requestTime } from './slow-edge.ts'
import {
  milliseconds,
  nothing,
  percent,
  type Seen,
  type Suspect,
  saturating,
  sortedSuspects,
  type View,
} from './view.ts'

const least = { ms: 10, times: 2 } as const
/** Fewer calls of an operation tell nothing of it. */
const fewest = { before: 3, now: 2 } as const
/** Waiting, as a share of the time of all requests, at which this is half relevant. */
const half = 0.15

/** A service whose operations take longer by themselves, without what they wait for others. */
export const slowOperation: View = {
  name: 'slow-operation',
  alerts: ['latency'],
  look({ traces }): Seen {
    if (traces.counts[0] === 0 || traces.counts[1] === 0) return nothing
    const operations = operationsOf(traces)
    const suspects = sortedSuspects(
      [...Map.groupBy(operations, ({ service }) => service)].flatMap(([service, of]) =>
        suspectOf(service, of),
      ),
    )
    return { relevance: saturating((suspects[0]?.score ?? 0) / requestTime(traces), half), suspects }
  },
}

interface Operation {
  service: string
  name: string
  before: number
  now: number
  slow: number
  calls: number
  excess: number
}

function operationsOf(traces: Traces): Operation[] {
  const selves = traces.operations.map((): [number[], number[]] => [[], []])
  for (let i = 0; i < traces.count; i++)
    selves[traces.operation[i] ?? 0]?.[traces.late[i] === 1 ? 1 : 0].push(traces.self[i] ?? 0)
  return traces.operations.flatMap(({ service, name }, index) => {
    const [before = [], now = []] = selves[index] ?? []
    if (service === '' || before.length < fewest.before || now.length < fewest.now) return []
    const usual = ascending(before)
    const [middle, most] = [quantile(usual, 0.5), quantile(usual, 0.95)]
    const beyond = middle + Math.max(least.ms, least.times * (most - middle))
    const slow = now.filter(self => self > beyond)
    const excess = slow.reduce((sum, self) => sum + self - middle, 0)
    return {
      ...{ service, name, before: middle, now: quantile(ascending(now), 0.5) },
      ...{ slow: slow.length, calls: now.length, excess },
    }
  })
}

function suspectOf(service: string, operations: readonly Operation[]): Suspect[] {
  const [worst] = operations.toSorted((a, b) => scoreOf(b) - scoreOf(a) || (a.name < b.name ? -1 : 1))
  if (!worst || worst.excess === 0) return []
  const words = ({ name, now, before, slow, calls }: Operation) =>
    `${name} takes ${milliseconds(now)} by itself, ${milliseconds(before)} before; ${slow} of ${calls} calls slow`
  return [
    {
      service,
      rule: 'own-latency',
      class: 'latency',
      score: operations.reduce((sum, operation) => sum + scoreOf(operation), 0),
      what: words(worst),
      evidence: operations
        .filter(({ excess }) => excess > 0)
        .toSorted((a, b) => b.excess - a.excess || (a.name < b.name ? -1 : 1))
        .slice(0, 5)
        .map(operation => ({ source: 'traces', detail: words(operation) })),
      ...(worst.slow * 2 < worst.calls && {
        against: [
          {
            source: 'traces',
            detail: `${percent(1 - worst.slow / worst.calls)} of its calls are as fast as before`,
          },
        ],
      }),
    },
  ]
}

/** Waiting counts as far as it is most of the calls that are slow. */
const scoreOf = ({ excess, slow, calls }: Operation): number => (excess * slow) / calls
