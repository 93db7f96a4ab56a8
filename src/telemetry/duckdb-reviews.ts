import type { DuckDBValue } from '@duckdb/node-api'
import { callColumns, feedbackColumns, rowAsJson, storedCallColumns } from './duckdb-schema.ts'
import type { CallRecord, Feedback, JudgeUse, ReviewedCall, Telemetry } from './telemetry.ts'

const { input: _, context: __, output: ___, ...factColumns } = callColumns

/** What scorers and people said of calls, and what no scorer looked at yet. */
export const duckDbReviews = (
  rows: <T>(sql: string, values: DuckDBValue[]) => Promise<T[]>,
): Pick<Telemetry, 'unscored' | 'reviewed' | 'judgeUse'> => ({
  unscored: async ({ namespace, route, after, since, limit }) => {
    const found = await rows<CallRecord & { arrival: number }>(
      // Which calls first, by narrow columns: else the content of all that wait is read to answer with a few.
      `select ${rowAsJson(storedCallColumns, 'c')} from calls c where c.arrival in (
         select w.arrival from calls w
         where w.namespace = $1 and w.route = $2 and w.arrival > $3 and w."at" >= $4 and w.arm <> 'evaluation'
           and w.id not in (select f.call from feedback f where f.source = 'scorer' and f."at" >= $4)
         order by w.arrival limit ${Math.floor(limit)})
       order by c.arrival`,
      [namespace, route, BigInt(after), BigInt(Math.floor(since))],
    )
    return { calls: found.map(({ arrival: _, ...call }) => call), next: found.at(-1)?.arrival ?? after }
  },
  reviewed: async ({ namespace, route, source, window, limit }) => {
    const where = `c.namespace = $1 and c.route = $2 and c.arm in ('stable', 'candidate')${
      window ? ` and c."at" >= ${Math.ceil(window.from)} and c."at" < ${Math.ceil(window.to)}` : ''
    }${
      source ? ' and c.id in (select f.call from feedback f where f.source = $3)' : ''
    } order by c."at" desc, c.id desc limit ${Math.floor(limit)}`
    const values = [namespace, route, ...(source ? [source] : [])]
    const calls = await rows<Omit<ReviewedCall, 'feedback'>>(
      `select ${rowAsJson(factColumns, 'c', "'recorded': c.output is not null")} from calls c where ${where}`,
      values,
    )
    const said = Map.groupBy(
      await rows<Feedback>(
        `select ${rowAsJson(feedbackColumns, 'f')} from feedback f
         where f.call in (select c.id from calls c where ${where}) order by f.rowid`,
        values,
      ),
      ({ call }) => call,
    )
    return calls.map(call => ({ ...call, feedback: said.get(call.id) ?? [] }))
  },
  judgeUse: async ({ namespace, route, scorer, since }) => {
    const [use] = await rows<JudgeUse>(
      `select to_json({'verdicts': count(*), 'usd': coalesce(sum(f."costUsd"), 0),
         'unknown': count(*) filter (f."costUsd" is null)})::varchar as row
       from feedback f join calls c on c.id = f.call
       where c.namespace = $1 and c.route = $2 and f.source = 'scorer' and starts_with(f."by", $3) and f."at" >= $4`,
      [namespace, route, `${scorer}@`, BigInt(Math.floor(since))],
    )
    return use ?? { verdicts: 0, usd: 0, unknown: 0 }
  },
})
