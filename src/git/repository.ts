import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { GitError } from './git.ts'
import { ObjectReader } from './objects.ts'
import { GitExit, runGit } from './process.ts'
import { parseTree, type TreeEntry } from './tree.ts'

export interface GitLimits {
  /** One git command. */
  timeoutMs: number
  /** The cache of one repository; a ref that needs more is refused. */
  repositoryBytes: number
  /** Files listed of one folder. */
  files: number
}

/** What the caches of one `createGit` share. */
export interface Workspace {
  env: Record<string, string>
  clock: Clock
  limits: GitLimits
}

const SIZE_CHECK_MS = 200
const MAX_PACKS = 64
const LISTINGS = 8
const LISTING_BYTES = 64 * 1024 * 1024

/**
 * The bare cache of one repository: objects fetched so far, append only. It may be lost at any time: whatever is
 * missing is fetched again, and a cache that was damaged or has grown too large is thrown away.
 */
export class Repository implements AsyncDisposable {
  readonly directory: string
  readonly #workspace: Workspace
  readonly #objects: ObjectReader
  /** Listings by revision and folder, newest last; a revision never changes. */
  readonly #listings = new Map<string, TreeEntry[]>()
  /** Commits known to be here, to save a process for each file that is read. */
  readonly #commits = new Set<string>()
  #writing: Promise<unknown> = Promise.resolve()
  #cleaned = false

  constructor(directory: string, workspace: Workspace) {
    this.directory = directory
    this.#workspace = workspace
    this.#objects = new ObjectReader(directory, workspace.env, workspace.clock)
  }

  /** Output of a git command on this cache. Access to a remote is in `env`. */
  async run(
    args: readonly string[],
    signal: AbortSignal,
    options: { env?: Record<string, string>; input?: string } = {},
  ): Promise<Buffer> {
    const { env, clock, limits } = this.#workspace
    return runGit(
      {
        args: [`--git-dir=${this.directory}`, ...args],
        env: { ...env, ...options.env },
        ...(options.input !== undefined && { input: options.input }),
        outputBytes: LISTING_BYTES,
        timeoutMs: limits.timeoutMs,
        signal,
      },
      clock,
    )
  }

  /** Runs one writer at a time, on a cache that is there and free of what a killed process left behind. */
  async exclusively<T>(signal: AbortSignal, write: () => Promise<T>): Promise<T> {
    const turn = this.#writing.then(async () => {
      signal.throwIfAborted()
      await this.#prepare(signal)
      try {
        return await write()
      } catch (error) {
        this.#cleaned = false
        throw error
      }
    })
    this.#writing = turn.catch(() => {})
    return turn
  }

  /** Fetches into the cache; ends a fetch that brings more than the limit. Call inside `exclusively`. */
  async fetch(args: readonly string[], env: Record<string, string>, signal: AbortSignal): Promise<void> {
    const { clock, limits } = this.#workspace
    const tooLarge = new AbortController()
    let cancel = () => {}
    const watch = () => {
      cancel = clock.after(SIZE_CHECK_MS, async () => {
        if ((await packs(this.directory)).bytes > limits.repositoryBytes) tooLarge.abort(this.#tooLarge())
        else watch()
      })
    }
    watch()
    try {
      const all = AbortSignal.any([signal, tooLarge.signal])
      await this.run(['fetch', '--no-tags', '--no-write-fetch-head', '--quiet', ...args], all, { env })
    } finally {
      cancel()
    }
    if ((await packs(this.directory)).bytes > limits.repositoryBytes) {
      await this.discard()
      throw this.#tooLarge()
    }
  }

  /** Whether a commit is in the cache. */
  async has(revision: string, signal: AbortSignal): Promise<boolean> {
    if (!existsSync(this.directory)) return false
    if (this.#commits.has(revision)) return true
    try {
      await this.run(['cat-file', '-e', `${revision}^{commit}`], signal)
      this.#commits.add(revision)
      return true
    } catch (error) {
      if (error instanceof GitExit) return false
      throw error
    }
  }

  /** All entries under a folder or at a path, of any type. */
  async entries(revision: string, path: string, signal: AbortSignal): Promise<TreeEntry[]> {
    const covering = ['', ...path.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'))]
    for (const folder of covering) {
      const known = this.#listings.get(`${revision}:${folder}`)
      if (known) return known.filter(entry => isUnder(entry.path, path))
    }
    const output = await this.run(
      ['ls-tree', '-r', '-z', '-l', '--full-tree', revision, ...(path ? ['--', path] : [])],
      signal,
    )
    const entries = parseTree(output, this.#workspace.limits.files)
    this.#listings.set(`${revision}:${path}`, entries)
    const [oldest] = this.#listings.keys()
    if (this.#listings.size > LISTINGS && oldest !== undefined) this.#listings.delete(oldest)
    return entries
  }

  contents(object: string, signal: AbortSignal): Promise<Buffer> {
    return this.#objects.read(object, signal)
  }

  /** Throws the cache away; the next use starts an empty one. */
  async discard(): Promise<void> {
    await this.#objects[Symbol.asyncDispose]()
    this.#listings.clear()
    this.#commits.clear()
    await rm(this.directory, { recursive: true, force: true })
    this.#cleaned = false
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    const { bytes, count } = await packs(this.directory)
    if (bytes > this.#workspace.limits.repositoryBytes || count > MAX_PACKS) await this.discard()
    if (!existsSync(join(this.directory, 'HEAD'))) {
      // Made elsewhere and moved here whole, so that a half-made cache is never used.
      await rm(this.directory, { recursive: true, force: true })
      await mkdir(join(this.directory, '..'), { recursive: true })
      const made = await mkdtemp(`${this.directory}.new-`)
      const { env, clock, limits } = this.#workspace
      await runGit(
        {
          args: ['init', '--bare', '--quiet', '--template=', made],
          env,
          outputBytes: 65_536,
          timeoutMs: limits.timeoutMs,
          signal,
        },
        clock,
      )
      await rename(made, this.directory)
    } else if (!this.#cleaned) await clean(this.directory)
    this.#cleaned = true
  }

  #tooLarge(): GitError {
    const mebibytes = Math.round(this.#workspace.limits.repositoryBytes / 1048576)
    return new GitError(
      `one revision of the repository takes more than ${mebibytes} MiB; it is not synced`,
      false,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing
    await this.#objects[Symbol.asyncDispose]()
  }
}

const isUnder = (path: string, folder: string): boolean =>
  folder === '' || path === folder || path.startsWith(`${folder}/`)

async function packs(directory: string): Promise<{ bytes: number; count: number }> {
  const folder = join(directory, 'objects', 'pack')
  const names = await ifThere(() => readdir(folder), [])
  const sizes = await Promise.all(
    names.map(name => ifThere(async () => (await stat(join(folder, name))).size, 0)),
  )
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    count: names.filter(name => name.endsWith('.pack')).length,
  }
}

/** Removes lock files and unfinished packs; nobody else writes here, so whoever made them is dead. */
async function clean(directory: string): Promise<void> {
  const names = await ifThere(() => readdir(directory, { recursive: true }), [])
  const left = names.filter(name => name.endsWith('.lock') || /(^|\/)tmp_(pack|idx|obj|rev)_/.test(name))
  await Promise.all(left.map(name => rm(join(directory, name), { force: true, recursive: true })))
}

async function ifThere<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise
    throw error
  }
}
