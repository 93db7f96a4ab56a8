import type { Bundle } from './load.ts'

/** What lies in a bundle, in numbers. */
export interface BundleContents {
  /** ISO times of the first and last that has one. */
  from?: string
  to?: string
  services: readonly string[]
  counts: {
    metrics: number
    points: number
    logs: number
    spans: number
    events: number
    changes: number
    calls: number
    objects: number
    outputs: number
  }
  bytes: number
  leftOut: readonly string[]
  /** Files that are no part of a bundle. */
  ignored: readonly string[]
}

/** Counts everything, without holding it. @throws BundleError */
export async function contentsOf(bundle: Bundle): Promise<BundleContents> {
  const range = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY }
  const services = new Set(bundle.services)
  const see = (at: number, service = '') => {
    range.first = Math.min(range.first, at)
    range.last = Math.max(range.last, at)
    if (service !== '') services.add(service)
  }
  let [metrics, points, logs, spans] = [0, 0, 0, 0]
  for await (const { columns, at, values } of bundle.tables()) {
    metrics += columns.length
    for (const column of values) for (const value of column) if (!Number.isNaN(value)) points++
    for (const time of [at[0], at.at(-1)]) if (time !== undefined) see(time)
  }
  for await (const { at, resource } of bundle.logs()) {
    logs++
    see(at, resource.service)
  }
  for await (const { at, resource } of bundle.spans()) {
    spans++
    see(at, resource.service)
  }
  const [events, changes, cluster] = [await bundle.events(), await bundle.changes(), await bundle.cluster()]
  const calls = await bundle.calls()
  for (const { at, resource } of [...events, ...changes]) see(at, resource.service)
  for (const { at, route } of calls) see(at, route)
  return {
    ...(range.first <= range.last && {
      from: new Date(range.first).toISOString(),
      to: new Date(range.last).toISOString(),
    }),
    services: [...services].sort(),
    counts: {
      metrics,
      points,
      logs,
      spans,
      events: events.length,
      changes: changes.length,
      calls: calls.length,
      objects: cluster.objects.length,
      outputs: cluster.outputs.length,
    },
    bytes: bundle.files.reduce((sum, file) => sum + file.bytes, 0),
    leftOut: bundle.manifest?.leftOut ?? [],
    ignored: bundle.ignored,
  }
}
