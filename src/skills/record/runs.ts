import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { z } from 'zod'
import { canonicalJson } from '../../lib/digest.ts'
import type { Blobs } from '../../store/blobs.ts'
import type { Entry } from './tape.ts'

const packed = promisify(gzip)
const unpacked = promisify(gunzip)

/** Everything of one run: what was asked, all it read, and what came of it. */
export interface RunRecord {
  format: typeof format
  request: unknown
  user: string
  /** Milliseconds since the epoch. */
  now: number
  /** Digest of the intent model that read the words. */
  intent: string
  entries: readonly Entry[]
  incomplete?: string
  /** Canonical JSON of the result. */
  result: string
}

export const format = 'keelway-skill-run/1'
const mostBytes = 512 * 2 ** 20

const EntryShape = z.object({
  what: z.string(),
  asked: z.string(),
  gave: z.unknown().optional(),
  failed: z.object({ name: z.string(), message: z.string() }).optional(),
})

const Shape = z.object({
  format: z.literal(format),
  request: z.unknown(),
  user: z.string(),
  now: z.number(),
  intent: z.string(),
  entries: z.array(EntryShape),
  incomplete: z.string().optional(),
  result: z.string(),
})

/** @returns the digest under which it can be read */
export async function keepRun(blobs: Pick<Blobs, 'put'>, record: RunRecord): Promise<string> {
  return blobs.put(new Uint8Array(await packed(canonicalJson(record))))
}

/** @throws Error when there is none of that digest, or what is there is no record */
export async function readRun(blobs: Pick<Blobs, 'get'>, digest: string): Promise<RunRecord> {
  const bytes = /^sha256:[0-9a-f]{64}$/.test(digest) ? await blobs.get(digest) : undefined
  if (!bytes)
    throw new Error(`there is no record ${digest.slice(0, 80)}; the ledger names them: action skill-run`)
  const text = (await unpacked(bytes, { maxOutputLength: mostBytes })).toString('utf8')
  const parsed = Shape.safeParse(JSON.parse(text))
  if (!parsed.success) throw new Error(`blob ${digest} is no record of a skill's run`)
  return parsed.data as RunRecord
}
