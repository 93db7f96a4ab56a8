import type { Resource as KubernetesObject } from '../../api/kind.ts'
import type { ChangeRecord, EventRecord, LogRecord, SpanRecord } from '../signals/signal.ts'
import { changeOf } from './changes.ts'
import { eventOf } from './events.ts'
import { listFiles, readBytes, readLines, readText } from './files.ts'
import { type BundleIncident, incidentOf } from './incident.ts'
import { readJsonFile } from './json-file.ts'
import { eventsOf, objectsOf } from './kubernetes.ts'
import { BundleError, type BundleFile, type BundleManifest, type BundlePart, limits } from './layout.ts'
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
  /** Of all services, or of one, file by file in the order of their lines. */
  logs(service?: string): AsyncGenerator<LogRecord>
  spans(): AsyncGenerator<SpanRecord>
  /** What was told, and the Events among the Kubernetes objects. */
  events(): Promise<EventRecord[]>
  objects(): Promise<readonly KubernetesObject[]>
  /** What commands such as `kubectl describe` printed. */
  outputs(): Promise<CommandOutput[]>
  changes(): Promise<ChangeRecord[]>
}

export interface CommandOutput {
  path: string
  /** Without the `$ `; empty when the file does not say. */
  command: string
  text: string
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
  const happened = incident.startedAt ?? incident.detectedAt
  let objects: Promise<KubernetesObject[]> | undefined

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
    },
    async *spans() {
      for (const { path } of of('traces')) yield* spansOfFile(path, await readBytes(folder, path)).spans
    },
    async events() {
      objects ??= readObjects(folder, of('kubernetes'))
      const told: EventRecord[] = []
      for (const { path } of of('events')) {
        let number = 0
        for await (const lines of readLines(folder, path))
          for (const line of lines) {
            number++
            if (line.trim() !== '') told.push(eventOf(line, `${path}:${number}`))
          }
      }
      return [...told, ...(await eventsOf(await objects))]
    },
    async objects() {
      objects ??= readObjects(folder, of('kubernetes'))
      return await objects
    },
    outputs: () => each(of('kubectl'), async ({ path }) => commandOutput(path, await readText(folder, path))),
    changes: () => each(of('changes'), ({ path }) => readJsonFile(folder, path, changeOf)),
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

async function readObjects(folder: string, files: readonly BundleFile[]): Promise<KubernetesObject[]> {
  const found: KubernetesObject[] = []
  for (const { path } of files) {
    for (const object of objectsOf(path, await readText(folder, path))) found.push(object)
    if (found.length > limits.objects)
      throw new BundleError(`${path}: with this file there are more than ${limits.objects} objects`)
  }
  return found
}

function commandOutput(path: string, text: string): CommandOutput {
  const end = text.indexOf('\n')
  const first = (end < 0 ? text : text.slice(0, end)).trimEnd()
  return first.startsWith('$ ')
    ? { path, command: first.slice(2), text: end < 0 ? '' : text.slice(end + 1).slice(0, limits.text) }
    : { path, command: '', text: text.slice(0, limits.text) }
}

async function each<T>(files: readonly BundleFile[], read: (file: BundleFile) => Promise<T>): Promise<T[]> {
  const found: T[] = []
  for (const file of files) found.push(await read(file))
  return found
}
