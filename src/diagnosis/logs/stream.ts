import type { LogRecord } from '../../telemetry/signals/signal.ts'
import type { Samples } from './measure.ts'

/** The logs of one container, pod or service, as far as they are of the same place. */
export interface Stream {
  /** Sorts streams. */
  key: string
  service: string
  namespace?: string
  /** Name of the pod or of what else wrote it. */
  instance?: string
  /** Path in the bundle. */
  file: string
  /** It was printed this many times by different commands, so that counts are not what was written. */
  copies: number
  entries: number
  firstAt: number
  lastAt: number
  /** Of a container that was restarted. */
  previous: boolean
  groups: Map<string, Group>
  measures: Map<string, Samples>
  /** Entries that tell of a change and are rare; bounded. */
  changes: { text: string; at: number; place: number }[]
  changeCount: number
  /** The last that says that trouble is over, and how often. */
  recovery?: { at: number; place: number; count: number; text: string }
}

/** Entries that say the same in one stream. */
export interface Group {
  /** Of an entry that stands for all. */
  text: string
  severity: number
  count: number
  firstAt: number
  lastAt: number
  /** Numbers of entries in the stream, from 0. */
  first: number
  last: number
  /** Entries before the incident began, where that is known. */
  before: number
  /** How many hold a phrase or a rare word of the question. */
  phrases: number
  words: Map<string, number>
  /** Values of what they have in common; bounded. */
  values: Map<string, Map<string, number>>
}

const most = { names: 24, values: 32, value: 100, measures: 24 } as const

export function newGroup(record: LogRecord, text: string, place: number): Group {
  return {
    ...{ text, severity: record.severity, count: 0, before: 0, phrases: 0 },
    ...{ firstAt: record.at, lastAt: record.at, first: place, last: place },
    words: new Map(),
    values: new Map(),
  }
}

/** Counts what entries of a group have in common: clients, paths, users. */
export function countValues({ values }: Group, { attributes }: LogRecord): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'boolean' || /stack|trace|span|request_?id|timestamp/i.test(name)) continue
    const text = String(value)
    if (text === '' || text.length > most.value) continue
    let counts = values.get(name)
    if (!counts) {
      if (values.size === most.names) continue
      counts = new Map()
      values.set(name, counts)
    }
    const known = counts.get(text)
    if (known !== undefined) counts.set(text, known + 1)
    else if (counts.size < most.values) counts.set(text, 1)
  }
}

export function samplesOf(stream: Stream, name: string, make: () => Samples): Samples | undefined {
  const known = stream.measures.get(name)
  if (known || stream.measures.size === most.measures) return known
  const samples = make()
  stream.measures.set(name, samples)
  return samples
}
