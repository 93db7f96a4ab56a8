import type { CostRecord, Resource } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { Fields, Malformed, parseJson } from './fields.ts'
import { createOutbox } from './outbox.ts'
import { cleanAttributes } from './plain-values.ts'
import type { Report } from './report.ts'
import { resourceOf } from './resource.ts'
import { startRounds } from './rounds.ts'
import { type Source, SourceError } from './source.ts'

/** Allocations as OpenCost's API answers them (opencost.io/docs/integrations/api), sent or from a file. */
export const openCostReport: Report = {
  type: 'opencost',
  summary: 'What workloads of a cluster cost, as allocations of OpenCost',
  path: '/v1/opencost',
  read: body => allocationCosts(parseJson(body)),
}

export interface OpenCostSettings {
  /** Such as `http://opencost.opencost:9003`. */
  url: string
  /** Headers of each request, such as Authorization; asked for each time. */
  headers?: () => Readonly<Record<string, string>>
}

const HOUR_MS = 3_600_000
/** Hours asked for at the very first start, and those of one request. */
const FIRST_HOURS = 24
const MOST_HOURS = 24
/** OpenCost knows an hour some minutes after its end. */
const SETTLE_MS = 10 * 60_000
const TIMEOUT_MS = 60_000
const MAX_BYTES = 64 * 1024 * 1024

/** What workloads cost hour by hour, asked of OpenCost. Each whole hour is asked for once. */
export const openCost: Source<OpenCostSettings> = {
  type: 'opencost',
  summary: 'What workloads of a cluster cost, hour by hour, from OpenCost',
  async open(settings, context) {
    const address = checkedUrl(settings.url)
    const { clock } = context
    const outbox = createOutbox(context)
    const saved = (await context.load()) as { until?: number } | undefined
    const lastHour = () => Math.floor((clock.now() - SETTLE_MS) / HOUR_MS) * HOUR_MS
    let reached = saved?.until ?? lastHour() - FIRST_HOURS * HOUR_MS

    const ask = async (from: number, until: number, signal: AbortSignal): Promise<CostRecord[]> => {
      const url = new URL('allocation/compute', address)
      url.searchParams.set('window', `${seconds(from)},${seconds(until)}`)
      url.searchParams.set('step', '1h')
      url.searchParams.set('aggregate', 'namespace,controllerKind,controller')
      url.searchParams.set('includeIdle', 'true')
      const timeout = new AbortController()
      const cancel = clock.after(TIMEOUT_MS, () =>
        timeout.abort(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
      )
      try {
        const response = await context.fetch(url, {
          headers: { accept: 'application/json', ...settings.headers?.() },
          signal: AbortSignal.any([signal, timeout.signal]),
        })
        const body = await bounded(response)
        if (!response.ok) throw new Error(`OpenCost at ${address.host} answered ${response.status}`)
        return allocationCosts(parseJson(body))
      } finally {
        cancel()
      }
    }
    return startRounds({
      clock,
      outbox,
      intervalMs: 60_000,
      async look(signal) {
        while (reached < lastHour() && !signal.aborted) {
          const until = Math.min(lastHour(), reached + MOST_HOURS * HOUR_MS)
          await outbox.put(await ask(reached, until, signal), { until })
          reached = until
        }
      },
    })
  },
}

const seconds = (ms: number): number => Math.round(ms / 1000)

function checkedUrl(text: unknown): URL {
  const url =
    typeof text === 'string' && URL.canParse(text)
      ? new URL(text.endsWith('/') ? text : `${text}/`)
      : undefined
  if (!url || !/^https?:$/.test(url.protocol))
    throw new SourceError('url is not an http(s) URL, such as http://opencost.opencost:9003')
  if (url.username || url.password) throw new SourceError('url holds credentials; put them into headers')
  return url
}

async function bounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Parts of an allocation's cost, by category; an adjustment of each belongs to it. */
const parts = {
  compute: ['cpuCost', 'cpuCostAdjustment', 'gpuCost', 'gpuCostAdjustment'],
  memory: ['ramCost', 'ramCostAdjustment'],
  storage: ['pvCost', 'pvCostAdjustment'],
  network: ['networkCost', 'networkCostAdjustment', 'loadBalancerCost', 'loadBalancerCostAdjustment'],
  shared: ['sharedCost'],
  external: ['externalCost'],
} as const

/** @throws Malformed naming the field */
function allocationCosts(answer: unknown): CostRecord[] {
  const fields = new Fields(answer)
  const sets = fields.raw('data') ?? []
  if (!Array.isArray(sets)) throw new Malformed('data is not a list')
  return sets.flatMap((set: unknown, index) => {
    // A step without any allocation is null.
    if (set === null) return []
    const allocations = new Fields(set, `data[${index}]`)
    return allocations.names().flatMap(name => allocationRecords(name, allocations.fields(name)))
  })
}

function allocationRecords(name: string, allocation: Fields): CostRecord[] {
  const window = allocation.optionalFields('window')
  const at = allocation.optionalTime('start') ?? window?.optionalTime('start') ?? allocation.time('start')
  const until = allocation.optionalTime('end') ?? window?.optionalTime('end') ?? allocation.time('end')
  const properties = allocation.optionalFields('properties')
  const labels = properties?.texts('labels') ?? {}
  const owner = labels.owner ?? labels.team
  return Object.entries(parts).flatMap(([category, members]) => {
    const usd = members.reduce((sum, member) => sum + (allocation.optionalNumber(member) ?? 0), 0)
    if (usd === 0) return []
    return [
      {
        kind: 'cost',
        resource: resourceIn(properties, labels),
        at,
        until,
        usd,
        category,
        ...(owner !== undefined && { owner: cut(owner, 256) }),
        attributes: cleanAttributes({
          'cost.allocation': name,
          'k8s.cluster.name': properties?.optionalText('cluster'),
          'k8s.node.name': properties?.optionalText('node'),
        }),
      } satisfies CostRecord,
    ]
  })
}

function resourceIn(properties: Fields | undefined, labels: Readonly<Record<string, string>>): Resource {
  const kind = properties?.optionalText('controllerKind')?.toLowerCase()
  return resourceOf({
    'k8s.namespace.name': properties?.optionalText('namespace') ?? '',
    'k8s.pod.name': properties?.optionalText('pod') ?? '',
    // OpenCost writes labels as Prometheus does.
    'k8s.pod.label.app.kubernetes.io/name': labels.app_kubernetes_io_name ?? '',
    ...(kind !== undefined && { [`k8s.${kind}.name`]: properties?.optionalText('controller') ?? '' }),
  })
}
