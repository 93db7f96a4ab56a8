import { median } from '../../changes/symptoms/metric-shifts.ts'
import type { ExternalRule } from '../external-rule.ts'
import { clock } from '../said.ts'

const stored = /disk|volume|filesystem|storage|inode|table_?size|wal|tablespace/i
const shared = /pct|percent|ratio|used|util|bytes|size/i
/** Of the growth of all rows, what the first third had already. */
const steadyShare = 0.6

/** A disk filled at the same pace from the beginning: nobody changed anything, data grew. */
export const dataGrowth: ExternalRule = {
  name: 'data-growth',
  fault: 'disk',
  look({ evidence, symptoms }) {
    if ((symptoms.kinds.get('disk') ?? 0) < 0.6) return undefined
    for (const table of evidence.tables)
      for (const [column, metric] of table.columns.entries()) {
        if (!stored.test(metric) || !shared.test(metric)) continue
        const values = table.values[column] ?? new Float64Array()
        const rows = [...values.keys()].filter(row => !Number.isNaN(values[row] ?? Number.NaN))
        if (rows.length < 20) continue
        const third = Math.floor(rows.length / 3)
        const level = (from: number) =>
          median(
            rows.slice(from, from + Math.max(3, Math.floor(rows.length / 20))).map(row => values[row] ?? 0),
          )
        const [begin, later, end] = [
          level(0),
          level(third),
          level(rows.length - Math.max(3, Math.floor(rows.length / 20))),
        ]
        const pace = (later - begin) / third
        const after = (end - later) / (rows.length - third)
        if (!(after > 0) || pace < steadyShare * after || end - begin < 0.1 * Math.abs(end)) continue
        const source = `metrics/${table.service}.csv`
        return {
          name: `data on the disk of ${table.service}`,
          strength: 0.72,
          statement: `The disk of ${table.service} filled at the same pace since ${clock(table.at[rows[0] ?? 0] ?? 0)}, before any symptom: ${metric} from ${Number(begin.toPrecision(3))} to ${Number(end.toPrecision(3))}. Data grew; no change of ours is to blame.`,
          evidence: [
            {
              source,
              detail: `${metric} ${Number(begin.toPrecision(3))} → ${Number(later.toPrecision(3))} → ${Number(end.toPrecision(3))}`,
            },
          ],
        }
      }
    return undefined
  },
}
