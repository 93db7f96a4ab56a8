import type { Column, Kind, Resource } from '../api/kind.ts'
import { humanAge } from '../lib/age.ts'
import { printerPath } from './printer-path.ts'

type TableColumn = Column & Required<Pick<Column, 'read'>>

/** Renders objects as the rows kubectl prints (`meta.k8s.io/v1` Table). */
export interface TablePrinter {
  columnDefinitions: readonly object[]
  cells(object: Resource, now: number): unknown[]
}

const dataCount = (object: Resource): number =>
  Object.keys((object.data as object | undefined) ?? {}).length +
  Object.keys((object.binaryData as object | undefined) ?? {}).length

/** What printers/internalversion shows beyond paths. */
const counted: Record<string, TableColumn> = Object.fromEntries(
  ['Secret', 'ConfigMap'].map(kind => [
    kind,
    { name: 'Data', path: '.data', type: 'integer', description: 'Number of entries.', read: dataCount },
  ]),
)

const nameColumn: Column = {
  name: 'Name',
  path: '.metadata.name',
  description: 'Name must be unique within a namespace.',
}
const ageColumn: Column = {
  name: 'Age',
  path: '.metadata.creationTimestamp',
  type: 'date',
  description: 'Time since the object was created.',
}

export function tablePrinter(kind: Kind): TablePrinter {
  const extra = kind.group === '' ? counted[kind.kind] : undefined
  const aged = kind.columns.some(({ name, type }) => ['Age', 'Created At'].includes(name) || type === 'date')
  const columns: TableColumn[] = [
    ...[nameColumn, ...kind.columns].map(column => ({
      ...column,
      read: column.read ?? reader(column.path),
    })),
    ...(extra ? [extra] : []),
    ...(aged ? [] : [{ ...ageColumn, read: reader(ageColumn.path) }]),
  ]
  return {
    columnDefinitions: columns.map(({ name, type = 'string', description = '', priority = 0 }, i) => ({
      name,
      type,
      format: i === 0 ? 'name' : '',
      description,
      priority,
    })),
    cells: (object, now) => columns.map(({ read, type }) => cell(read(object, now), type, now)),
  }
}

const reader = (path: string) => {
  const values = printerPath(path)
  return (object: Resource) => values(object)[0]
}

function cell(value: unknown, type: Column['type'], now: number): unknown {
  if (value === undefined) return null
  if (type === 'date') {
    const time = Date.parse(String(value))
    return Number.isNaN(time) ? '<invalid>' : humanAge(now - time)
  }
  if (type === 'integer' || type === 'number' || type === 'boolean') return value
  return typeof value === 'string' ? value : JSON.stringify(value)
}
