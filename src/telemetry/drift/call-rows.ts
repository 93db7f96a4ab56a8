import { type DatasetRecord, textAt } from '../../lib/dataset.ts'
import type { CallRecord } from '../telemetry.ts'
import type { Value } from './column.ts'
import type { DriftRow } from './drift.ts'

export type Side = 'inputs' | 'outputs'

/** Columns and levels of one JSON text. */
const mostFields = 100
const mostLevels = 3

/**
 * What of a call is compared: its length in tokens, how it ended, and what was recorded of its content, a JSON object
 * field by field.
 */
export function rowOfCall(call: CallRecord, of: Side): DriftRow {
  const { input, output, inputTokens, outputTokens, finish, error } = call
  if (of === 'inputs') return { tokens: inputTokens, ...rowOfText(input) }
  return error === undefined ? { tokens: outputTokens, finish, ...rowOfText(output) } : {}
}

/** The same columns of a row of a dataset: its text, and its other columns, which fields of a JSON text have the names of. */
export function rowOfRecord(record: DatasetRecord, column: string): DriftRow {
  const others = Object.keys(record.values).filter(name => name !== column)
  return {
    ...Object.fromEntries(others.slice(0, mostFields).map(name => [name, textAt(record, name)])),
    ...rowOfText(textAt(record, column)),
  }
}

function rowOfText(text: string | undefined): DriftRow {
  if (text === undefined) return {}
  const value = objectIn(text)
  if (!value) return isLabel(text) ? { label: text } : { text, characters: text.length }
  const row: Record<string, Value> = {}
  collect(value, '', 1, row)
  return row
}

/** A few words are one of a set, or a name; how long they are says nothing of its own. */
const isLabel = (text: string): boolean => text.length <= 100 && text.trim().split(/\s+/).length <= 3

function objectIn(text: string): object | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function collect(value: object, prefix: string, level: number, into: Record<string, Value>): void {
  for (const [name, member] of Object.entries(value)) {
    if (Object.keys(into).length >= mostFields) return
    const path = prefix + name
    if (typeof member === 'number' || typeof member === 'string') into[path] = member
    else if (typeof member === 'boolean') into[path] = String(member)
    else if (typeof member === 'object' && member !== null && !Array.isArray(member) && level < mostLevels)
      collect(member, `${path}.`, level + 1, into)
  }
}
