import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'
import { GitError } from './git.ts'
import { GitExit } from './process.ts'

interface Wanted {
  object: string
  resolve(bytes: Buffer): void
  reject(error: unknown): void
}

type CatFile = ChildProcessByStdio<Writable, Readable, null>

const IDLE_MS = 2000

/**
 * Contents of objects through one `git cat-file --batch`, started when needed and ended after two idle seconds:
 * a process for each of some thousand files would take longer than reading them.
 */
export class ObjectReader implements AsyncDisposable {
  readonly #args: readonly string[]
  readonly #env: Record<string, string>
  readonly #clock: Clock
  #child: CatFile | undefined
  #wanted: Wanted[] = []
  #chunks: Buffer[] = []
  #size = 0
  /** Bytes needed before the next parse can succeed, so that a large object is not joined chunk by chunk. */
  #needed = 0
  #cancelIdle = () => {}

  constructor(gitDirectory: string, env: Record<string, string>, clock: Clock) {
    this.#args = [`--git-dir=${gitDirectory}`, 'cat-file', '--batch']
    this.#env = env
    this.#clock = clock
  }

  read(object: string, signal: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const abort = () => reject(signal.reason)
      const settle = () => signal.removeEventListener('abort', abort)
      signal.addEventListener('abort', abort, { once: true })
      this.#cancelIdle()
      this.#wanted.push({
        object,
        resolve: bytes => {
          settle()
          resolve(bytes)
        },
        reject: error => {
          settle()
          reject(error)
        },
      })
      this.#child ??= this.#start()
      this.#child.stdin.write(`${object}\n`)
    })
  }

  #start() {
    const child = spawn('git', this.#args, { env: this.#env, stdio: ['pipe', 'pipe', 'ignore'] })
    child.stdout.on('data', (chunk: Buffer) => this.#take(child, chunk))
    child.stdin.on('error', () => {})
    child.on('error', error => this.#end(child, error))
    child.on('close', () => this.#end(child, new GitError('git cat-file ended before it answered', true)))
    return child
  }

  #take(child: CatFile, chunk: Buffer): void {
    if (child !== this.#child) return
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size < this.#needed) return
    let rest: Buffer = Buffer.concat(this.#chunks, this.#size)
    this.#needed = 0
    for (;;) {
      const newline = rest.indexOf(10)
      if (newline < 0) break
      const [, type, size] = rest.toString('latin1', 0, newline).split(' ')
      const missing = type !== 'blob'
      const end = newline + 1 + (missing ? 0 : Number(size) + 1)
      if (rest.length < end) {
        this.#needed = end
        break
      }
      const wanted = this.#wanted.shift()
      if (missing) wanted?.reject(new GitExit(null, `unable to read object ${wanted.object}`))
      // A copy, so that a small file does not keep a large buffer alive.
      else wanted?.resolve(Buffer.from(rest.subarray(newline + 1, end - 1)))
      rest = rest.subarray(end)
    }
    this.#chunks = [rest]
    this.#size = rest.length
    if (this.#wanted.length === 0) this.#cancelIdle = this.#clock.after(IDLE_MS, () => this.#stop())
  }

  #end(child: CatFile, error: unknown): void {
    if (child !== this.#child) return
    this.#child = undefined
    this.#chunks = []
    this.#size = 0
    this.#needed = 0
    for (const wanted of this.#wanted.splice(0)) wanted.reject(error)
  }

  /** The next read starts another process, even while this one is still ending. */
  #stop(): void {
    this.#child?.stdin.end()
    this.#child = undefined
    this.#chunks = []
    this.#size = 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelIdle()
    const child = this.#child
    if (!child) return
    const closed = new Promise(resolve => child.once('close', resolve))
    child.stdin.end()
    child.kill('SIGTERM')
    await closed
  }
}
