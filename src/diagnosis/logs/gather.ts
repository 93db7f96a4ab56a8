import type { LogRecord } from '../../telemetry/signals/signal.ts'
import { createTemplateMiner } from '../../telemetry/templates/miner.ts'
import type { Case } from '../channel.ts'
import { isOfKubectl } from '../observed/answers.ts'
import { gravityOf } from './gravity.ts'
import { type MeasureKind, measureKind, Samples } from './measure.ts'
import type { Question } from './question.ts'
import { countValues, newGroup, type Stream, samplesOf } from './stream.ts'
import { decisive, textOf } from './text-of.ts'
import { inRange } from './time-range.ts'
import { isChange, isRecovery, troubleIn } from './trouble.ts'

const most = {
  streams: 5_000,
  groups: 2_000,
  allGroups: 20_000,
  changes: 50,
  scanned: 2_000,
  copies: 200_000,
} as const

/**
 * Reads all logs once: what sounds like trouble is grouped by template, numbers are sampled. Memory is bounded whatever
 * the logs are; what is beyond a bound is left out.
 */
export function gathered(evidence: Case, question: Question): Stream[] {
  const gathering = new Gathering(evidence, question)
  for (const record of evidence.logs) gathering.add(record)
  return gathering.streams()
}

class Gathering {
  readonly #question: Question
  /** When the incident began, where that is known. */
  readonly #began: number | undefined
  readonly #miner = createTemplateMiner({ maxTemplates: 5_000 })
  readonly #streams = new Map<string, Stream>()
  readonly #files: ReadonlyMap<string, { file: string; copies: number }>
  readonly #kinds = new Map<string, MeasureKind | undefined>()
  readonly #copies = new Set<string>()
  #groups = 0

  constructor({ incident, cluster }: Case, question: Question) {
    this.#question = question
    this.#began = incident.startedAt ?? incident.detectedAt
    this.#files = printedFiles(cluster.logs)
  }

  streams(): Stream[] {
    return [...this.#streams.values()]
      .filter(({ entries }) => entries > 0)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  add(record: LogRecord): void {
    const { body, at } = record
    const { range, phrases } = this.#question
    if (range && !inRange(range, at)) return
    if (isOfKubectl(body)) return
    const stream = streamOf(this.#streams, record, this.#files)
    if (!stream || this.#isCopy(stream, record)) return
    const place = stream.entries++
    stream.firstAt = Math.min(stream.firstAt, at)
    stream.lastAt = Math.max(stream.lastAt, at)
    if (record.attributes['k8s.container.previous'] === true) stream.previous = true
    measure(stream, record, place, this.#kinds)
    const line = body.length > most.scanned ? body.slice(0, most.scanned) : body
    const code = statusOf(record)
    const failed = code >= 500 || tellsError(record)
    const severity = failed ? Math.max(17, record.severity) : record.severity
    const plain = severity >= 13 ? textOf(record) : line
    const text = code >= 400 ? `${plain}\nstatus ${code}` : plain
    const word = troubleIn(text)
    const asked = phrases.length > 0 && holdsAny(text, phrases)
    if (severity < 17 && word === undefined && !asked) note(stream, line, record, place)
    else this.#count(stream, { ...record, severity }, text, word, place, asked)
  }

  /** The same line printed by another command is one line, where its time tells it from the next. */
  #isCopy(stream: Stream, { at, body }: LogRecord): boolean {
    if (stream.copies < 2) return false
    const key = `${stream.key}\n${at}\n${body}`
    if (!this.#copies.has(key)) {
      if (this.#copies.size < most.copies) this.#copies.add(key)
      return false
    }
    return at !== stream.firstAt || stream.firstAt !== stream.lastAt
  }

  #count(
    stream: Stream,
    record: LogRecord,
    text: string,
    word: string | undefined,
    place: number,
    asked: boolean,
  ): void {
    const { severity, at, body } = record
    const head = severity >= 17 ? decisive(text) : text
    const { id } = this.#miner.add(head.length > 500 ? head.slice(0, 500) : head)
    const key = `${gravityOf(severity)}\n${word ?? ''}\n${id}`
    let group = stream.groups.get(key)
    if (!group) {
      if (stream.groups.size >= most.groups || this.#groups >= most.allGroups) return
      this.#groups++
      group = newGroup(record, text === body ? textOf(record) : text, place)
      stream.groups.set(key, group)
    }
    group.count++
    group.last = place
    group.firstAt = Math.min(group.firstAt, at)
    group.lastAt = Math.max(group.lastAt, at)
    if (this.#began !== undefined && at < this.#began) group.before++
    if (asked) group.phrases++
    countWords(group.words, text, this.#question.words)
    countValues(group, record)
  }
}

const statusNames = [
  'status',
  'status_code',
  'statusCode',
  'http.status_code',
  'http.response.status_code',
] as const
const errorNames = ['error', 'err', 'exception', 'error.message', 'err.message', 'exception.message'] as const

/** The status of a request that is logged in fields; 0 when there is none. */
function statusOf({ attributes }: LogRecord): number {
  for (const name of statusNames) {
    const code = Number(attributes[name])
    if (code >= 100 && code < 600) return code
  }
  return 0
}

/** Whatever the level of an entry is, a field that holds an error tells of one. */
const tellsError = ({ attributes }: LogRecord): boolean =>
  errorNames.some(name => {
    const value = attributes[name]
    return (
      typeof value === 'string' &&
      value.length > 3 &&
      !/^(?:null|none|nil|<nil>|false|undefined|ok)$/i.test(value)
    )
  })

/** How often what was printed of a pod stands in files, and in which first. */
function printedFiles(logs: Case['cluster']['logs']): Map<string, { file: string; copies: number }> {
  const found = new Map<string, { file: string; copies: number }>()
  for (const { namespace = '', name, file } of logs) {
    const key = `${namespace}\n${name}`
    const known = found.get(key)
    if (known) known.copies++
    else found.set(key, { file, copies: 1 })
  }
  return found
}

function streamOf(
  streams: Map<string, Stream>,
  { resource, at }: LogRecord,
  files: ReadonlyMap<string, { file: string; copies: number }>,
): Stream | undefined {
  const { service, namespace, instance, workload } = resource
  const name = instance ?? workload?.slice(workload.indexOf('/') + 1)
  const key = [namespace ?? '', name ?? '', service].join('\n')
  const known = streams.get(key)
  if (known || streams.size === most.streams) return known
  const printed = files.get(`${namespace ?? ''}\n${name ?? service}`)
  const stream: Stream = {
    ...{ key, service, entries: 0, firstAt: at, lastAt: at, previous: false, changeCount: 0 },
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { instance: name }),
    file: printed?.file ?? `logs/${service || name || 'unknown'}.log`,
    copies: printed?.copies ?? 1,
    groups: new Map(),
    measures: new Map(),
    changes: [],
  }
  streams.set(key, stream)
  return stream
}

/** What is no trouble and may explain some: changes, and that it is over. */
function note(stream: Stream, line: string, { at }: LogRecord, place: number): void {
  if (isRecovery(line)) {
    const count = (stream.recovery?.count ?? 0) + 1
    stream.recovery = { at, place, count, text: line }
  }
  if (!isChange(line)) return
  stream.changeCount++
  if (stream.changes.length < most.changes) stream.changes.push({ text: line, at, place })
}

const inText =
  /\b([A-Za-z][A-Za-z_.-]{2,30}(?: [a-z]{2,20})?)[:=]? ?(?:in |of |is |took )?(\d{1,12}(?:\.\d{1,6})?) ?(ms|s|seconds|MB|MiB|GB|GiB|%)(?![\w.])/

const levelWord = /^(?:INFO|WARN|WARNING|ERROR|DEBUG|TRACE|FATAL)[ :]{1,2}/

function measure(
  stream: Stream,
  { attributes, body }: LogRecord,
  place: number,
  kinds: Map<string, MeasureKind | undefined>,
): void {
  let numbers = 0
  for (const name in attributes) {
    const value = attributes[name]
    if (typeof value !== 'number') continue
    numbers++
    add(stream, name, value, place, kinds)
  }
  if (numbers > 0) return
  const [, name = '', value, unit = ''] = inText.exec(body.length > 300 ? body.slice(0, 300) : body) ?? []
  if (value !== undefined)
    add(stream, `${name.replace(levelWord, '')} (${unit})`, Number(value), place, kinds)
}

function add(
  stream: Stream,
  name: string,
  value: number,
  place: number,
  kinds: Map<string, MeasureKind | undefined>,
): void {
  if (!kinds.has(name)) {
    if (kinds.size > 1_000) return
    kinds.set(
      name,
      /\((?:ms|s|seconds)\)$/.test(name) ? 'latency' : measureKind(name.replace(/ \(.{1,10}\)$/, '')),
    )
  }
  const kind = kinds.get(name)
  if (kind !== undefined) samplesOf(stream, name, () => new Samples(kind))?.push(value, place)
}

function holdsAny(text: string, phrases: readonly string[]): boolean {
  const lower = text.toLowerCase()
  return phrases.some(phrase => lower.includes(phrase))
}

function countWords(counts: Map<string, number>, text: string, words: readonly string[]): void {
  if (words.length === 0) return
  const lower = text.toLowerCase()
  for (const word of words) if (lower.includes(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
}
