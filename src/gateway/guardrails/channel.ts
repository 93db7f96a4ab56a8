import { type Edit, editPiece, inOrder } from './edit.ts'

/** Characters held back while more may come: longer than any structured finding but a key file. */
const heldBack = 64
/** Characters that must have come beyond those before they are looked at: a look costs time. */
const step = 64
/** Characters looked at again, for findings that reach into what comes. */
const seenAgain = 192

/**
 * What is found in a text of which the first `known` characters were seen before; edits are places in it. A word at the
 * end of a text that goes on may be cut.
 */
export type Look = (text: string, known: number, last: boolean) => readonly Edit[]

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
  /** Nothing waits for this channel: what is cleared need not be kept. */
  forget(): void
}

export function createChannel(lookAt: Look): Channel {
  let tail = ''
  let pending = ''
  let cleared = 0
  let edits: Edit[] = []
  const release = (length: number): void => {
    tail = (tail + pending.slice(0, length)).slice(-seenAgain)
    pending = pending.slice(length)
    cleared = Math.max(0, cleared - length)
    edits = edits
      .filter(({ end }) => end > length)
      .map(edit => ({ ...edit, start: edit.start - length, end: edit.end - length }))
  }
  return {
    add: text => {
      pending += text
    },
    look: last => {
      // What waits for something else is looked at again in ever longer steps, so that the time stays linear.
      if (!last && pending.length < cleared + heldBack + Math.max(step, cleared / 2)) return
      const text = tail + pending
      const known = tail.length
      const found = inOrder(lookAt(text, known, last))
      let safe = last ? text.length : Math.max(known + cleared, text.length - heldBack)
      // What reaches over the edge waits until it is whole.
      for (const { start, end } of found)
        if (start < safe && end > safe && !last) safe = Math.max(known, start)
      edits = found
        .filter(({ start, end }) => start >= known && end <= safe)
        .map(edit => ({ ...edit, start: edit.start - known, end: edit.end - known }))
      cleared = safe - known
    },
    clears: (taken, length) => taken + length <= cleared,
    edited: (piece, taken) => (edits.length === 0 ? piece : editPiece(piece, taken, edits)),
    release,
    forget: () => release(cleared),
  }
}
