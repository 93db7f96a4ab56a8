import { histogramQuantile, type ValueBucket } from './increase.ts'
import { hasAttributes, lineOf } from './memory-series.ts'
import { checkSeries, checkSteps, checkWindow } from './questions.ts'
import type { Attributes, Resource } from './signal.ts'
import type { Series, SeriesQuery, SignalStore } from './signal-store.ts'
import { micros, number, type Row, type SqlDatabase, text } from './sql-database.ts'
import { Statement } from './sql-spans.ts'

/** Most series that one question looks at. */
const maxMatched = 50_000

/** Lines of an answer, and which series belong to each. */
interface Lines {
  lines: Omit<Series, 'points'>[]
  /** Rows of SQL: series, line. */
  members: string
}

export const sqlMetrics = (database: SqlDatabase) => ({
  async series(query: SeriesQuery): Promise<Series[]> {
    const step = checkSteps(query) * 1000
    const { lines, members } = await linesOf(database, query)
    if (lines.length === 0) return []
    checkSeries(lines.length, query)
    const rows =
      typeof query.measure === 'number'
        ? await quantiles(database, query, step, members)
        : await database.read(measured(query, step, members, query.measure))
    const points = Map.groupBy(rows, ({ line }) => number(line))
    return lines.flatMap((line, i) => {
      const found = (points.get(i) ?? []).filter(({ value }) => value != null)
      if (found.length === 0) return []
      return [
        { ...line, points: found.map(({ ts, value }) => ({ at: number(ts) / 1000, value: number(value) })) },
      ]
    })
  },

  async metrics({
    resource,
    window,
  }: Parameters<SignalStore['metrics']>[0]): ReturnType<SignalStore['metrics']> {
    const { from, to } = checkWindow(window)
    const statement = new Statement()
    const rows = await database.read(
      `select name, unit, type, count(*) as series from series
       where ${statement.resource('resource', resource)}
         and id in (select series from points where ts >= ${micros(from)} and ts < ${micros(to)})
       group by 1, 2, 3 order by 1, 2, 3`,
      statement.values,
    )
    return rows.map(({ name, unit, type, series }) => ({
      name: text(name),
      unit: text(unit),
      type: text(type),
      series: number(series),
    }))
  },
})

async function linesOf(database: SqlDatabase, query: SeriesQuery): Promise<Lines> {
  const statement = new Statement()
  const rows = await database.read(
    `select s.id, s.attributes, r.service, r.namespace, r.workload, r.version, r.instance
     from series s join resources r on r.id = s.resource
     where s.name = ${statement.value(query.metric)} and ${statement.resource('s.resource', query.resource)} order by s.id`,
    statement.values,
  )
  const numbers = new Map<string, number>()
  const lines: Omit<Series, 'points'>[] = []
  const members: string[] = []
  for (const row of rows) {
    const attributes = JSON.parse(text(row.attributes)) as Attributes
    if (!hasAttributes(attributes, query.attributes)) continue
    const line = lineOf({ resource: resourceOf(row), attributes }, query.by)
    const key = JSON.stringify(line)
    const known = numbers.get(key) ?? lines.push(line) - 1
    numbers.set(key, known)
    members.push(`(${number(row.id)}, ${known})`)
  }
  if (members.length > maxMatched)
    throw new RangeError(
      `${query.metric} has ${members.length} series; narrow the resource or the attributes`,
    )
  return { lines, members: members.join(', ') }
}

const resourceOf = (row: Row): Resource => {
  const resource: Resource = { service: text(row.service) }
  for (const name of ['namespace', 'workload', 'version', 'instance'] as const)
    if (row[name] != null) resource[name] = String(row[name])
  return resource
}

const inWindow = ({ window }: SeriesQuery): string =>
  `p.ts >= ${micros(window.from)} and p.ts < ${micros(window.to)}`

/** One value for each line and step. What belongs to one series is put together first where that matters. */
function measured(
  query: SeriesQuery,
  step: number,
  members: string,
  measure: Exclude<SeriesQuery['measure'], number>,
): string {
  const points = `with member(series, line) as (values ${members}),
    found as (select m.line, p.series, p.ts - p.ts % ${step} as step, p.ts, p.value, coalesce(p.n, 1) as n,
        coalesce(p.low, p.value) as low, coalesce(p.high, p.value) as high, coalesce(p.total, p.value) as total,
        p.increase, p.covered, p.added, s.type
      from points p join member m on m.series = p.series join series s on s.id = p.series where ${inWindow(query)})`
  const whole = (value: string) =>
    `${points} select line, step as ts, ${value} as value from found group by 1, 2 order by 1, 2`
  const ofSeries = (value: string) =>
    `${points} select line, step as ts, sum(value) as value
     from (select line, step, series, ${value} as value from found group by 1, 2, 3) s group by 1, 2 order by 1, 2`
  const last = '(array_agg(value order by ts desc))[1]'
  switch (measure) {
    case 'mean':
      return whole(`case when max(type) = 'histogram' then sum(added) / nullif(sum(increase), 0)
        else sum(total) / sum(n) end`)
    case 'min':
      return whole('min(low)')
    case 'max':
      return whole('max(high)')
    case 'last':
      return whole(last)
    case 'sum':
      return ofSeries(`case max(type) when 'histogram' then coalesce(sum(added), 0)
        when 'delta' then coalesce(sum(increase), 0) else ${last} end`)
    case 'rate':
      return ofSeries('1000000 * sum(increase) / nullif(sum(covered), 0)')
  }
}

async function quantiles(
  database: SqlDatabase,
  query: SeriesQuery,
  step: number,
  members: string,
): Promise<Row[]> {
  const rows = await database.read(
    `with member(series, line) as (values ${members})
     select m.line, p.ts - p.ts % ${step} as ts, p.lower, p.upper, sum(p.n) as n
     from buckets p join member m on m.series = p.series where ${inWindow(query)}
     group by 1, 2, 3, 4 order by 1, 2`,
  )
  return [...Map.groupBy(rows, ({ line, ts }) => `${line} ${ts}`).values()].map(same => {
    const buckets = same.map(
      ({ lower, upper, n }): ValueBucket => ({ lower: number(lower), upper: number(upper), n: number(n) }),
    )
    const { line = 0, ts = 0 } = same[0] ?? {}
    return { line, ts, value: histogramQuantile(buckets, Number(query.measure)) }
  })
}
