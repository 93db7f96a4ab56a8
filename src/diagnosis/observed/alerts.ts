import { parse } from 'yaml'
import type { CommandOutput } from '../../telemetry/intake/kubernetes-snapshot/command-output.ts'
import type { FromFile } from '../../telemetry/intake/kubernetes-snapshot/snapshot.ts'
import { kindNamed } from './kind-names.ts'
import type { ObservedEvent } from './observed.ts'

const most = { characters: 200_000, depth: 8, events: 500 } as const

/**
 * Events within alerts of other tools: an object in JSON or YAML that names its subject (`subject_type`,
 * `subject_name`, `subject_namespace`) and has tables with the columns reason, type and message.
 */
export const alertEvents = (outputs: readonly FromFile<CommandOutput>[]): ObservedEvent[] =>
  outputs.flatMap(({ verb, text, file }) => {
    if (verb !== undefined || text.length > most.characters || !/subject_name/.test(text)) return []
    const alert = parsed(text)
    const [kind, name, namespace] = ['subject_type', 'subject_name', 'subject_namespace'].map(key => {
      const value = alert?.[key]
      return typeof value === 'string' && value !== '' ? value : undefined
    })
    if (!alert || kind === undefined || name === undefined) return []
    const about = { kind: kindNamed(kind)?.kind ?? kind, name, ...(namespace !== undefined && { namespace }) }
    return rowsWithin(alert, 0)
      .slice(0, most.events)
      .map(row => ({ about, file, ...row }))
  })

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = text.trimStart().startsWith('{')
      ? JSON.parse(text)
      : parse(text, { maxAliasCount: 10 })
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : undefined
  } catch {
    // The text of any command may look like an alert.
    return undefined
  }
}

function rowsWithin(value: unknown, depth: number): Omit<ObservedEvent, 'about' | 'file'>[] {
  if (depth > most.depth) return []
  if (typeof value === 'string' && /^\s*[[{]/.test(value)) {
    try {
      return rowsWithin(JSON.parse(value), depth + 1)
    } catch {
      return []
    }
  }
  if (value === null || typeof value !== 'object') return []
  const { headers, rows } = value as { headers?: unknown; rows?: unknown }
  if (Array.isArray(headers) && Array.isArray(rows)) {
    const columns = headers.map(header => String(header).toLowerCase())
    return rows.flatMap((row: unknown) => (Array.isArray(row) ? (eventOf(columns, row) ?? []) : []))
  }
  return Object.values(value).flatMap(member => rowsWithin(member, depth + 1))
}

function eventOf(
  columns: readonly string[],
  row: readonly unknown[],
): Omit<ObservedEvent, 'about' | 'file'> | undefined {
  const cell = (name: string): unknown => row[columns.indexOf(name)]
  const [reason, type, message, time] = ['reason', 'type', 'message', 'time'].map(cell)
  if (typeof reason !== 'string' || typeof message !== 'string') return undefined
  if (type !== 'Warning' && type !== 'Normal') return undefined
  return { type, reason, message, ...(typeof time === 'number' && time > 1e12 && { at: time }) }
}
