import { ApiError } from '../api/errors.ts'
import { canonicalJson, digestOf, digestOfValue } from '../lib/digest.ts'
import type { LedgerEntry, NewEntry, Verification } from './ledger.ts'

/** The end of a chain: the last entry's place and hash. */
export interface Head {
  sequence: number
  hash: string
}

export const emptyHead: Head = { sequence: 0, hash: digestOf('') }

/** The largest canonical JSON of an entry's data, in bytes. */
const largestData = 256 * 1024

/**
 * The entry's own content, cut off from the caller's object.
 * @throws ApiError RequestEntityTooLarge when its data is larger than 256 KiB
 */
export function contentOf({ id, actor, action, subject, at, data }: NewEntry): NewEntry {
  const text = canonicalJson(data)
  if (Buffer.byteLength(text) > largestData)
    throw new ApiError(
      'RequestEntityTooLarge',
      `cannot record ${id} in the ledger: its data has ${Buffer.byteLength(text)} bytes, at most ${largestData} fit; ` +
        'store the evidence as a blob and record its digest',
    )
  return { id, actor, action, subject, at, data: JSON.parse(text) }
}

export function link(content: NewEntry, head: Head): LedgerEntry {
  const linked = { ...content, sequence: head.sequence + 1, previous: head.hash }
  return { ...linked, hash: digestOfValue(linked) }
}

/** Follows a chain entry by entry (linear linking: Haber and Stornetta, How to time-stamp a digital document, 1991). */
export class ChainCheck {
  #head = emptyHead

  /** Undefined when the entry continues the chain, else what is wrong with it and where. */
  accept(entry: LedgerEntry): Verification | undefined {
    const { hash, ...rest } = entry
    const expected = this.#head.sequence + 1
    if (entry.sequence !== expected) return broken(expected, `entry ${expected} is missing`)
    if (entry.previous !== this.#head.hash)
      return broken(
        expected,
        `entry ${expected} does not follow the entry before it: its previous hash differs`,
      )
    if (hash !== digestOfValue(rest))
      return broken(expected, `entry ${expected} was changed: its hash does not match its content`)
    this.#head = { sequence: entry.sequence, hash }
    return undefined
  }

  /** The verdict at the end, beside the head that was written down with the last append. */
  end(recorded: Head): Verification {
    const { sequence, hash } = this.#head
    if (recorded.sequence > sequence) return broken(sequence + 1, `entry ${sequence + 1} is missing`)
    if (recorded.sequence < sequence || recorded.hash !== hash)
      return broken(sequence, `entry ${sequence} is not the one that was last recorded as head`)
    return { intact: true, entries: sequence, head: hash }
  }
}

export const broken = (brokenAt: number, why: string): Verification => ({ intact: false, brokenAt, why })
