import type { DuckDBValue } from '@duckdb/node-api'
import { callColumns, rowAsJson } from '../duckdb-schema.ts'
import type { CallRecord } from '../telemetry.ts'
import { type CallHistory, clientErrors, type GoodCall } from './call-history.ts'
import type { EventBucket } from './event-counts.ts'

type Rows = <T>(sql: string, values: DuckDBValue[]) => Promise<T[]>

const list = (words: readonly string[]): string => words.map(word => `'${word}'`).join(', ')
const shown = `c.arm in ('stable', 'candidate')`
/** Milliseconds as SQL; they come from a checked duration. */
const sqlNumber = (value: number): string => String(Number(value))

/** Whether a call is good, and null when it is no event; a score is in `s.score`. */
function goodSql(good: GoodCall): string {
  switch (good.kind) {
    case 'answered':
      return `c.error is null${good.withinMs === undefined ? '' : ` and c."latencyMs" <= ${sqlNumber(good.withinMs)}`}`
    case 'first-token':
      return `case when c.streamed then c.error is null and coalesce(c."firstByteMs" <= ${sqlNumber(good.withinMs)}, false) end`
    case 'score':
      return `coalesce(s.score, (c.scores->>$5)::double) >= ${sqlNumber(good.atLeast)}`
  }
}

/** People and clients count before scorers; of equals the last word does. */
const scores = `left join (
  select f.call, last((f.scores->>$5)::double order by f.source is distinct from 'scorer', f.rowid) as score
  from feedback f where f."at" >= $3 and (f.scores->>$5) is not null group by f.call) s on s.call = c.id`

/** Call history counted in the database; `rows` runs SQL whose only column is a row as JSON. */
export const duckDbCallHistory = (rows: Rows): CallHistory => ({
  counts: ({ namespace, route, window, stepMs, good }) => {
    const step = sqlNumber(Math.floor(stepMs))
    return rows<EventBucket>(
      `select to_json({'at': g.bucket, 'valid': count(*), 'bad': count(*) filter (not g.good)})::varchar as row
       from (select c."at" // ${step} * ${step} as bucket, ${goodSql(good)} as good
         from calls c ${good.kind === 'score' ? scores : ''}
         where c.namespace = $1 and c.route = $2 and c."at" >= $3 and c."at" < $4 and ${shown}
           and coalesce(c.error, '') not in (${list(clientErrors)})) g
       where g.good is not null group by g.bucket order by g.bucket`,
      [
        ...[namespace, route, BigInt(Math.ceil(window.from)), BigInt(Math.ceil(window.to))],
        ...(good.kind === 'score' ? [`$."${good.name}"`] : []),
      ],
    )
  },
  sample: ({ namespace, routes, window, limit }) =>
    rows<CallRecord>(
      // Which calls first, by narrow columns; the end of a UUIDv7 is random.
      `select ${rowAsJson(callColumns, 'c')} from calls c where c."at" >= $3 and c."at" < $4 and c.id in (
         select w.id from calls w
         where w.namespace = $1 and w.route in (select unnest(from_json($2::json, '["VARCHAR"]')))
           and w."at" >= $3 and w."at" < $4 and w.arm in ('stable', 'candidate')
         order by right(w.id, 12), w.id limit ${sqlNumber(Math.floor(limit))})`,
      [
        ...[namespace, JSON.stringify(routes)],
        ...[BigInt(Math.ceil(window.from)), BigInt(Math.ceil(window.to))],
      ],
    ),
})
