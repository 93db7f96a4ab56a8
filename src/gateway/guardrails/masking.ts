import type { AnswerEvent, Frame } from '../canonical/answer.ts'
import type { Finding } from './detector.ts'
import { type Edit, editPiece, inOrder, withEvents } from './edit.ts'

/**
 * What was masked in one call, and how to put it back: a provider sees `[EMAIL_1]`, the caller sees the address. The
 * same original has the same placeholder throughout the call, so the model can still tell two people apart. The table
 * lives as long as the call and is written nowhere.
 */
export interface Mask {
  /** Placeholder-like strings of a text are not ours: call it with all texts of the request before the first `mask`. */
  reserve(text: string): void
  /** The text with the found places replaced; findings without a place change nothing. */
  mask(text: string, findings: readonly Finding[]): string
  /** Where placeholders of ours stand in a text, with what stood there before. */
  restorations(text: string): readonly Edit[]
  /** The frames with originals back in the arguments of tool calls, which must be whole among them. */
  restoreCalls(frames: readonly Frame[]): readonly Frame[]
}

/** Longer names are cut, so that a placeholder stays shorter than what a stream holds back. */
const NAME_MAX = 32
const placeholder = /\[[A-Z][A-Z0-9_]{0,40}_\d{1,7}\]/g
const shortNames: Readonly<Record<string, string>> = {
  EMAIL_ADDRESS: 'EMAIL',
  PHONE_NUMBER: 'PHONE',
  IBAN_CODE: 'IBAN',
  US_SSN: 'SSN',
  DOMAIN_NAME: 'URL',
  ZIP_CODE: 'ZIP',
  STREET_ADDRESS: 'ADDRESS',
}

export function createMask(): Mask {
  const originals = new Map<string, string>()
  const placeholders = new Map<string, string>()
  const reserved = new Set<string>()
  const counts = new Map<string, number>()

  const placeholderOf = (reason: string, original: string): string => {
    const key = `${reason} ${original}`
    const known = placeholders.get(key)
    if (known) return known
    const name = shortNames[reason] ?? nameOf(reason)
    let made: string
    do {
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      made = `[${name}_${count}]`
    } while (reserved.has(made))
    placeholders.set(key, made)
    originals.set(made, original)
    return made
  }
  const restorations = (text: string): Edit[] => {
    if (originals.size === 0 || !text.includes('[')) return []
    return Array.from(text.matchAll(placeholder), ({ index, 0: found }): Edit | undefined => {
      const original = originals.get(found)
      return original === undefined ? undefined : { start: index, end: index + found.length, text: original }
    }).filter(edit => edit !== undefined)
  }

  return {
    reserve: text => {
      for (const [found] of text.matchAll(placeholder)) reserved.add(found)
    },
    mask: (text, findings) => {
      const edits = findings.flatMap(({ reason, start, end }) =>
        start === undefined || end === undefined
          ? []
          : [{ start, end, text: placeholderOf(reason, text.slice(start, end)) }],
      )
      return editPiece(text, 0, inOrder(edits))
    },
    restorations,
    restoreCalls: frames => restoreCalls(frames, restorations),
  }
}

const nameOf = (reason: string): string =>
  reason
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^[^A-Z]+/, '')
    .slice(0, NAME_MAX) || 'MASKED'

type Arguments = Extract<AnswerEvent, { type: 'tool-arguments' }>

/** Arguments come in pieces that cut anywhere, and are JSON: what is put back is escaped as in a JSON string. */
function restoreCalls(frames: readonly Frame[], restorations: (text: string) => Edit[]): readonly Frame[] {
  const keyOf = ({ choice, index }: { choice: number; index: number }) => `${choice}/${index}`
  const custom = new Set<string>()
  const texts = new Map<string, string>()
  for (const { events } of frames)
    for (const event of events)
      if (event.type === 'tool-call' && event.custom) custom.add(keyOf(event))
      else if (event.type === 'tool-arguments')
        texts.set(keyOf(event), (texts.get(keyOf(event)) ?? '') + event.text)
  const edits = new Map<string, Edit[]>()
  for (const [key, text] of texts) {
    const found = restorations(text)
    if (found.length > 0) edits.set(key, custom.has(key) ? found : found.map(escaped))
  }
  if (edits.size === 0) return frames
  const taken = new Map<string, number>()
  const restored = (event: Arguments): Arguments => {
    const key = keyOf(event)
    const before = taken.get(key) ?? 0
    taken.set(key, before + event.text.length)
    const text = editPiece(event.text, before, edits.get(key) ?? [])
    return text === event.text ? event : { ...event, text }
  }
  return frames.map(frame => {
    const events = frame.events.map(event => (event.type === 'tool-arguments' ? restored(event) : event))
    return events.some((event, i) => event !== frame.events[i]) ? withEvents(events) : frame
  })
}

const escaped = (edit: Edit): Edit => ({ ...edit, text: JSON.stringify(edit.text).slice(1, -1) })
