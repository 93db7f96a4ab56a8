import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { BundleError } from './layout.ts'

/** A bundle that is being written beside its place; it appears there as a whole, or not at all. */
export interface Draft {
  /** Bytes that may still be written. */
  left(): number
  /** Writes a file, or notes that there is no room for it. */
  put(path: string, text: string): Promise<void>
  /** Says what is not in here. */
  leaveOut(what: string): void
  leftOut: readonly string[]
}

/**
 * Makes a folder of what is written into a draft.
 * @throws BundleError when there is something at that place
 */
export async function draftOf<T>(
  folder: string,
  maxBytes: number,
  write: (draft: Draft) => Promise<T>,
): Promise<T> {
  const place = resolve(folder)
  const there = await stat(place).catch(() => undefined)
  if (there) throw new BundleError(`${folder} exists already; name another folder`)
  await mkdir(dirname(place), { recursive: true })
  const temporary = await mkdtemp(`${place}.partial-`)
  try {
    const result = await write(openDraft(temporary, maxBytes))
    await rename(temporary, place)
    return result
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

function openDraft(folder: string, maxBytes: number): Draft {
  let left = maxBytes
  const leftOut: string[] = []
  return {
    left: () => left,
    async put(path, text) {
      const bytes = Buffer.byteLength(text)
      if (bytes > left) {
        leftOut.push(`${path}: no room for its ${bytes} bytes`)
        return
      }
      left -= bytes
      const file = join(folder, path)
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await writeFile(file, text, { mode: 0o600 })
    },
    leaveOut: what => void leftOut.push(what),
    leftOut,
  }
}
