import { checkWindow } from './questions.ts'
import { spanKinds } from './schema.ts'
import type { SignalKind } from './signal.ts'
import type { Window } from './signal-store.ts'
import { micros } from './sql-database.ts'

const resource = 'r.service, r.namespace, r.workload, r.version, r.instance'
const at = 's.ts / 1000.0 as "at"'
const record = `join resources r on r.id = s.resource`
const kind = `case s.kind ${spanKinds.flatMap((name, i) => (name ? [`when ${i} then '${name}'`] : [])).join(' ')} end`

/** A question per kind, in the words of the signal model. Times are milliseconds since the epoch. */
const queries: Readonly<Record<SignalKind, string>> = {
  span: `select ${at}, ${resource}, s.trace as "traceId", s.span as "spanId", s.parent as "parentSpanId", n.name,
      ${kind} as "spanKind", s.duration / 1000.0 as "durationMs", s.error, p.name as peer, s.attributes, s.events
    from spans s ${record} join names n on n.id = s.name left join names p on p.id = s.peer`,
  log: `select ${at}, ${resource}, s.severity, s.body, t.hash as template, t.template as "templateText",
      s.trace as "traceId", s.span as "spanId", s.attributes
    from logs s ${record} join templates t on t.id = s.template`,
  metric: `select ${at}, ${resource}, m.name, m.unit, m.type, m.attributes, s.value, s.n, s.low, s.high, s.total,
      s.increase, s.covered / 1000.0 as "coveredMs", s.added, s.distribution
    from points s join series m on m.id = s.series join resources r on r.id = m.resource`,
  event: `select ${at}, ${resource}, s.source, s.reason, s.severity, s.message, s."key", s."count",
      s."until" / 1000.0 as "until", s.attributes from events s ${record}`,
  change: `select ${at}, ${resource}, s.change, s.id, s."before", s.author, s.message, s.reference, s.files,
      s.attributes from changes s ${record}`,
  cost: `select ${at}, ${resource}, s."until" / 1000.0 as "until", s.usd, s.category, s.owner, s.attributes
    from costs s ${record}`,
}

/** What to write into which file. */
export function exportsOf(window: Window): { file: string; query: string }[] {
  const { from, to } = checkWindow(window)
  return Object.entries(queries).map(([name, query]) => ({
    file: `${name}s.parquet`,
    query: `${query} where s.ts >= ${micros(from)} and s.ts < ${micros(to)} order by s.ts`,
  }))
}
