import { type Edit, editPiece, inOrder } from './edit.ts'

/** Characters held back while more may come: longer than any structured finding but a key file. */
const heldBack = 64
/** Characters that must have come beyond those before they are looked at: a look costs time. */
const step = 64
/** Characters looked at again, for findings that reach into what comes. */
const seenAgain = 192

/** What is found in a text of which the first `known` characters were seen before; edits are places in it. */
export type Look = (text: string, known: number) => readonly Edit[]

/** One running text of an answer: what came in, what may go out, and what must be changed in it. */
export interface Channel {
  add(text: string): void
  /** Looks when enough came, or at all that came when it was the last. */
  look(last: boolean): void
  /** Whether the next `length` characters after `taken` may go out. */
  clears(taken: number, length: number): boolean
  /** A piece of what may go out, with edits made. */
  edited(piece: string, taken: number): string
  /** The first `length` characters went out. */
  release(length: number): void
}

export function createChannel(lookAt: Look): Channel {
  let tail = ''
  let pending = ''
  let looked = 0
  let cleared = 0
  let edits: Edit[] = []
  return {
    add: text => {
      pending += text
    },
    look: last => {
      if (last ? looked === pending.length && cleared === pending.length : pending.length < cleared + heldBack + step)
        return
      const text = tail + pending
      const known = tail.length
      const found = inOrder(lookAt(text, known + looked))
      let safe = last ? text.length : Math.max(known + cleared, text.length - heldBack)
      // What reaches over the edge waits until it is whole.
      for (const { start, end } of found) if (start < safe && end > safe && !last) safe = Math.max(known, start)
      edits = found
        .filter(({ start, end }) => start >= known && end <= safe)
        .map(edit => ({ ...edit, start: edit.start - known, end: edit.end - known }))
      looked = pending.length
      cleared = safe - known
    },
    clears: (taken, length) => taken + length <= cleared,
    edited: (piece, taken) => (edits.length === 0 ? piece : editPiece(piece, taken, edits)),
    release: length => {
      tail = (tail + pending.slice(0, length)).slice(-seenAgain)
      pending = pending.slice(length)
      looked = Math.max(0, looked - length)
      cleared = Math.max(0, cleared - length)
      edits = edits
        .filter(({ end }) => end > length)
        .map(edit => ({ ...edit, start: edit.start - length, end: edit.end - length }))
    },
  }
}
