import { type Dataset, type DatasetRecord, parseDataset, requiredText, textAt } from '../../../lib/dataset.ts'
import { digestOf } from '../../../lib/digest.ts'
import type { FinishReason } from '../../canonical/answer.ts'
import type { Usage } from '../../canonical/usage.ts'

/** Recorded answers by system and user message. */
export interface Cassette {
  find(system: string, user: string): Recording | undefined
  /** Some inputs were recorded without their personal data and secrets: masked inputs may be found as well. */
  redacted: boolean
  /** The text of every answer, by `cassetteKey`. */
  answers: Map<string, string>
}

export interface Recording {
  text: string
  toolCalls?: { id: string; name: string; arguments: string }[]
  finish?: FinishReason
  usage?: Usage
}

/** One line of a cassette in JSON; of CSV the columns have the same names. */
export interface CassetteRow {
  system: string
  user: string
  answer: string
  toolCalls?: NonNullable<Recording['toolCalls']>
  finish?: FinishReason
  usage?: Usage
  /** Personal data or secrets were masked in this row. */
  redacted?: true
}

/** Outer white space does not count: files end in a line break, clients trim. */
export const cassetteKey = (system: string, user: string): string =>
  digestOf(`${system.trim()}\u0000${user.trim()}`)

/**
 * Reads a dataset with columns `system`, `user` and `answer`, and where they are there `toolCalls`, `finish`, `usage` and
 * `redacted`; of equal inputs the first counts.
 * @throws DatasetError naming the missing column.
 */
export function parseCassette(bytes: Uint8Array, format: 'csv' | 'jsonl'): Cassette {
  const dataset = parseDataset('recorded answers', bytes, format)
  const recordings = new Map<string, Recording>()
  let redacted = false
  for (const record of dataset.records) {
    const key = cassetteKey(requiredText(dataset, record, 'system'), requiredText(dataset, record, 'user'))
    if (!recordings.has(key)) recordings.set(key, recordingOf(dataset, record))
    redacted ||= textAt(record, 'redacted') === 'true'
  }
  return {
    find: (system, user) => recordings.get(cassetteKey(system, user)),
    redacted,
    answers: new Map(Array.from(recordings, ([key, { text }]) => [key, text])),
  }
}

function recordingOf(dataset: Dataset, record: DatasetRecord): Recording {
  const recording: Recording = { text: requiredText(dataset, record, 'answer') }
  const toolCalls = parsed(textAt(record, 'toolCalls'))
  if (Array.isArray(toolCalls))
    recording.toolCalls = toolCalls.map(call => ({
      id: String(call?.id ?? ''),
      name: String(call?.name ?? ''),
      arguments: String(call?.arguments ?? ''),
    }))
  const finish = textAt(record, 'finish')
  if (finish) recording.finish = finish as FinishReason
  const usage = parsed(textAt(record, 'usage'))
  if (isUsage(usage)) recording.usage = usage
  return recording
}

/** An empty cell says nothing, and so does one that is not JSON. */
function parsed(text: string | undefined): unknown {
  if (!text) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isUsage = (value: unknown): value is Usage =>
  typeof value === 'object' &&
  value !== null &&
  ['input', 'cacheRead', 'cacheWrite', 'inputAudio', 'output', 'reasoning', 'outputAudio'].every(name =>
    Number.isSafeInteger((value as Record<string, unknown>)[name]),
  )
