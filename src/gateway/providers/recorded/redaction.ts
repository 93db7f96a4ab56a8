import type { Zone } from '../../guardrails/detector.ts'
import { pii } from '../../guardrails/detectors/pii.ts'
import { secrets } from '../../guardrails/detectors/secrets.ts'
import { editPiece } from '../../guardrails/edit.ts'
import { createMask, type Mask } from '../../guardrails/masking.ts'
import type { Recording } from './cassette.ts'

const detectors = [secrets, pii].map(detector => ({ detector, detect: detector.create({}) }))

/** An input without its personal data and secrets, and what belongs to it. Equal inputs have equal placeholders. */
export interface RedactedInput {
  system: string
  user: string
  /** Something was masked. */
  changed: boolean
  /** A text that answers this input, with the same placeholders. */
  redact(answer: string): string
  /** An answer that was recorded for this input, with the originals back. */
  restore(recording: Recording): Recording
}

export function redactInput(system: string, user: string): RedactedInput {
  const mask = createMask()
  mask.reserve(system)
  mask.reserve(user)
  const redacted = { system: redact(system, 'user', mask), user: redact(user, 'user', mask) }
  return {
    ...redacted,
    changed: redacted.system !== system || redacted.user !== user,
    redact: answer => redact(answer, 'output', mask),
    restore: recording => restore(recording, mask),
  }
}

function redact(text: string, zone: Zone, mask: Mask): string {
  const findings = detectors.flatMap(({ detector, detect }) =>
    detect(text, zone).filter(({ score }) => score >= detector.threshold(zone)),
  )
  return mask.mask(text, findings)
}

function restore(recording: Recording, mask: Mask): Recording {
  const text = editPiece(recording.text, 0, mask.restorations(recording.text))
  if (!recording.toolCalls) return { ...recording, text }
  const toolCalls = recording.toolCalls.map(call => {
    const [frame] = mask.restoreCalls([
      { events: [{ type: 'tool-arguments', choice: 0, index: 0, text: call.arguments }] },
    ])
    const [event] = frame?.events ?? []
    return event?.type === 'tool-arguments' ? { ...call, arguments: event.text } : call
  })
  return { ...recording, text, toolCalls }
}
