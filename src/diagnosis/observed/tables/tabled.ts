import type { FromFile } from '../../../telemetry/intake/kubernetes-snapshot/snapshot.ts'
import type { Table } from '../../../telemetry/intake/kubernetes-snapshot/table.ts'
import { pairsOf } from '../described-field.ts'
import { isClusterWide, type KindName, kindNamed } from '../kind-names.ts'
import type { ObservedObject } from '../observed.ts'
import { type Row, rowReaders } from './rows.ts'

const name = /^[a-z0-9]([a-z0-9.:-]{0,251}[a-z0-9])?$/

/** An object for each row of the tables of `kubectl get`; usage, as `kubectl top` prints it, is none. */
export const tabledObjects = (tables: readonly FromFile<Table>[]): ObservedObject[] =>
  tables.flatMap(table =>
    table.columns.some(column => /^(CPU|MEMORY)[(%]/.test(column))
      ? []
      : table.rows.flatMap(row => objectOf(table, row) ?? []),
  )

function objectOf(
  { kind: word = '', namespace, file }: FromFile<Table>,
  row: Row,
): ObservedObject | undefined {
  // Of several kinds at once, each name says its own.
  const [prefix, behind] = /^([a-z.]{1,100})\/(\S{1,253})$/.exec(row.NAME ?? '')?.slice(1) ?? []
  const kind = kindNamed(prefix ?? word)
  const plain = behind ?? row.NAME ?? ''
  if (!kind || kind.kind === 'Event' || !name.test(plain)) return undefined
  if (row.NAMESPACE !== undefined && !name.test(row.NAMESPACE)) return undefined
  return rowObject(
    kind,
    plain,
    isClusterWide(kind.kind) ? undefined : (row.NAMESPACE ?? namespace),
    row,
    file,
  )
}

/** The object that a row tells of; undefined when its cells are none of that kind. */
export function rowObject(
  kind: KindName,
  plainName: string,
  namespace: string | undefined,
  row: Row,
  file: string,
): ObservedObject | undefined {
  const read = rowReaders[kind.kind]
  const parts = read ? read(row) : {}
  if (!parts) return undefined
  const labels =
    row.LABELS === undefined || row.LABELS === '<none>' ? undefined : pairsOf(row.LABELS.split(','))
  return {
    object: {
      ...kind,
      metadata: { name: plainName, ...(namespace !== undefined && { namespace }), ...(labels && { labels }) },
      ...parts,
    },
    from: 'tabled',
    files: [file],
    ...(row.AGE !== undefined && { age: row.AGE }),
  }
}
