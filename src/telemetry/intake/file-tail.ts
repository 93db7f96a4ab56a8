import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Line } from './log-entries.ts'

/** How far a file was read, and what tells it from others that had its name. */
export interface FilePosition {
  inode: number
  offset: number
  /** Digest of its first bytes, and how many those are. */
  head: string
  headLength: number
}

const CHUNK = 256 * 1024
const MAX_LINE = 64 * 1024
const HEAD = 256

/**
 * Reads the lines of one file as it grows, from a position, and notices when another file takes its name (rotation by
 * rename) and when it was emptied and written anew (copytruncate).
 */
export class FileTail {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #inode: number
  #offset: number
  #head: string
  #headLength: number
  /** The beginning of the last line, whose end has not come. */
  #rest: Buffer = Buffer.alloc(0)
  /** Bytes of a line that is too long are passed over up to its end. */
  #passing = false

  private constructor(path: string, handle: FileHandle, position: FilePosition) {
    this.#path = path
    this.#handle = handle
    this.#inode = position.inode
    this.#offset = position.offset
    this.#head = position.head
    this.#headLength = position.headLength
  }

  /**
   * From a position, when the file is still the one it was taken of; else from the beginning or the end.
   * @throws ENOENT and the like
   */
  static async open(
    path: string,
    saved: FilePosition | undefined,
    fresh: 'start' | 'end',
  ): Promise<FileTail> {
    const handle = await open(path, 'r')
    try {
      const { ino, size } = await handle.stat()
      const same =
        saved?.inode === ino &&
        saved.offset <= size &&
        (await headOf(handle, saved.headLength)).head === saved.head
      const offset = same ? saved.offset : saved === undefined && fresh === 'end' ? size : 0
      return new FileTail(path, handle, {
        inode: ino,
        offset,
        ...(await headOf(handle, Math.min(HEAD, size))),
      })
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** The file of a position that has got another name meanwhile. */
  static async renamed(path: string, saved: FilePosition): Promise<string | undefined> {
    const folder = dirname(path)
    const stem = basename(path).replace(/\.log$/, '')
    for (const name of await readdir(folder)) {
      if (!name.startsWith(stem) || name.endsWith('.gz')) continue
      const other = join(folder, name)
      const there = await stat(other).catch(() => undefined)
      if (other !== path && there?.isFile() && there.ino === saved.inode) return other
    }
    return undefined
  }

  position(offset: number): FilePosition {
    return { inode: this.#inode, offset, head: this.#head, headLength: this.#headLength }
  }

  /** Up to which byte lines were given out. */
  get offset(): number {
    return this.#offset - this.#rest.length
  }

  /** Whether a line has begun and not ended. */
  get unfinished(): boolean {
    return this.#rest.length > 0
  }

  /** The next whole lines; none at the end of what is written. */
  async read(): Promise<Line[]> {
    const buffer = Buffer.allocUnsafe(CHUNK)
    const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK, this.#offset)
    if (bytesRead === 0) return []
    const start = this.offset
    this.#offset += bytesRead
    const bytes =
      this.#rest.length > 0
        ? Buffer.concat([this.#rest, buffer.subarray(0, bytesRead)])
        : buffer.subarray(0, bytesRead)
    return this.#split(bytes, start)
  }

  /** The line that has no end, as it is. */
  takeUnfinished(): Line[] {
    const line = lineOf(this.#rest, this.offset, this.#offset)
    this.#rest = Buffer.alloc(0)
    return this.#passing ? [] : [line]
  }

  /** What became of the name since: still this file, another one, or emptied. */
  async look(): Promise<'same' | 'other' | 'emptied'> {
    const named = await stat(this.#path).catch(() => undefined)
    if (named?.ino !== this.#inode) return 'other'
    if (named.size < this.#offset) return 'emptied'
    if ((await headOf(this.#handle, this.#headLength)).head !== this.#head) return 'emptied'
    if (this.#headLength < HEAD && named.size > this.#headLength) await this.#remember(named.size)
    return 'same'
  }

  /** Begins at the beginning again. */
  async rewind(): Promise<void> {
    this.#offset = 0
    this.#rest = Buffer.alloc(0)
    this.#passing = false
    await this.#remember((await this.#handle.stat()).size)
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #remember(size: number): Promise<void> {
    const { head, headLength } = await headOf(this.#handle, Math.min(HEAD, size))
    this.#head = head
    this.#headLength = headLength
  }

  #split(bytes: Buffer, from: number): Line[] {
    const lines: Line[] = []
    let at = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, at)) {
      if (this.#passing) this.#passing = false
      else lines.push(lineOf(bytes.subarray(at, end), from + at, from + end + 1))
      at = end + 1
    }
    const rest = bytes.subarray(at)
    if (rest.length > MAX_LINE) {
      if (!this.#passing) lines.push(lineOf(rest, from + at, from + bytes.length))
      this.#passing = true
      this.#rest = Buffer.alloc(0)
    } else this.#rest = this.#passing ? Buffer.alloc(0) : Buffer.from(rest)
    return lines
  }
}

async function headOf(handle: FileHandle, length: number): Promise<{ head: string; headLength: number }> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = length === 0 ? { bytesRead: 0 } : await handle.read(buffer, 0, length, 0)
  const head = createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('base64').slice(0, 16)
  return { head, headLength: bytesRead }
}

/** Bytes that are not UTF-8 become U+FFFD; what copytruncate leaves before the text are zeros. */
function lineOf(bytes: Buffer, start: number, end: number): Line {
  let from = 0
  while (bytes[from] === 0) from++
  const cut = bytes.length - from > MAX_LINE
  const kept = bytes.subarray(from, cut ? from + MAX_LINE : bytes.length)
  // A cut may be within a character, which is no fault of the file.
  const damaged = cut ? 'cut' : isUtf8(kept) ? undefined : 'encoding'
  const text = kept.toString('utf8')
  return { text: text.endsWith('\r') ? text.slice(0, -1) : text, start, end, damaged }
}
