import { glob } from 'node:fs/promises'
import type { LogRecord, Resource } from '../signals/signal.ts'
import { ContainerLines } from './container-line.ts'
import { type FilePosition, FileTail } from './file-tail.ts'
import { type Entry, EntryJoiner, type Line } from './log-entries.ts'
import { logFacts } from './log-line.ts'
import { createOutbox } from './outbox.ts'
import { startRounds } from './rounds.ts'
import { type OpenSource, type SourceContext, SourceError } from './source.ts'

export interface TailSettings {
  /** Patterns of files, such as `/var/log/app/*.log`. */
  paths: readonly string[]
  /** Where to begin with files that are found at the very first start; `start` when absent. */
  from?: 'start' | 'end'
  /** Milliseconds between two looks; 1000 when absent. */
  intervalMs?: number
}

export interface Tailing {
  /** Whose log a file is. */
  resourceOf(path: string): Resource
  /** Lines are wrapped by a container runtime. */
  container: boolean
}

const MAX_FILES = 1_000
/** A line without an end, and an entry that could go on, are given out when nothing came for so long. */
const PATIENCE_MS = 5_000
const JOIN_MS = 1_000

/** Reads files of logs as they grow. */
export async function tailFiles(
  settings: TailSettings,
  { resourceOf, container }: Tailing,
  context: SourceContext,
): Promise<OpenSource> {
  checkTailSettings(settings)
  const { paths, from = 'start', intervalMs = 1_000 } = settings
  const { clock } = context
  const outbox = createOutbox(context)
  const saved = (await context.load()) as Record<string, FilePosition> | undefined
  const positions = new Map(Object.entries(saved ?? {}))
  const files = new Map<string, TailedFile>()
  let first = saved === undefined

  const handOn = async (file: TailedFile, entries: readonly Entry[]) => {
    positions.set(file.path, file.position())
    const now = clock.now()
    await outbox.put(
      entries.map(entry => record(entry, file, now)),
      Object.fromEntries(positions),
    )
  }
  /** Everything that is written by now. */
  const drain = async (file: TailedFile, signal: AbortSignal) => {
    while (!signal.aborted) {
      const lines = await file.tail.read()
      if (lines.length === 0) return
      file.grewAt = clock.now()
      await handOn(file, file.push(lines, clock.now()))
    }
  }
  const finish = async (file: TailedFile) => handOn(file, file.finish(clock.now()))

  const begin = async (path: string, signal: AbortSignal) => {
    const position = positions.get(path)
    const resource = resourceOf(path)
    const renamed = position && (await FileTail.renamed(path, position))
    if (position && renamed !== undefined) {
      const old = new TailedFile(path, resource, container, await FileTail.open(renamed, position, 'start'))
      await drain(old, signal)
      await finish(old)
      await old.tail.close()
    }
    const file = new TailedFile(
      path,
      resource,
      container,
      await FileTail.open(path, position, first ? from : 'start'),
    )
    file.grewAt = clock.now()
    files.set(path, file)
  }

  const follow = async (file: TailedFile, signal: AbortSignal) => {
    const state = await file.tail.look()
    // Emptied: what was written between the last look and then is gone, and nobody can tell how much that was.
    if (state === 'emptied') {
      await handOn(file, file.abandon())
      await file.tail.rewind()
    }
    await drain(file, signal)
    if (signal.aborted) return
    const quiet = clock.now() - file.grewAt
    if (state === 'other') {
      await finish(file)
      files.delete(file.path)
      positions.delete(file.path)
      await file.tail.close()
    } else if (file.tail.unfinished && quiet >= PATIENCE_MS) await finish(file)
    else if (quiet >= JOIN_MS) await handOn(file, file.flush())
  }

  return startRounds({
    clock,
    outbox,
    intervalMs,
    async look(signal) {
      const found = await filesOf(paths)
      if (found.length > MAX_FILES)
        outbox.lose(0, `paths match ${found.length} files; ${MAX_FILES} are read: name fewer`)
      for (const path of files.keys()) {
        const file = files.get(path)
        if (file && !signal.aborted) await follow(file, signal)
      }
      for (const path of found.slice(0, MAX_FILES)) {
        if (files.has(path) || signal.aborted) continue
        await begin(path, signal).catch(isGone)
        const file = files.get(path)
        if (file) await follow(file, signal)
      }
      first = false
    },
    async release() {
      for (const file of files.values()) await file.tail.close()
    },
  })
}

/** @throws SourceError */
function checkTailSettings({ paths, from, intervalMs }: TailSettings): void {
  if (
    !Array.isArray(paths) ||
    paths.length === 0 ||
    paths.some(path => typeof path !== 'string' || path === '')
  )
    throw new SourceError('paths is not a list of files or patterns, such as /var/log/app/*.log')
  if (from !== undefined && from !== 'start' && from !== 'end')
    throw new SourceError('from is neither start nor end')
  if (intervalMs !== undefined && !(intervalMs >= 10)) throw new SourceError('intervalMs is not at least 10')
}

async function filesOf(patterns: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  for (const pattern of patterns)
    for await (const path of glob(pattern)) {
      if (!/\.(gz|bz2|xz|zst)$/.test(path)) found.add(path)
      if (found.size > 10 * MAX_FILES) return [...found].sort()
    }
  return [...found].sort()
}

/** A file may be gone between being found and being opened, or be a folder. */
function isGone(error: unknown): void {
  if (!['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
}

/** A file with the lines that were read and not given out. */
class TailedFile {
  readonly path: string
  readonly resource: Resource
  readonly tail: FileTail
  grewAt = 0
  /** One for each stream of a container. */
  readonly #joiners = new Map<string, EntryJoiner>()
  readonly #container: ContainerLines | undefined

  constructor(path: string, resource: Resource, container: boolean, tail: FileTail) {
    this.path = path
    this.resource = resource
    this.tail = tail
    if (container) this.#container = new ContainerLines()
  }

  push(lines: readonly Line[], now: number): Entry[] {
    return lines.flatMap(line => {
      const whole = this.#container ? this.#container.push(line) : line
      return whole ? this.#joined(whole, now) : []
    })
  }

  /** The entry that could still go on. */
  flush(): Entry[] {
    return [...this.#joiners.values()].flatMap(joiner => joiner.flush())
  }

  /** Everything, also what has no end. */
  finish(now: number): Entry[] {
    const last = this.tail.unfinished ? this.tail.takeUnfinished() : []
    const entries = this.push(last, now)
    return [...entries, ...this.abandon()]
  }

  /** Everything that was read, when the file is no longer what it was. */
  abandon(): Entry[] {
    const parts = (this.#container?.flush() ?? []).flatMap(part => this.#joined(part, 0))
    return [...parts, ...this.flush()]
  }

  /** Up to where everything was given out. */
  position(): FilePosition {
    const holding = [this.#container, ...this.#joiners.values()]
    const held = holding.map(each => each?.heldFrom).filter(from => from !== undefined)
    return this.tail.position(Math.min(this.tail.offset, ...held))
  }

  #joined(line: Line, now: number): Entry[] {
    const stream = line.stream ?? ''
    const joiner = this.#joiners.get(stream) ?? new EntryJoiner()
    this.#joiners.set(stream, joiner)
    return joiner.push(line, now)
  }
}

function record(entry: Entry, { path, resource }: TailedFile, now: number): LogRecord {
  const { at, severity, body, service, traceId, spanId, attributes } = logFacts(entry.text, now)
  return {
    kind: 'log',
    resource: service === undefined ? resource : { ...resource, service: service.slice(0, 256) },
    // The runtime's time has a zone and is when the line was written.
    at: entry.at ?? at ?? now,
    severity,
    body,
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
    attributes: {
      ...attributes,
      'log.file.path': path,
      ...(entry.stream !== undefined && { 'log.iostream': entry.stream }),
      ...(entry.damaged !== undefined && { 'log.damaged': entry.damaged }),
    },
  }
}
