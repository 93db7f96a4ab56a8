import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Resource as KubernetesObject } from '../../../api/kind.ts'
import type { EventRecord } from '../../signals/signal.ts'
import { Fields, Malformed } from '../fields.ts'
import { eventRecord, involvedObject } from '../kubernetes-event.ts'
import { createOwners, type Owners, type Placed, placed } from '../kubernetes-owners.ts'
import { type CommandOutput, commandOutputs } from './command-output.ts'
import { type ContainerLog, dumpedLogs, printedLog } from './container-log.ts'
import { type Description, describedEvents, describedPlace, descriptionsIn } from './description.ts'
import { objectsIn, withoutSecrets } from './objects.ts'
import { type Table, tabledEvents, tableIn } from './table.ts'

/**
 * What a folder tells of a cluster at one moment: as `kubectl cluster-info dump --output-directory` writes it, as plain
 * YAML and JSON as `kubectl get -o yaml` prints it, or as text output of kubectl with the command in the first line.
 * Values of Secrets, and of variables that are named like secrets, are not in it.
 */
export interface Snapshot {
  objects: FromFile<{ object: KubernetesObject }>[]
  /** Each with the workload it belongs to, as far as the objects tell. */
  events: FromFile<{ event: EventRecord }>[]
  logs: FromFile<ContainerLog>[]
  tables: FromFile<Table>[]
  descriptions: FromFile<Description>[]
  /** Texts that are none of the above, and those that are too, as they were printed. */
  outputs: FromFile<CommandOutput>[]
  /** What could not be read, and why. */
  problems: FromFile<{ problem: string }>[]
  /** Digest of the content of each file, by path. */
  files: ReadonlyMap<string, string>
}

/** `file` is the path within the folder, with forward slashes. */
export type FromFile<T> = T & { file: string }

export interface SnapshotOptions {
  /** When it was taken, milliseconds since the epoch: ages in texts are counted back from it. */
  at: number
}

const LIMITS = {
  files: 20_000,
  depth: 10,
  fileBytes: 64 * 1024 * 1024,
  totalBytes: 512 * 1024 * 1024,
} as const

/** @throws ENOENT and the like when the folder itself can not be read */
export async function readSnapshot(folder: string, { at }: SnapshotOptions): Promise<Snapshot> {
  const reading = new Reading(at)
  let total = 0
  for (const file of await filesIn(folder)) {
    const path = join(folder, file)
    const { size } = await stat(path)
    total += size
    if (size > LIMITS.fileBytes) reading.problem(file, `is larger than ${LIMITS.fileBytes} bytes`)
    else if (total > LIMITS.totalBytes)
      reading.problem(file, `more than ${LIMITS.totalBytes} bytes come before it`)
    else reading.read(file, await readFile(path))
  }
  return reading.snapshot()
}

/** Regular files, by name; links are not followed. */
async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = []
  const walk = async (within: string, depth: number): Promise<void> => {
    for (const entry of await readdir(join(folder, within), { withFileTypes: true })) {
      if (found.length === LIMITS.files) return
      const file = within === '' ? entry.name : `${within}/${entry.name}`
      if (entry.isDirectory() && depth < LIMITS.depth) await walk(file, depth + 1)
      else if (entry.isFile()) found.push(file)
    }
  }
  await walk('', 0)
  return found.sort()
}

class Reading {
  readonly #at: number
  readonly #files = new Map<string, string>()
  readonly #objects: Snapshot['objects'] = []
  readonly #rawEvents: FromFile<{ event: Fields }>[] = []
  readonly #texts: FromFile<{ output: CommandOutput }>[] = []
  readonly #logs: Snapshot['logs'] = []
  readonly #problems: Snapshot['problems'] = []

  constructor(at: number) {
    this.#at = at
  }

  problem(file: string, problem: string): void {
    this.#problems.push({ file, problem })
  }

  read(file: string, bytes: Uint8Array): void {
    this.#files.set(file, createHash('sha256').update(bytes).digest('base64').slice(0, 16))
    const text = new TextDecoder().decode(bytes)
    if (/(^|\/)logs\.txt$/.test(file))
      this.#logs.push(...dumpedLogs(text, file).map(log => ({ ...log, file })))
    else if (['.json', '.yaml', '.yml'].includes(extname(file))) this.#readObjects(file, text)
    else if (extname(file) === '.txt')
      for (const output of commandOutputs(text)) this.#texts.push({ file, output })
  }

  async snapshot(): Promise<Snapshot> {
    const tables: Snapshot['tables'] = []
    const descriptions: Snapshot['descriptions'] = []
    for (const { file, output } of this.#texts) {
      if (/^\s*(?:\{|apiVersion:|---)/.test(output.text)) this.#readObjects(file, output.text)
      const log = printedLog(output)
      if (log) this.#logs.push({ ...log, file })
      else {
        descriptions.push(...descriptionsIn(output).map(each => ({ ...each, file })))
        const table = tableIn(output)
        if (table) tables.push({ ...table, file })
      }
    }
    const owners = this.#owners(descriptions)
    return {
      objects: this.#objects,
      events: await this.#events(owners, tables, descriptions),
      logs: this.#logs,
      tables,
      descriptions,
      outputs: this.#texts.map(({ file, output }) => ({ ...output, file })),
      problems: this.#problems,
      files: this.#files,
    }
  }

  #readObjects(file: string, text: string): void {
    const { objects, problem } = objectsIn(text)
    if (problem !== undefined) this.problem(file, problem)
    for (const object of objects) {
      if (object.kind === 'Event') this.#rawEvents.push({ file, event: new Fields(object) })
      else this.#objects.push({ file, object: withoutSecrets(object) })
    }
  }

  #owners(descriptions: Snapshot['descriptions']): Owners {
    const known = new Map<string, Placed>()
    for (const description of descriptions) {
      const place = describedPlace(description)
      known.set(keyOf(place.reference.kind, place.reference), place)
    }
    for (const { object } of this.#objects) known.set(keyOf(object.kind, object.metadata), placed(object))
    return createOwners(async ({ kind, name, namespace }) => known.get(keyOf(kind, { name, namespace })))
  }

  async #events(owners: Owners, tables: Snapshot['tables'], descriptions: Snapshot['descriptions']) {
    const events: Snapshot['events'] = []
    for (const { file, event } of this.#rawEvents) {
      try {
        events.push({ file, event: eventRecord(event, await owners.resourceOf(involvedObject(event))) })
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        this.problem(file, `event: ${error.message}`)
      }
    }
    const printed = [
      ...tables.flatMap(table => tabledEvents(table, this.#at).map(event => ({ file: table.file, event }))),
      ...descriptions.flatMap(one =>
        describedEvents(one, this.#at).map(event => ({ file: one.file, event })),
      ),
    ]
    for (const { file, event: make } of printed)
      events.push({ file, event: make.record(await owners.resourceOf(make.about)) })
    return events
  }
}

const keyOf = (kind: string, { name, namespace }: { name: string; namespace?: string | undefined }): string =>
  `${kind}/${namespace ?? ''}/${name}`
