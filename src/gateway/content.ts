import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '../lib/digest.ts'
import { BlobMissing } from './providers/provider.ts'

export interface Content {
  /** The parsed content of a digest, parsed once while it is among the last used. @throws BlobMissing */
  get<T>(digest: string, form: string, parse: (bytes: Uint8Array) => T): Promise<T>
  /** Deletes stored bytes that no digest in `used` names. */
  keep(used: ReadonlySet<string>): Promise<void>
}

/** Parsed artefacts and cassettes kept beside those that releases hold. */
const maxParsed = 16

/**
 * Content-addressed bytes for providers: from the folder when there, else from the control plane, and then kept in the
 * folder so that a restart needs no control plane. Every byte is checked against its digest before it is used.
 */
export function openContent(
  fetchBlob: (digest: string) => Promise<Uint8Array | undefined>,
  folder: string | undefined,
): Content {
  const parsed = new Map<string, Promise<unknown>>()
  const load = async (digest: string): Promise<Uint8Array> => {
    const stored = folder && (await readStored(folder, digest))
    if (stored) return stored
    const fetched = await fetchBlob(digest).catch((error: unknown) => {
      throw new BlobMissing(`cannot fetch ${digest} from the control plane: ${(error as Error).message}`, {
        cause: error,
      })
    })
    if (!fetched) throw new BlobMissing(`the control plane has no content ${digest}`)
    if (digestOf(fetched) !== digest)
      throw new BlobMissing(`the content fetched for ${digest} has another digest`)
    if (folder) await writeStored(folder, digest, fetched)
    return fetched
  }
  return {
    get: <T>(digest: string, form: string, parse: (bytes: Uint8Array) => T): Promise<T> => {
      const key = `${form} ${digest}`
      const known = parsed.get(key) ?? load(digest).then(parse)
      parsed.delete(key)
      parsed.set(key, known)
      known.catch(() => parsed.delete(key))
      for (const oldest of parsed.keys()) {
        if (parsed.size <= maxParsed) break
        parsed.delete(oldest)
      }
      // One form is always parsed by the same function.
      return known as Promise<T>
    },
    keep: async used => {
      if (!folder) return
      const names = new Set(Array.from(used, fileName))
      for (const name of await readdir(folder).catch(() => []))
        if (!names.has(name)) await unlink(join(folder, name)).catch(ignoreMissing)
    },
  }
}

const fileName = (digest: string): string => digest.replace('sha256:', '')

async function readStored(folder: string, digest: string): Promise<Uint8Array | undefined> {
  const bytes = await readFile(join(folder, fileName(digest))).catch(ignoreMissing)
  return bytes && digestOf(bytes) === digest ? bytes : undefined
}

async function writeStored(folder: string, digest: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, fileName(digest))
  const partial = `${path}.${process.pid}.partial`
  await writeFile(partial, bytes, { mode: 0o600 })
  await rename(partial, path)
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
