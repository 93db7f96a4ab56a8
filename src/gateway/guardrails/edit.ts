import type { AnswerEvent, Frame } from '../canonical/answer.ts'

/** A piece of text to be replaced. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** Events that carry text a person may read. */
export type Spoken = Extract<AnswerEvent, { type: 'text' | 'reasoning' | 'refusal' }>

export const isSpoken = (event: AnswerEvent): event is Spoken =>
  event.type === 'text' || event.type === 'reasoning' || event.type === 'refusal'

/**
 * The part of an edited text that stands at `offset`, when the text comes in pieces: the replacement goes where the edit
 * starts, what it covers is left out of every piece.
 * @param edits in order, not overlapping
 */
export function editPiece(piece: string, offset: number, edits: readonly Edit[]): string {
  let out = ''
  let at = offset
  const to = offset + piece.length
  for (const { start, end, text } of edits) {
    if (end <= at || start >= to) continue
    if (start > at) out += piece.slice(at - offset, start - offset)
    if (start >= offset) out += text
    at = Math.min(end, to)
  }
  return at < to ? out + piece.slice(at - offset) : out
}

/** Edits in order, of overlapping ones the first and longest. */
export function inOrder(edits: readonly Edit[]): Edit[] {
  const sorted = [...edits].sort((a, b) => a.start - b.start || b.end - a.end)
  let end = -1
  return sorted.filter(edit => {
    if (edit.start < end) return false
    end = edit.end
    return true
  })
}

/** A frame with other events says no longer what came over the wire. */
export const withEvents = (events: readonly AnswerEvent[]): Frame => ({ events })
