import type { Snapshot } from '../intake/kubernetes-snapshot/snapshot.ts'
import { logRecords } from '../intake/kubernetes-snapshot.ts'
import { identityOf } from '../signals/identity.ts'
import type { ChangeRecord, EventRecord, LogRecord, SpanRecord } from '../signals/signal.ts'
import type { ReviewedCall } from '../telemetry.ts'
import { callsIn } from './calls.ts'
import { changeOf } from './changes.ts'
import { clusterIn } from './cluster-text.ts'
import { eventOf } from './events.ts'
import { listFiles, readBytes, readLines, readText } from './files.ts'
import { type BundleIncident, incidentOf } from './incident.ts'
import { readJsonFile } from './json-file.ts'
import type { BundleFile, BundleManifest, BundlePart } from './layout.ts'
import { readLog } from './logs.ts'
import { manifestOf } from './manifest.ts'
import { type MetricTable, metricTable } from './metric-table.ts'
import { type BundleTopology, topologyOf } from './topology.ts'
import { spansOfFile } from './traces.ts'

/**
 * An evidence bundle that lies in a folder. Small parts are read at once, the others when they are asked for; all reads
 * throw BundleError naming file and line.
 */
export interface Bundle {
  folder: string
  incident: BundleIncident
  topology: BundleTopology
  /** Absent in bundles of others. */
  manifest?: BundleManifest
  files: readonly BundleFile[]
  /** Files that are no part of a bundle. */
  ignored: readonly string[]
  /** Sorted: those of topology, metrics, logs and incident. */
  services: readonly string[]
  /** Of all services, or of one. */
  tables(service?: string): AsyncGenerator<MetricTable>
  /** Of all services, or of one: file by file in the order of their lines, then what kubectl printed. */
  logs(service?: string): AsyncGenerator<LogRecord>
  spans(): AsyncGenerator<SpanRecord>
  /** What was told, with the Events of Kubernetes. */
  events(): Promise<EventRecord[]>
  changes(): Promise<ChangeRecord[]>
  /** Calls of models, by time. */
  calls(): Promise<ReviewedCall[]>
  /** Objects, tables, descriptions and other text of the cluster. */
  cluster(): Promise<Snapshot>
}

/** Lines of logs that say no year are of the last one before this long after the incident. */
const afterwardsMs = 7 * 86_400_000

/**
 * Opens a bundle: Keelway's own, or one of others in the same layout.
 * @param now milliseconds since the epoch; tells the year of times that have none, when the incident has no time
 * @throws BundleError
 */
export async function loadBundle(folder: string, { now }: { now: number }): Promise<Bundle> {
  const manifest = await manifestOf(folder)
  const { files, ignored } = await listFiles(folder, manifest?.names)
  const of = (part: BundlePart, service?: string) =>
    files.filter(file => file.part === part && (service === undefined || file.service === service))
  const [incidentFile] = of('incident')
  const [topologyFile] = of('topology')
  const incident: BundleIncident = incidentFile
    ? await readJsonFile(folder, incidentFile.path, incidentOf)
    : { alerts: [] }
  const topology: BundleTopology = topologyFile
    ? await readJsonFile(folder, topologyFile.path, topologyOf)
    : { services: [], calls: [] }
  const happened = incident.detectedAt ?? incident.startedAt
  let read: Promise<Snapshot> | undefined
  const cluster = () => {
    read ??= clusterIn(folder, files, happened ?? now)
    return read
  }

  return {
    folder,
    incident,
    topology,
    ...(manifest && { manifest }),
    files,
    ignored,
    services: servicesOf(files, topology, incident),
    async *tables(service) {
      for (const file of of('metrics', service))
        yield metricTable(file.path, file.service ?? '', await readText(folder, file.path))
    },
    async *logs(service) {
      for (const file of of('logs', service))
        yield* readLog(readLines(folder, file.path), {
          service: file.service ?? '',
          now: happened === undefined ? now : happened + afterwardsMs,
          begin: happened ?? now,
        })
      for (const printed of (await cluster()).logs)
        for (const record of logRecords(printed, happened ?? now))
          if (service === undefined || record.resource.service === service) yield record
    },
    async *spans() {
      for (const { path } of of('traces')) yield* spansOfFile(path, await readBytes(folder, path)).spans
    },
    async events() {
      const told: EventRecord[] = []
      for (const { path } of of('events')) {
        let number = 0
        for await (const lines of readLines(folder, path))
          for (const line of lines) {
            number++
            if (line.trim() !== '') told.push(eventOf(line, `${path}:${number}`))
          }
      }
      // What was stored of an Event of Kubernetes goes before the Event itself.
      const all = [...told, ...(await cluster()).events.map(({ event }) => event)]
      return [...new Map(all.toReversed().map(event => [identityOf(event), event])).values()].reverse()
    },
    cluster,
    changes: () => each(of('changes'), ({ path }) => readJsonFile(folder, path, changeOf)),
    async calls() {
      const found: ReviewedCall[] = []
      for (const { path } of of('calls')) found.push(...(await callsIn(folder, path)))
      return found.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    },
  }
}

function servicesOf(
  files: readonly BundleFile[],
  { services, calls }: BundleTopology,
  incident: BundleIncident,
): string[] {
  const found = new Set([
    ...services,
    ...calls.flatMap(({ from, to }) => [from, to]),
    ...files.flatMap(({ service }) => service ?? []),
    ...(incident.services ?? []),
    ...(incident.service === undefined ? [] : [incident.service]),
  ])
  found.delete('')
  return [...found].sort()
}

async function each<T>(files: readonly BundleFile[], read: (file: BundleFile) => Promise<T>): Promise<T[]> {
  const found: T[] = []
  for (const file of files) found.push(await read(file))
  return found
}
