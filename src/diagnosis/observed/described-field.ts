import type { DescribedField } from '../../telemetry/intake/kubernetes-snapshot/description.ts'

export type Fields = readonly DescribedField[]

/** What kubectl prints where there is nothing, and what was masked before: it is not known. */
const nothing = new Set(['***', '', '<none>', '<unset>', '<nil>', '<unknown>', 'nil', 'n/a'])

/** Text of a field, undefined where kubectl prints that there is nothing. */
export function valueIn(fields: Fields, name: string): string | undefined {
  const value = fieldIn(fields, name)?.value
  return value === undefined || nothing.has(value) ? undefined : value
}

export const fieldIn = (fields: Fields, name: string): DescribedField | undefined =>
  fields.find(field => field.name === name)

export const within = (fields: Fields, name: string): Fields => fieldIn(fields, name)?.fields ?? []

export function numberIn(fields: Fields, name: string): number | undefined {
  return wholeNumber(valueIn(fields, name))
}

/** The whole number that a text begins with. */
export function wholeNumber(text: string | undefined): number | undefined {
  const digits = /^\d{1,15}(?!\d)/.exec(text?.trim() ?? '')?.[0]
  return digits === undefined ? undefined : Number(digits)
}

export function flagIn(fields: Fields, name: string): boolean | undefined {
  const value = valueIn(fields, name)?.toLowerCase()
  return value === 'true' ? true : value === 'false' ? false : undefined
}

/** Lines of a field that are no fields in truth, such as a table or a script. */
export function linesIn(field: DescribedField | undefined, depth = 0): string[] {
  if (!field || depth > 12) return []
  return [
    ...(nothing.has(field.value) ? [] : field.value.split('\n')),
    ...field.fields.flatMap(each => {
      const [first = '', ...more] = linesIn(each, depth + 1)
      return [`${each.name}: ${first}`, ...more]
    }),
  ]
}

/** `a=b` pairs, one a line or apart by commas; undefined when the field is not there. */
export function pairsIn(fields: Fields, name: string): Record<string, string> | undefined {
  const field = fieldIn(fields, name)
  return field && pairsOf(linesIn(field).flatMap(line => line.split(',')))
}

export function pairsOf(parts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    parts.flatMap((part): [string, string][] => {
      const [key = '', value = ''] = part.trim().split(/=(.*)/s)
      return key === '' || nothing.has(key) || key === '__proto__' ? [] : [[key, value]]
    }),
  )
}

/** `key: value` lines, such as annotations and quantities. */
export const membersOf = (fields: Fields): Record<string, string> =>
  Object.fromEntries(
    fields.filter(({ name }) => name !== '__proto__').map(({ name, value }) => [name, value]),
  )

/** The rows of a table, by the names in its first line; columns are apart by two spaces or more. */
export function rowsIn(field: DescribedField | undefined): Record<string, string>[] {
  const [head = '', ...lines] = linesIn(field)
  const columns = head.trim().split(/ {2,}/)
  return lines
    .filter(line => !/^[\s-]*$/.test(line))
    .map(line => {
      const cells = line.trim().split(/ {2,}/)
      const rest = cells.slice(columns.length - 1).join('  ')
      return Object.fromEntries(
        columns.map((column, at) => [column, (at === columns.length - 1 ? rest : cells[at]) ?? '']),
      )
    })
}

/** A time such as `Wed, 28 May 2025 14:26:35 +0200` in ISO form; undefined when it is none, or the zero of Go. */
export function timeOf(text: string | undefined): string | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) || at <= 0 ? undefined : new Date(at).toISOString()
}

/** The object without members that are undefined; undefined when nothing is left. */
export function told(members: Record<string, unknown>): Record<string, unknown> | undefined {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
