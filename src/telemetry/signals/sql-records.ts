import { idText } from './encoding.ts'
import { boundedLimit, checkWindow, type Group } from './questions.ts'
import { type Cell, spanKinds } from './schema.ts'
import type { Attributes, ChangeRecord, EventRecord, LogRecord, Resource, SpanRecord } from './signal.ts'
import type { SignalStore, TopQuery, Window } from './signal-store.ts'
import { micros, number, type Row, type SqlDatabase, text } from './sql-database.ts'
import { countedGroup } from './sql-logs.ts'
import { Statement } from './sql-spans.ts'

const resourceColumns = ['service', 'namespace', 'workload', 'version', 'instance'] as const
const shown = resourceColumns.map(name => `r.${name} as of_${name}`).join(', ')

/** Rows with what their numbers stand for; the few that are asked for are chosen before. */
const joined = {
  spans: (chosen: string) => `select s.*, n.name as name_text, p.name as peer_text, ${shown}
    from (${chosen}) s join resources r on r.id = s.resource join names n on n.id = s.name
      left join names p on p.id = s.peer`,
  logs: (chosen: string) => `select s.*, t.hash as template_hash, ${shown}
    from (${chosen}) s join resources r on r.id = s.resource join templates t on t.id = s.template`,
  events: (chosen: string) => `select s.*, ${shown} from (${chosen}) s join resources r on r.id = s.resource`,
  changes: (chosen: string) =>
    `select s.*, ${shown} from (${chosen}) s join resources r on r.id = s.resource`,
}

interface Found {
  resource?: Partial<Resource>
  window: Window
  limit: number
}

/** What was appended, as it was. */
export function sqlRecords(database: SqlDatabase) {
  /** The newest rows of a window, newest first. */
  const newest = (
    table: keyof typeof joined,
    { resource, window, limit }: Found,
    conditionOf: (statement: Statement) => string = () => 'true',
  ): Promise<Row[]> => {
    const { from, to } = checkWindow(window)
    const statement = new Statement()
    const condition = conditionOf(statement)
    const wanted = `s.ts >= ${micros(from)} and s.ts < ${micros(to)} and ${condition}
      and ${statement.resource('s.resource', resource)} order by s.ts desc limit ${boundedLimit(limit)}`
    return database.read(
      `${joined[table](database.chosen(table, wanted))} order by s.ts desc`,
      statement.values,
    )
  }
  return {
    async logs({ template, traceId, ...query }: Parameters<SignalStore['logs']>[0]): Promise<LogRecord[]> {
      const rows = await newest('logs', query, statement =>
        [
          template === undefined
            ? 'true'
            : `s.template in (select id from templates where hash = ${statement.value(template)})`,
          traceId === undefined ? 'true' : `s.trace = ${statement.value(idText(traceId))}`,
        ].join(' and '),
      )
      return rows.map(logOf)
    },
    async trace(traceId: string): Promise<SpanRecord[]> {
      const wanted = `s.trace = $1 order by s.ts limit ${boundedLimit(Infinity)}`
      const sql = `${joined.spans(database.chosen('spans', wanted))} order by s.ts, s.span`
      return (await database.read(sql, [idText(traceId)])).map(spanOf)
    },
    async spans({ error, ...query }: Parameters<SignalStore['spans']>[0]): Promise<SpanRecord[]> {
      const rows = await newest('spans', query, () => (error === undefined ? 'true' : `s.error = ${error}`))
      return rows.map(spanOf)
    },
    async events({ source, ...query }: Parameters<SignalStore['events']>[0]): Promise<EventRecord[]> {
      const rows = await newest('events', query, statement =>
        source === undefined ? 'true' : `s.source = ${statement.value(source)}`,
      )
      return rows.map(eventOf)
    },
    async changes(query: Parameters<SignalStore['changes']>[0]): Promise<ChangeRecord[]> {
      return (await newest('changes', query)).map(changeOf).reverse()
    },
    async costs({
      window,
      by,
    }: Parameters<SignalStore['costs']>[0]): Promise<{ key: string; usd: number }[]> {
      const { from, to } = checkWindow(window)
      const column = by === 'owner' || by === 'category' ? `s.${by}` : `r.${by}`
      const rows = await database.read(
        `select coalesce(${column}, '') as key, sum(s.usd) as usd
         from costs s join resources r on r.id = s.resource
         where s.ts >= ${micros(from)} and s.ts < ${micros(to)} group by 1 order by 2 desc, 1`,
      )
      return rows.map(({ key, usd }) => ({ key: text(key), usd: number(usd) }))
    },
    async eventGroups({ resource, window, measure }: Omit<TopQuery, 'limit'>): Promise<Group[]> {
      const { from, to } = checkWindow(window)
      const statement = new Statement()
      const rows = await database.read(
        `select source || '/' || reason as key, count(*) as n,
           sum(case when severity = 'error' then 1 else 0 end) as errors from events
         where ts >= ${micros(from)} and ts < ${micros(to)} and ${statement.resource('resource', resource)}
         group by 1`,
        statement.values,
      )
      return rows.map(row => countedGroup(row, measure))
    },
  }
}

const ms = (cell: Cell | undefined): number => number(cell) / 1000
/** Written by `encoding.ts`. */
const attributesOf = (cell: Cell | undefined): Attributes =>
  cell == null ? {} : (JSON.parse(String(cell)) as Attributes)
const given = <Name extends string>(name: Name, cell: Cell | undefined): { [_ in Name]?: string } =>
  cell == null ? {} : ({ [name]: String(cell) } as { [_ in Name]?: string })

function resourceOf(row: Row): Resource {
  const resource: Resource = { service: text(row.of_service) }
  for (const name of resourceColumns) {
    const value = row[`of_${name}`]
    if (value != null) resource[name] = String(value)
  }
  return resource
}

const spanOf = (row: Row): SpanRecord => ({
  kind: 'span',
  resource: resourceOf(row),
  at: ms(row.ts),
  traceId: text(row.trace),
  spanId: text(row.span),
  ...given('parentSpanId', row.parent),
  name: text(row.name_text),
  spanKind: spanKinds[number(row.kind)] || 'internal',
  durationMs: ms(row.duration),
  error: row.error === true,
  ...given('peer', row.peer_text),
  attributes: attributesOf(row.attributes),
  ...(row.events == null
    ? {}
    : { events: JSON.parse(text(row.events)) as NonNullable<SpanRecord['events']> }),
})

const logOf = (row: Row): LogRecord => ({
  kind: 'log',
  resource: resourceOf(row),
  at: ms(row.ts),
  severity: number(row.severity),
  body: text(row.body),
  template: text(row.template_hash),
  ...given('traceId', row.trace),
  ...given('spanId', row.span),
  attributes: attributesOf(row.attributes),
})

const eventOf = (row: Row): EventRecord => ({
  kind: 'event',
  resource: resourceOf(row),
  at: ms(row.ts),
  source: text(row.source),
  reason: text(row.reason),
  severity: text(row.severity) as EventRecord['severity'],
  message: text(row.message),
  key: text(row.key),
  count: number(row.count),
  ...(row.until == null ? {} : { until: ms(row.until) }),
  attributes: attributesOf(row.attributes),
})

const changeOf = (row: Row): ChangeRecord => ({
  kind: 'change',
  resource: resourceOf(row),
  at: ms(row.ts),
  change: text(row.change) as ChangeRecord['change'],
  id: text(row.id),
  ...given('before', row.before),
  ...given('author', row.author),
  message: text(row.message),
  ...given('reference', row.reference),
  ...(row.files == null ? {} : { files: JSON.parse(text(row.files)) as NonNullable<ChangeRecord['files']> }),
  attributes: attributesOf(row.attributes),
})
