import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallRecord, Feedback } from '../telemetry/telemetry.ts'

export type Entry = { call: CallRecord } | { feedback: Feedback }

/**
 * Records that wait on disk while nobody takes them: files of JSON lines, oldest first. Nothing is synced to the disk
 * surface: a crash of the process loses nothing that was written, a crash of the machine may lose the last second.
 */
export interface Spool {
  /** On disk and not delivered. */
  readonly bytes: number
  /** Records thrown away because there was no room, or because they could not be read again. */
  readonly dropped: number
  append(entries: readonly Entry[]): Promise<void>
  /** The oldest entries, or undefined when none wait. They come again until `done` says that they were taken. */
  next(max: number): Promise<{ entries: Entry[]; done(): Promise<void> } | undefined>
}

interface Segment {
  name: string
  /** Bytes that were written, and how many of them were delivered. */
  size: number
  offset: number
  /** Lines that were not delivered. */
  lines: number
}

/** Most bytes of one reading; a line is at most some 300 KiB. */
const readBytes = 2 << 20
const segmentName = /^\d{12}(-\d+-\d{12})?\.jsonl$/
const positionFile = 'position.json'

/**
 * Opens the spool of one process. A last line that a crash cut off is left out; what is appended goes into new files.
 * @param maxBytes bound of its size: the oldest sixteenth is dropped when it is reached
 */
export async function openSpool(folder: string, maxBytes: number): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const segments = await readSegments(folder)
  const segmentBytes = Math.ceil(maxBytes / 16)
  let sequence = segments.reduce((last, { name }) => Math.max(last, Number(name.slice(0, 12))), 0)
  /** The segment that takes more, once something was appended. */
  let open: Segment | undefined
  let bytes = segments.reduce((sum, { size, offset }) => sum + size - offset, 0)
  let dropped = 0

  const remove = async (segment: Segment): Promise<void> => {
    segments.splice(segments.indexOf(segment), 1)
    bytes -= segment.size - segment.offset
    if (segment === open) open = undefined
    await rm(join(folder, segment.name), { force: true })
  }
  const append = async (entries: readonly Entry[]): Promise<void> => {
    const lines = entries.map(entry => `${JSON.stringify(entry)}\n`).join('')
    const size = Buffer.byteLength(lines)
    if (!open || open.size > segmentBytes) {
      open = { name: `${String(++sequence).padStart(12, '0')}.jsonl`, size: 0, offset: 0, lines: 0 }
      segments.push(open)
    }
    const target = open
    try {
      await writeFile(join(folder, target.name), lines, { flag: 'a', mode: 0o600 })
    } catch (error) {
      // Half a line may stand there: nothing may come behind it.
      open = undefined
      throw error
    }
    target.size += size
    target.lines += entries.length
    bytes += size
    for (let oldest = segments[0]; bytes > maxBytes && oldest && oldest !== open; oldest = segments[0]) {
      dropped += oldest.lines
      await remove(oldest)
    }
  }
  const next = async (max: number) => {
    for (let segment = segments[0]; segment; segment = segments[0]) {
      const read = await readLines(join(folder, segment.name), segment, max)
      dropped += read.broken
      segment.lines -= read.broken
      if (read.entries.length > 0) {
        const from = segment
        return { entries: read.entries, done: () => deliver(from, read.end, read.entries.length) }
      }
      if (read.end > segment.offset) await deliver(segment, read.end, 0)
      else await remove(segment)
    }
    return undefined
  }
  const deliver = async (segment: Segment, end: number, lines: number): Promise<void> => {
    // It may have been dropped meanwhile.
    if (!segments.includes(segment)) return
    bytes -= end - segment.offset
    segment.offset = end
    segment.lines -= lines
    if (segment.offset >= segment.size) await remove(segment)
    else await writePosition(folder, segment)
  }

  return {
    get bytes() {
      return bytes
    },
    get dropped() {
      return dropped
    },
    append,
    next,
  }
}

/**
 * Hands the spools of workers beyond `count` to the first one, so that what waits there is delivered after a restart
 * with fewer. Called before any worker starts.
 * @param folder holds one spool a worker, named 1, 2, …
 */
export async function adoptSpools(folder: string, count: number): Promise<void> {
  const names = await readdir(folder).catch(ignoreMissing)
  const first = join(folder, '1')
  for (const name of names ?? []) {
    if (!/^\d+$/.test(name) || Number(name) <= count) continue
    await mkdir(first, { recursive: true, mode: 0o700 })
    const from = join(folder, name)
    for (const file of await readdir(from))
      if (segmentName.test(file)) {
        const under = file.length === 18 ? `000000000000-${name}-${file}` : file
        await rename(join(from, file), join(first, under))
      }
    await rm(from, { recursive: true, force: true })
  }
}

async function readSegments(folder: string): Promise<Segment[]> {
  const names = (await readdir(folder)).filter(name => segmentName.test(name)).sort()
  const position = await readPosition(folder)
  const segments: Segment[] = []
  for (const name of names) {
    const path = join(folder, name)
    const { size } = await stat(path)
    const offset = name === position.name ? Math.min(position.offset, size) : 0
    segments.push({ name, size, offset, lines: await countLines(path, offset) })
  }
  return segments
}

async function countLines(path: string, from: number): Promise<number> {
  const text = await readFile(path)
  let lines = 0
  for (let at = text.indexOf(10, from); at >= 0; at = text.indexOf(10, at + 1)) lines++
  return lines
}

/** Whole lines from the segment's offset on; those that are no entry are counted and left out. */
async function readLines(
  path: string,
  { offset, size }: Segment,
  max: number,
): Promise<{ entries: Entry[]; end: number; broken: number }> {
  const buffer = Buffer.alloc(Math.min(readBytes, size - offset))
  const file = await open(path, 'r')
  try {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset)
    return linesIn(buffer.subarray(0, bytesRead), offset, max)
  } finally {
    await file.close()
  }
}

function linesIn(
  text: Buffer,
  offset: number,
  max: number,
): { entries: Entry[]; end: number; broken: number } {
  const entries: Entry[] = []
  let broken = 0
  let from = 0
  for (let to = text.indexOf(10); to >= 0 && entries.length < max; to = text.indexOf(10, from)) {
    try {
      entries.push(JSON.parse(text.toString('utf8', from, to)) as Entry)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      broken++
    }
    from = to + 1
  }
  return { entries, end: offset + from, broken }
}

/** A crash leaves the old position: then the last batch is delivered again, which telemetry notices. */
async function writePosition(folder: string, { name, offset }: Segment): Promise<void> {
  const draft = join(folder, `${positionFile}.partial`)
  await writeFile(draft, JSON.stringify({ name, offset }), { mode: 0o600 })
  await rename(draft, join(folder, positionFile))
}

async function readPosition(folder: string): Promise<{ name: string; offset: number }> {
  const text = await readFile(join(folder, positionFile), 'utf8').catch(ignoreMissing)
  try {
    return JSON.parse(text ?? '') as { name: string; offset: number }
  } catch (error) {
    if (error instanceof SyntaxError) return { name: '', offset: 0 }
    throw error
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
