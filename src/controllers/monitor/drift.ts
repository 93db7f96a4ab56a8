import { Dataset } from '../../api/kinds/dataset.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import type { Monitor } from '../../api/kinds/monitor.ts'
import { DatasetError, parseDataset } from '../../lib/dataset.ts'
import { parseDuration } from '../../lib/duration.ts'
import type { Blobs } from '../../store/blobs.ts'
import { rowOfCall, rowOfRecord } from '../../telemetry/drift/call-rows.ts'
import { compareSamples, type DriftedColumn, type DriftRow } from '../../telemetry/drift/drift.ts'
import type { CallHistory } from '../../telemetry/slo/call-history.ts'
import { type Context, type Draft, Stalled, Waiting } from '../runtime/reconciler.ts'
import { settled } from '../runtime/settled.ts'
import type { Finding, Symptom } from './finding.ts'

type Drift = NonNullable<Monitor['spec']['drift']>
type Status = NonNullable<NonNullable<Monitor['status']>['drift']>

/** Calls of a window that are looked at, and rows of a dataset. */
const mostRows = 5000
const mostColumns = 50
/** Late records of a window are there this long after it. */
const settleMs = 60_000
/** Shorter windows would be compared more often than records arrive. */
const leastWindowMs = 600_000

/** Compares the last whole window with what is usual, once. */
export async function lookForDrift(
  monitor: Draft<Monitor>,
  drift: Drift,
  { callHistory, blobs }: { callHistory: CallHistory; blobs: Pick<Blobs, 'get'> },
  context: Context,
): Promise<Finding> {
  const { metadata, status } = monitor
  const { namespace = '', generation } = metadata
  const windowMs = parseDuration(drift.window)
  if (windowMs < leastWindowMs)
    throw new Stalled('BadWindow', `spec.drift.window is ${drift.window}: 10m is the shortest`)
  const now = context.clock.now()
  const until = Math.floor((now - settleMs) / windowMs) * windowMs
  const from = until - windowMs
  const routes = routesOf(drift, namespace, context)
  const usual = await referenceOf(monitor, drift, { from, to: until }, context, { callHistory, blobs })
  const stale =
    status.drift?.until !== text(until) ||
    status.drift.reference !== usual.name ||
    status.observedGeneration !== generation
  if (stale) {
    const reference = await usual.rows(routes)
    const found = await callHistory.sample({
      namespace,
      routes,
      window: { from, to: until },
      limit: mostRows,
    })
    const rows = found.map(call => rowOfCall(call, drift.of))
    const enough = Math.min(reference.length, rows.length) >= drift.minRows
    const columns = enough ? compareSamples(reference, rows, drift) : []
    status.drift = {
      from: text(from),
      until: text(until),
      rows: rows.length,
      referenceRows: reference.length,
      reference: usual.name,
      columns: columns.slice(0, mostColumns).map(columnOf),
    }
  }
  return findingOf(monitor, drift, status.drift as Status, routes, until + windowMs + settleMs - now)
}

function routesOf({ route, model }: Drift, namespace: string, { informer }: Context): string[] {
  if (route) return [route.ref]
  const routes = informer(ModelRoute)
    .list(namespace)
    .filter(({ spec }) => spec.serve.model?.ref === model?.ref)
    .map(({ metadata }) => metadata.name)
    .sort()
  if (routes.length === 0) throw new Waiting('NoRoute', `no ModelRoute serves Model ${model?.ref}`)
  return routes
}

/** What is usual: its name, and its rows when they are needed. */
async function referenceOf(
  monitor: Draft<Monitor>,
  { reference, of }: Drift,
  { from, to }: { from: number; to: number },
  { informer }: Context,
  { callHistory, blobs }: { callHistory: CallHistory; blobs: Pick<Blobs, 'get'> },
): Promise<{ name: string; rows: (routes: string[]) => Promise<DriftRow[]> }> {
  const { namespace = '' } = monitor.metadata
  if (!reference.dataset) {
    const ago = parseDuration(reference.past ?? '7d')
    const window = { from: from - ago, to: to - ago }
    return {
      name: text(window.from),
      rows: async routes =>
        (await callHistory.sample({ namespace, routes, window, limit: mostRows })).map(call =>
          rowOfCall(call, of),
        ),
    }
  }
  const { ref } = reference.dataset
  const dataset = settled(monitor, Dataset, ref, informer(Dataset).get(ref, namespace))
  const { digest = '' } = dataset.status ?? {}
  return {
    name: digest,
    rows: async () => {
      const bytes = await blobs.get(digest)
      if (!bytes) throw new Waiting('ContentMissing', `the content of Dataset ${ref} is not stored yet`)
      try {
        const { records } = parseDataset(`Dataset ${ref}`, bytes, dataset.spec.format)
        // Rows are often sorted by label, so that the first ones are of one kind.
        const every = Math.max(1, Math.ceil(records.length / mostRows))
        return records.filter((_, i) => i % every === 0).map(record => rowOfRecord(record, reference.column))
      } catch (error) {
        if (error instanceof DatasetError) throw new Stalled('BadDataset', error.message, { cause: error })
        throw error
      }
    },
  }
}

const columnOf = ({ p = 1, effect, ...column }: DriftedColumn): Status['columns'][number] => ({
  ...column,
  effect: rounded(effect),
  p: rounded(p),
})

function findingOf(
  { metadata }: Draft<Monitor>,
  { of, model, minRows }: Drift,
  { columns, rows, referenceRows, from, until }: Status,
  routes: string[],
  requeueMs: number,
): Finding {
  const about = `${of} of ${model?.ref ?? routes[0]}`
  const drifted = columns.filter(column => column.drifted)
  const said = drifted.slice(0, 5).map(({ name, message }) => `${name} (${message})`)
  const symptom: Symptom | undefined =
    drifted.length === 0
      ? undefined
      : {
          severity: 'ticket',
          reason: of === 'inputs' ? 'InputDrift' : 'OutputDrift',
          message: `${about} are not what they were: ${said.join('; ')}${drifted.length > 5 ? ` and ${drifted.length - 5} more` : ''}`,
        }
  const few = Math.min(rows, referenceRows) < minRows
  const message = few
    ? `${about}: ${rows} calls from ${from} to ${until} and ${referenceRows} usual rows, ${minRows} of both are needed`
    : `${about}: none of ${columns.length} columns drifted from ${from} to ${until}, ${rows} calls against ${referenceRows} rows`
  return {
    resource: { service: model?.ref ?? routes[0] ?? '', namespace: metadata.namespace ?? '' },
    condition: 'Drifted',
    calm: few ? 'TooFewRows' : columns.length === 0 ? 'NothingToCompare' : 'AsUsual',
    message,
    requeueMs,
    ...(few && { unknown: true }),
    ...(symptom && { symptom }),
  }
}

const text = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')
const rounded = (value: number): number => Number(value.toPrecision(3))
