/**
 * An evidence bundle: a folder with what is known of an incident, for people, for diagnosis and for who has no access to
 * the system. Every part is optional; what is in one file is in no other.
 *
 *     manifest.json              what wrote it, and what was left out
 *     incident.json              when it began, what was told
 *     topology.json              services, and which calls which
 *     metrics/<service>.csv      timestamp (Unix seconds) and one column for each metric
 *     logs/<service>.log         lines
 *     traces/*.json              OTLP JSON
 *     events/*.jsonl             what happened and was told, one event a line
 *     kubernetes/*.json|yaml     objects and Events as kubectl prints them
 *     kubectl/*.txt              text that commands printed; the first line is `$ <command>`
 *     changes/*.json             one change a file, with its diff
 *     calls/*.jsonl              calls of models without content, one a line
 */
export const parts = [
  'incident',
  'topology',
  'metrics',
  'logs',
  'traces',
  'events',
  'kubernetes',
  'kubectl',
  'changes',
  'calls',
] as const
export type BundlePart = (typeof parts)[number]

/** How the names of the files of each folder end. */
export const endings: Readonly<Record<Exclude<BundlePart, 'incident' | 'topology'>, readonly string[]>> = {
  metrics: ['.csv'],
  logs: ['.log'],
  traces: ['.json'],
  events: ['.jsonl'],
  kubernetes: ['.json', '.yaml', '.yml'],
  kubectl: ['.txt'],
  changes: ['.json'],
  calls: ['.jsonl'],
}

/** What the manifest says of the version of this layout. */
export const format = 'keelway.dev/bundle/v1'

export interface BundleManifest {
  format: string
  /** ISO times. */
  from: string
  to: string
  /** Milliseconds between two rows of metrics. */
  stepMs: number
  /** Names of services that are too long for a file, by the name of the file without its ending. */
  names: Readonly<Record<string, string>>
  /** Kinds of which all objects of the cluster are in here, none where there is none. */
  complete?: readonly string[]
  /** In words: what there was and is not in here. */
  leftOut: readonly string[]
}

export interface BundleFile {
  part: BundlePart
  /** From the bundle's folder on, with `/`. */
  path: string
  bytes: number
  /** Of metrics and logs. */
  service?: string
}

/** What a bundle of strangers may have; more is refused. */
export const limits = {
  files: 20_000,
  depth: 4,
  /** Bytes of a file that is read at once, and of a log, which is streamed. */
  fileBytes: 128 << 20,
  logBytes: 4 * 2 ** 30,
  /** UTF-16 units of a line of a log; the rest of a longer one is left out. */
  line: 262_144,
  columns: 2_000,
  rows: 1_000_000,
} as const

/** A folder is no bundle, or one of its files is not what it should be: one line, naming file and line. */
export class BundleError extends Error {
  override readonly name = 'BundleError'
}
