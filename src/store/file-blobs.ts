import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { digestOf } from '../lib/digest.ts'
import type { Blobs } from './blobs.ts'
import { startOf } from './process-identity.ts'

/**
 * Blobs as files `sha256/ab/cdef…` below a directory. A blob is written beside, synced, and renamed into place, so its
 * name appears only with all of its bytes; what a crash left beside is removed with the next write.
 */
export function fileBlobs(directory: string): Blobs {
  const pending = join(directory, 'pending')
  const stored = new Map<string, Promise<void>>()
  let ready: Promise<void> | undefined
  let writes = 0

  const prepare = async () => {
    await mkdir(pending, { recursive: true, mode: 0o700 })
    for (const name of await readdir(pending))
      if (startOf(Number.parseInt(name, 10)) === undefined) await rm(join(pending, name), { force: true })
  }

  const write = async (path: string, content: Uint8Array) => {
    ready ??= prepare()
    await ready
    const part = join(pending, `${process.pid}-${writes++}`)
    try {
      await writeSynced(part, content)
      await makeFolder(dirname(path), directory)
      await rename(part, path)
      await syncFolder(dirname(path))
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
  }

  const isWhole = async (digest: string, path: string) => {
    const content = await readIfThere(path)
    return content !== undefined && digestOf(content) === digest
  }

  return {
    async put(content) {
      const digest = digestOf(content)
      const path = pathOf(directory, digest) ?? ''
      // Writers of equal bytes share one write. Bytes already there were synced; their name may not have been.
      let storing = stored.get(digest)
      if (!storing) {
        storing = isWhole(digest, path).then(whole =>
          whole ? syncFolder(dirname(path)) : write(path, content),
        )
        stored.set(digest, storing)
      }
      try {
        await storing
      } finally {
        stored.delete(digest)
      }
      return digest
    },
    async get(digest) {
      const path = pathOf(directory, digest)
      const content = path && (await readIfThere(path))
      if (!content) return undefined
      const actual = digestOf(content)
      if (actual !== digest)
        throw new Error(
          `blob ${digest} is damaged: ${path} has digest ${actual}; delete it and make it again`,
        )
      return content
    },
    async has(digest) {
      const path = pathOf(directory, digest)
      return path !== undefined && isThere(path)
    },
  }
}

/** Undefined for text that is no digest, such as one that would lead out of the directory. */
const pathOf = (directory: string, digest: string): string | undefined => {
  const [, first, rest] = /^sha256:([0-9a-f]{2})([0-9a-f]{62})$/.exec(digest) ?? []
  return first && rest && join(directory, 'sha256', first, rest)
}

async function writeSynced(path: string, content: Uint8Array): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(content)
  await file.sync()
}

/** Creates a folder below `root` so that its name survives power loss. */
async function makeFolder(folder: string, root: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let parent = dirname(folder); parent.length >= root.length; parent = dirname(parent))
    await syncFolder(parent)
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r')
  await folder.sync()
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
