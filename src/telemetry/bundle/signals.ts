import { memorySignals } from '../signals/memory-signals.ts'
import type { Signal } from '../signals/signal.ts'
import type { RequestPoint, ServiceEdge, SignalStore, Window } from '../signals/signal-store.ts'
import type { TemplateOf } from '../signals/template-of.ts'
import { createTemplateMiner } from '../templates/miner.ts'
import type { Bundle } from './load.ts'
import { pointsOf } from './metric-table.ts'

export interface BundleSignals extends SignalStore {
  /** Everything that the bundle tells lies in it; undefined when nothing has a time. */
  window: Window | undefined
  /** What did not fit into memory, in words. */
  leftOut: readonly string[]
}

const most = { logs: 500_000, points: 5_000_000, spans: 500_000 } as const
const batch = 5_000

/**
 * A store that answers from a bundle, so that whatever asks a store works without a system. The service graph is that of
 * the spans and of topology.json.
 * @throws BundleError
 */
export async function bundleSignals(
  bundle: Bundle,
  { templateOf = minedTemplates() }: { templateOf?: TemplateOf } = {},
): Promise<BundleSignals> {
  const store = memorySignals({ templateOf })
  const leftOut: string[] = []
  const window = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY }
  const take = async (name: keyof typeof most | 'others', signals: AsyncIterable<Signal>): Promise<void> => {
    let held: Signal[] = []
    let count = 0
    const limit = name === 'others' ? Number.POSITIVE_INFINITY : most[name]
    for await (const signal of signals) {
      if (++count > limit) {
        leftOut.push(`${name} beyond the first ${limit}`)
        break
      }
      window.from = Math.min(window.from, signal.at)
      window.to = Math.max(window.to, signal.at)
      held.push(signal)
      if (held.length === batch) {
        await store.append(held)
        held = []
      }
    }
    await store.append(held)
  }
  await take('points', points(bundle))
  await take('spans', bundle.spans())
  await take('logs', bundle.logs())
  await take('others', others(bundle))
  return {
    ...store,
    window: window.from > window.to ? undefined : { from: window.from, to: window.to + 1 },
    leftOut,
    requests: async asked => (await writtenRequests(store, bundle, asked)) ?? (await store.requests(asked)),
    serviceGraph: async asked => withTopology(await store.serviceGraph(asked), bundle),
  }
}

async function* points(bundle: Bundle): AsyncGenerator<Signal> {
  for await (const table of bundle.tables()) yield* pointsOf(table)
}

async function* others(bundle: Bundle): AsyncGenerator<Signal> {
  yield* await bundle.events()
  yield* await bundle.changes()
}

/**
 * What a service answered, from the columns that Keelway wrote of all its spans: those in the bundle may be a part.
 * Undefined when there are none, or when more is asked than columns tell.
 */
async function writtenRequests(
  store: SignalStore,
  { manifest }: Bundle,
  { resource, operation, window, stepMs }: Parameters<SignalStore['requests']>[0],
): Promise<RequestPoint[] | undefined> {
  const { service, ...others } = resource
  if (!manifest || service === undefined || operation !== undefined || Object.keys(others).length > 0)
    return undefined
  const column = async (metric: string) => {
    const [line] = await store.series({ metric, resource: { service }, window, stepMs, measure: 'mean' })
    return new Map((line?.points ?? []).map(({ at, value }) => [at, value]))
  }
  const requests = await column('requests')
  if (requests.size === 0) return undefined
  const [errors, p50, p95, p99] = [
    await column('errors'),
    await column('latency_p50'),
    await column('latency_p95'),
    await column('latency_p99'),
  ]
  return [...requests].map(([at, perSecond]) => ({
    at,
    perSecond,
    errorRatio: perSecond > 0 ? (errors.get(at) ?? 0) / perSecond : 0,
    p50Ms: (p50.get(at) ?? 0) * 1000,
    p95Ms: (p95.get(at) ?? 0) * 1000,
    p99Ms: (p99.get(at) ?? 0) * 1000,
  }))
}

/** The figures of topology.json go before those of spans, of which a bundle may hold a part only. */
function withTopology(seen: readonly ServiceEdge[], { topology }: Bundle): ServiceEdge[] {
  const key = ({ from, to }: ServiceEdge) => `${from}\n${to}`
  const edges = new Map([...topology.calls, ...seen].map(edge => [key(edge), edge]))
  for (const edge of topology.calls) if (edge.calls > 0) edges.set(key(edge), edge)
  return [...edges.values()]
}

function minedTemplates(): TemplateOf {
  const miner = createTemplateMiner()
  return (_, body) => miner.add(body)
}
