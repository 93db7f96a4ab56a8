import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { type Clock, timestamp } from '../lib/clock.ts'
import type { User } from './exchange.ts'

/** Bearer tokens, each of which names a user. Only hashes are kept, so the file opens nothing to whoever reads it. */
export interface Tokens {
  /** A new token of a user; it can't be shown again. */
  create(user: string): string
  authenticate(token: string): User | undefined
}

interface Line {
  hash: string
  user: string
  created: string
}

/** Tokens carry 256 random bits, so a plain hash is as good as a slow one. */
const tokenBytes = 32
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** There are no roles yet: whoever has a token may do everything. */
const groups = ['system:masters', 'system:authenticated'] as const

/**
 * Tokens in a file of JSON lines (mode 0600), appended to, so that `token create` needs no running server; a server
 * reads it again when it has changed.
 */
export function openTokens(file: string, clock: Clock): Tokens {
  let known = new Map<string, Line>()
  let read = ''

  const refresh = () => {
    const stat = statSync(file, { throwIfNoEntry: false })
    const state = stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : ''
    if (state === read) return
    read = state
    known = stat ? parse(readFileSync(file, 'utf8')) : new Map()
  }

  return {
    create(user) {
      if (!/^[\x21-\x7e]{1,253}$/.test(user))
        throw new RangeError(
          `"${user}" is not a user name: 1 to 253 printable ASCII characters without spaces`,
        )
      const token = `kw_${randomBytes(tokenBytes).toString('base64url')}`
      const line: Line = { hash: hashOf(token).toString('hex'), user, created: timestamp(clock) }
      // A new line first, for the last one may have been cut off.
      append(file, `\n${JSON.stringify(line)}\n`)
      return token
    },
    authenticate(token) {
      const hash = hashOf(token)
      const hex = hash.toString('hex')
      if (!known.has(hex)) refresh()
      const line = known.get(hex)
      if (!line || !timingSafeEqual(Buffer.from(line.hash, 'hex'), hash)) return undefined
      return { name: line.user, groups }
    },
  }
}

function append(file: string, text: string): void {
  const descriptor = openSync(file, 'a', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** A line cut off by a crash names nobody. */
function parse(text: string): Map<string, Line> {
  const lines = new Map<string, Line>()
  for (const match of text.matchAll(
    /^\{"hash":"([0-9a-f]{64})","user":"([^"\\]+)","created":"([^"]+)"\}$/gm,
  )) {
    const [, hash = '', user = '', created = ''] = match
    lines.set(hash, { hash, user, created })
  }
  return lines
}
