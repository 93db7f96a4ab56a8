import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Replaces a file as a whole, readable by its owner only (mode 0600), and durable when this returns. */
export function writePrivateFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}.tmp`
  const descriptor = openSync(draft, 'w', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(draft, file)
}

/** The secret kept in a file; made up, and kept, when there is none. `fresh` tells that it was. */
export function keptSecret(file: string, make: () => string): { secret: string; fresh: boolean } {
  try {
    return { secret: readFileSync(file, 'utf8').trim(), fresh: false }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const secret = make()
    writePrivateFile(file, `${secret}\n`)
    return { secret, fresh: true }
  }
}

/** A key with 192 random bits, such as `kw-…`. */
export const newKey = (prefix: string): string => `${prefix}-${randomBytes(24).toString('base64url')}`
