import type { MetricTable } from '../../telemetry/bundle/metric-table.ts'
import { kindOf, type MetricKind, type Unit, unitOf } from './metric-kind.ts'
import { median } from './quantiles.ts'

/** One metric of one service. */
export interface Series {
  service: string
  name: string
  kind: MetricKind
  unit: Unit
  /** File within the bundle. */
  source: string
  /** Milliseconds since the epoch, ascending. */
  at: Float64Array
  /** NaN where there is no value. */
  values: Float64Array
}

/** Values looked at to tell the unit of a metric. */
const looked = 200

/** Every column that has values, by service and name. */
export function seriesOf(tables: readonly MetricTable[]): Series[] {
  const units = unitsOf(tables)
  return tables
    .flatMap(({ service, columns, at, values }) =>
      columns.flatMap((name, index) => {
        const column = values[index]
        const unit = units.get(name)
        if (service === '' || !column || !unit || !column.some(Number.isFinite)) return []
        const source = `metrics/${encodeURIComponent(service.toWellFormed())}.csv`
        return { service, name, kind: kindOf(name), unit, source, at, values: column }
      }),
    )
    .sort((a, b) => compare(a.service, b.service) || compare(a.name, b.name))
}

function unitsOf(tables: readonly MetricTable[]): Map<string, Unit> {
  const seen = new Map<string, { largest: number; medians: number[] }>()
  for (const { columns, values } of tables)
    for (const [index, name] of columns.entries()) {
      const column = values[index] ?? new Float64Array()
      const of = seen.get(name) ?? { largest: 0, medians: [] }
      for (const value of column) if (value > of.largest && Number.isFinite(value)) of.largest = value
      const usual = median(column.subarray(0, looked))
      if (Number.isFinite(usual)) of.medians.push(usual)
      seen.set(name, of)
    }
  return new Map(
    Array.from(seen, ([name, { largest, medians }]) => [
      name,
      unitOf(kindOf(name), name, largest, medians.length === 0 ? 0 : median(medians)),
    ]),
  )
}

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
