import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkSnapshot, type Snapshot } from './snapshot.ts'

/** The last snapshot a gateway served, kept over restarts. */
export interface LastGood {
  save(snapshot: Snapshot): Promise<void>
  /** The saved snapshot; undefined when there is none. @throws Error when it cannot be read or was changed. */
  load(): Promise<Snapshot | undefined>
}

interface Stored {
  digest: string
  at: number
  content: Omit<Snapshot['content'], 'secrets'>
  /** AES-256-GCM (NIST SP 800-38D) over the JSON of the secrets, bound to the digest; base64. */
  secrets: { nonce: string; tag: string; sealed: string }
}

const cipher = 'aes-256-gcm'

/** Keeps the snapshot in `folder`, mode 0600, its secrets encrypted with `key` (32 bytes). */
export function openLastGood(folder: string, key: Uint8Array): LastGood {
  const path = join(folder, 'snapshot.json')
  return {
    save: async ({ digest, at, content }) => {
      const { secrets, ...rest } = content
      const stored: Stored = {
        digest,
        at,
        content: rest,
        secrets: seal(JSON.stringify(secrets), key, digest),
      }
      await writeDurably(path, JSON.stringify(stored))
    },
    load: async () => {
      const text = await readFile(path, 'utf8').catch(ignoreMissing)
      if (text === undefined) return undefined
      const { digest, at, content, secrets } = JSON.parse(text) as Stored
      return checkSnapshot({
        digest,
        at,
        content: { ...content, secrets: JSON.parse(unseal(secrets, key, digest)) },
      })
    },
  }
}

/** The key of this folder, made on first use, readable by its owner only. */
export async function openSecretsKey(folder: string): Promise<Uint8Array> {
  const path = join(folder, 'secrets.key')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Exclusive creation: of two starts at once one makes the key and both use it.
  await writeFile(path, randomBytes(32), { mode: 0o600, flag: 'wx', flush: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    },
  )
  const key = await readFile(path)
  if (key.length !== 32)
    throw new Error(
      `${path} is not a key of 32 bytes: delete it, the gateway then starts without its last snapshot`,
    )
  return key
}

function seal(text: string, key: Uint8Array, digest: string): Stored['secrets'] {
  const nonce = randomBytes(12)
  const sealing = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(digest))
  const sealed = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()])
  return {
    nonce: nonce.toString('base64'),
    tag: sealing.getAuthTag().toString('base64'),
    sealed: sealed.toString('base64'),
  }
}

function unseal({ nonce, tag, sealed }: Stored['secrets'], key: Uint8Array, digest: string): string {
  const opening = createDecipheriv(cipher, key, Buffer.from(nonce, 'base64'), { authTagLength: 16 })
    .setAAD(Buffer.from(digest))
    .setAuthTag(Buffer.from(tag, 'base64'))
  return Buffer.concat([opening.update(Buffer.from(sealed, 'base64')), opening.final()]).toString('utf8')
}

/** A crash leaves the old file or the new one. */
async function writeDurably(path: string, text: string): Promise<void> {
  // Workers of one gateway save at the same time.
  const partial = `${path}.${process.pid}.partial`
  const file = await open(partial, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(partial, path)
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
