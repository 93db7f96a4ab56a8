import type { Bundle } from '../telemetry/bundle/load.ts'
import type { MetricTable } from '../telemetry/bundle/metric-table.ts'
import type { ChangeRecord, EventRecord } from '../telemetry/signals/signal.ts'
import type { Case } from './channel.ts'

/** What fits into memory of one machine with room to spare; a bundle has its own limits on top. */
const most = { spans: 1_000_000, logs: 2_000_000, logCharacters: 512 * 2 ** 20 } as const

/**
 * Reads a bundle as a case.
 * @throws BundleError
 */
export async function caseOf(bundle: Bundle): Promise<Case> {
  const leftOut: string[] = []
  const calls = await bundle.calls()
  const routes = new Set(calls.map(({ route }) => route))
  const tables = (await Array.fromAsync(bundle.tables())).map(table =>
    routes.has(table.service) ? withoutCalls(table) : table,
  )
  const spans = await taken(bundle.spans(), most.spans, () => leftOut.push(`spans beyond ${most.spans}`))
  let characters = 0
  const logs = await taken(
    bundle.logs(),
    most.logs,
    () => leftOut.push(`log records beyond ${most.logs}`),
    ({ body }) => {
      characters += body.length
      return characters <= most.logCharacters
    },
  )
  return {
    incident: bundle.incident,
    topology: bundle.topology,
    services: bundle.services,
    tables,
    spans: spans.sort((a, b) => a.at - b.at),
    logs,
    events: (await bundle.events()).filter(event => !isOwn(event)),
    changes: (await bundle.changes()).filter(change => !isFirst(change)),
    calls,
    cluster: await bundle.cluster(),
    complete: bundle.manifest?.complete ?? [],
    leftOut,
  }
}

/** What a Delivery applied first changed nothing that was there, and there is nothing to go back to. */
const isFirst = ({ reference, before }: ChangeRecord): boolean =>
  before === undefined && reference?.startsWith('Delivery/') === true

/** What diagnosis and what follows it said before is no evidence. */
const isOwn = ({ attributes }: EventRecord): boolean =>
  /^(Incident|Proposal|NotificationChannel)\//.test(String(attributes['k8s.object'] ?? ''))

/**
 * What the gateway counts of a route counts shadow answers too, so that a rollout looks like a surge. Where the calls
 * themselves are known, they tell it by release.
 */
function withoutCalls(table: MetricTable): MetricTable {
  const kept = table.columns.flatMap((name, i) => (/^(keelway\.gateway|gen_ai)\./.test(name) ? [] : [i]))
  return {
    ...table,
    columns: kept.map(i => table.columns[i] ?? ''),
    values: kept.map(i => table.values[i] ?? new Float64Array()),
  }
}

async function taken<T>(
  items: AsyncIterable<T>,
  most: number,
  over: () => void,
  fits: (item: T) => boolean = () => true,
): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) {
    if (found.length === most || !fits(item)) {
      over()
      break
    }
    found.push(item)
  }
  return found
}
