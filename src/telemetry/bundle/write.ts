import type { Window } from '../signals/signal-store.ts'
import { writeCalls } from './calls.ts'
import { createCleaning } from './cleaning.ts'
import { type Draft, draftOf } from './draft.ts'
import { fileNameOf } from './file-names.ts'
import { incidentJson } from './incident.ts'
import { type BundleManifest, format } from './layout.ts'
import { momentText } from './moment-text.ts'
import { type BundleQuery, type BundleSources, pretty, type Writing } from './writing.ts'
import { writeChanges, writeEvents, writeObjects } from './written-happenings.ts'
import { writeLogs } from './written-logs.ts'
import { writeMetrics } from './written-metrics.ts'
import { writeSpans } from './written-spans.ts'

const defaultBytes = 64 << 20
const mostServices = 1_000
/** Steps people know, in seconds. */
const steps = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400]
const mostRows = 720

/**
 * Writes what is known of a time into a new folder: bounded, without secrets, as a whole or not at all, and the same
 * bytes when asked again.
 * @throws BundleError when the folder exists; RangeError when the window is none
 */
export async function writeBundle(
  query: BundleQuery,
  sources: BundleSources,
  folder: string,
): Promise<BundleManifest> {
  if (!(query.from < query.to)) throw new RangeError('a bundle needs a time from and a later one to')
  return await draftOf(folder, query.maxBytes ?? defaultBytes, async draft => {
    const clean = createCleaning(sources.redact)
    const stepMs = query.stepMs ?? stepOf(query)
    const edges = await sources.signals.serviceGraph(query)
    const wants = wanted(query.service, edges)
    const names = namesOf()
    const writing: Writing = {
      query,
      sources,
      draft,
      clean,
      stepMs,
      services: await servicesOf(query, sources, wants, draft),
      wants,
      nameOf: names.nameOf,
    }
    const alerts = await writeEvents(writing)
    const incident = query.incident ?? { alerts: [] }
    const told = { ...incident, alerts: incident.alerts.length > 0 ? incident.alerts : alerts }
    await draft.put('incident.json', pretty(clean.json(incidentJson(told))))
    const calls = edges.filter(({ from, to }) => wants(from) && wants(to))
    const services = new Set([...writing.services, ...calls.flatMap(({ from, to }) => [from, to])])
    services.delete('')
    await draft.put(
      'topology.json',
      pretty({
        services: [...services].sort(),
        calls: calls.sort((a, b) => (edgeKey(a) < edgeKey(b) ? -1 : 1)),
      }),
    )
    await writeChanges(writing)
    const complete = await writeObjects(writing)
    await writeCalls(writing)
    await writeMetrics(writing)
    await writeSpans(writing)
    await writeLogs(writing)
    const manifest: BundleManifest = {
      format,
      from: momentText(query.from),
      to: momentText(query.to),
      stepMs,
      names: names.long,
      ...(complete.length > 0 && { complete }),
      leftOut: draft.leftOut,
    }
    await draft.put('manifest.json', pretty(manifest))
    return manifest
  })
}

const edgeKey = ({ from, to }: { from: string; to: string }): string => `${from}\n${to}`

function stepOf({ from, to }: Window): number {
  const seconds = steps.find(step => (to - from) / 1000 / step <= mostRows)
  return (seconds ?? Math.ceil((to - from) / 1000 / mostRows)) * 1000
}

/** A cause is among what a service calls; who calls it shows how far it reaches. */
function wanted(
  service: string | undefined,
  edges: readonly { from: string; to: string }[],
): (service: string) => boolean {
  if (service === undefined) return () => true
  const found = new Set([service])
  for (const name of found) for (const { from, to } of edges) if (from === name) found.add(to)
  for (const { from, to } of edges) if (to === service) found.add(from)
  return name => name === '' || found.has(name)
}

async function servicesOf(
  { from, to, service }: BundleQuery,
  { signals }: BundleSources,
  wants: (service: string) => boolean,
  draft: Draft,
): Promise<string[]> {
  const window = { from, to }
  const traced = await signals.top({ of: 'services', measure: 'count', window, limit: 10_000 })
  const logged = await signals.templates({ window, limit: 10_000 })
  const found = new Set([...traced.map(({ key }) => key), ...logged.map(template => template.service)])
  if (service !== undefined) found.add(service)
  const sorted = [...found].filter(wants).sort()
  if (sorted.length > mostServices)
    draft.leaveOut(`logs and traces of ${sorted.length - mostServices} services; name one with --service`)
  return sorted.slice(0, mostServices)
}

function namesOf() {
  const taken = new Set<string>()
  const known = new Map<string, string>()
  const long: Record<string, string> = {}
  return {
    long,
    nameOf(service: string): string {
      const name = known.get(service) ?? fileNameOf(service, taken)
      known.set(service, name)
      if (name.includes('~')) long[name] = service
      return name
    },
  }
}
