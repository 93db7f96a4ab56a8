import { checkSteps, checkWindow, type Group, quantileOf } from './questions.ts'
import { spanKinds } from './schema.ts'
import type { Resource } from './signal.ts'
import type { RequestPoint, ServiceEdge, SignalStore, TopQuery, Window } from './signal-store.ts'
import { bucketMs, bucketSql } from './sketch.ts'
import { micros, minuteUs, number, type Row, type SqlDatabase, text } from './sql-database.ts'

/** Parts of a statement with their values. */
export class Statement {
  readonly values: (string | number)[] = []

  value(value: string | number): string {
    this.values.push(value)
    return `$${this.values.length}`
  }

  /** Condition on a column with numbers of resources; `true` when all are meant. */
  resource(column: string, filter: Partial<Resource> = {}): string {
    const parts = (['service', 'namespace', 'workload', 'version', 'instance'] as const).flatMap(name => {
      const wanted = filter[name]
      return wanted === undefined ? [] : [`${name} = ${this.value(wanted)}`]
    })
    if (parts.length === 0) return 'true'
    return `${column} in (select id from resources where ${parts.join(' and ')})`
  }
}

/** Which part of a window is answered from sums of whole minutes, in microseconds; the rest from details. */
export interface Span {
  from: number
  to: number
  sums: { from: number; to: number }
}

/**
 * Sums answer for whole minutes, details for what is left at both ends of a window. Where details are gone a window
 * begins and ends with a minute.
 * @param detailsFrom first microsecond of which details are kept
 */
export function partsOf({ from, to }: Window, exact: boolean, detailsFrom: number): Span {
  const [begin, end] = [micros(from), micros(to)]
  if (exact && begin >= detailsFrom) return { from: begin, to: end, sums: { from: end, to: end } }
  const down = (us: number) => us - (us % minuteUs)
  const first = begin >= detailsFrom ? down(begin + minuteUs - 1) : down(begin)
  const last = end >= detailsFrom ? down(end) : down(end + minuteUs - 1)
  if (first > last) return { from: begin, to: end, sums: { from: end, to: end } }
  return { from: Math.min(begin, first), to: end, sums: { from: first, to: last } }
}

export const inSums = (column: string, { sums }: Span): string =>
  `${column} >= ${sums.from} and ${column} < ${sums.to}`

export const inDetails = (column: string, { from, to, sums }: Span): string =>
  `((${column} >= ${from} and ${column} < ${Math.min(to, sums.from)}) or
    (${column} >= ${Math.max(from, sums.to)} and ${column} < ${to}))`

/** Counts by bucket of sums and details. */
function spanCounts(statement: Statement, parts: Span, filter: Partial<Resource>, condition: string): string {
  return `select ts, resource, name, error, bucket, n from span_minutes
      where ${inSums('ts', parts)} and ${condition} and ${statement.resource('resource', filter)}
    union all
    select ts, resource, name, error, ${bucketSql('duration')}, 1 from spans
      where ${inDetails('ts', parts)} and ${condition} and ${statement.resource('resource', filter)}`
}

const rank = (quantile: number, total: string) => `greatest(1, ceil(${quantile} * ${total} - 1e-9))`
const atQuantile = (quantile: number): string =>
  `min(bucket) filter (where reached >= ${rank(quantile, 'total')})`

export const sqlSpans = (
  database: SqlDatabase,
  rolled: () => Promise<void>,
  detailsFrom: () => Promise<number>,
) => ({
  async requests({
    resource,
    operation,
    ...query
  }: Parameters<SignalStore['requests']>[0]): Promise<RequestPoint[]> {
    const step = checkSteps(query) * 1000
    await rolled()
    const exact = step % minuteUs !== 0 || resource.instance !== undefined
    const parts = partsOf(query.window, exact, await detailsFrom())
    const statement = new Statement()
    const server = `kind = ${spanKinds.indexOf('server')}`
    const named =
      operation === undefined
        ? server
        : `${server} and name in (select id from names where name = ${statement.value(operation)})`
    const rows = await database.read(
      `with counts as (${spanCounts(statement, parts, resource, named)}),
         steps as (select ts - ts % ${step} as ts, bucket, sum(n) as n,
           sum(case when error then n else 0 end) as errors from counts group by 1, 2),
         ranks as (select ts, bucket, sum(n) over (partition by ts order by bucket) as reached,
           sum(n) over (partition by ts) as total, sum(errors) over (partition by ts) as errors from steps)
       select ts, max(total) as n, max(errors) as errors, ${atQuantile(0.5)} as p50, ${atQuantile(0.95)} as p95,
         ${atQuantile(0.99)} as p99 from ranks group by ts order by ts`,
      statement.values,
    )
    return rows.map(({ ts, n, errors, p50, p95, p99 }) => ({
      at: number(ts) / 1000,
      perSecond: (number(n) / step) * 1_000_000,
      errorRatio: number(errors) / number(n),
      p50Ms: bucketMs(number(p50)),
      p95Ms: bucketMs(number(p95)),
      p99Ms: bucketMs(number(p99)),
    }))
  },

  /** Operations and services by a measure of the spans with which they served, or of all where there are none. */
  async servedGroups(query: Omit<TopQuery, 'limit'>): Promise<Group[]> {
    await rolled()
    const detailed = await detailsFrom()
    const served = `kind in (${spanKinds.indexOf('server')}, ${spanKinds.indexOf('consumer')})`
    for (const condition of [served, 'true']) {
      const statement = new Statement()
      const { resource = {}, window, of } = query
      const parts = partsOf(checkWindow(window), resource.instance !== undefined, detailed)
      const key = of === 'services' ? 'r.service' : `r.service || ' ' || n.name`
      const groups = await groupsOf(
        database,
        statement,
        query.measure,
        `select ${key} as key, c.error, c.bucket, sum(c.n) as n, 0 as tokens, 0 as usd
         from (select resource, name, error, bucket, sum(n) as n
               from (${spanCounts(statement, parts, resource, condition)}) s group by 1, 2, 3, 4) c
           join resources r on r.id = c.resource join names n on n.id = c.name group by 1, 2, 3`,
      )
      if (groups.length > 0) return groups
    }
    return []
  },

  /** Calls to models, by model or route, or by service or operation for what they cost. */
  async calledGroups({ of, measure, resource = {}, window }: Omit<TopQuery, 'limit'>): Promise<Group[]> {
    await rolled()
    const parts = partsOf(checkWindow(window), resource.instance !== undefined, await detailsFrom())
    const statement = new Statement()
    const column = of === 'models' ? 'model' : 'route'
    return groupsOf(
      database,
      statement,
      measure,
      `select n.name as key, c.error, c.bucket, sum(c.n) as n, sum(c.tokens) as tokens, sum(c.usd) as usd from (
         select ${column} as name, error, bucket, n, tokens, usd from model_minutes
           where ${inSums('ts', parts)} and ${statement.resource('resource', resource)}
         union all
         select ${column}, error, ${bucketSql('duration')}, 1, tokens, usd from spans
           where ${inDetails('ts', parts)} and ${column} is not null and ${statement.resource('resource', resource)}) c
       join names n on n.id = c.name group by 1, 2, 3`,
    )
  },

  async serviceGraph(window: Window): Promise<ServiceEdge[]> {
    await rolled()
    const { from, to } = checkWindow(window)
    const rows = await database.read(
      `with counts as (select source, target, bucket, sum(n) as n, sum(case when error then n else 0 end) as errors
           from edge_minutes where ts >= ${micros(from) - (micros(from) % minuteUs)} and ts < ${micros(to)}
           group by 1, 2, 3),
         ranks as (select source, target, bucket, sum(n) over (partition by source, target order by bucket) as reached,
           sum(n) over (partition by source, target) as total,
           sum(errors) over (partition by source, target) as errors from counts)
       select source, target, max(total) as n, max(errors) as errors, ${atQuantile(0.5)} as p50,
         ${atQuantile(0.95)} as p95 from ranks group by 1, 2 having max(total) > 0 order by 3 desc, 1, 2`,
    )
    return rows.map(({ source, target, n, errors, p50, p95 }) => ({
      from: text(source),
      to: text(target),
      calls: number(n),
      errors: number(errors),
      p50Ms: bucketMs(number(p50)),
      p95Ms: bucketMs(number(p95)),
    }))
  },
})

/** @param counted a question with the columns key, error, bucket, n, tokens and usd */
async function groupsOf(
  database: SqlDatabase,
  { values }: Statement,
  measure: TopQuery['measure'],
  counted: string,
): Promise<Group[]> {
  const rows = await database.read(
    `with counted as (${counted}),
       buckets as (select key, bucket, sum(n) as n, sum(case when error then n else 0 end) as errors,
         sum(tokens) as tokens, sum(usd) as usd from counted group by 1, 2),
       ranks as (select key, bucket, n, errors, tokens, usd, sum(n) over (partition by key order by bucket) as reached,
         sum(n) over (partition by key) as total from buckets)
     select key, sum(n) as n, sum(errors) as errors, sum(tokens) as tokens, sum(usd) as usd,
       ${atQuantile(quantileOf(measure) ?? 0.5)} as bucket from ranks group by 1`,
    values,
  )
  return rows.map(row => ({ key: text(row.key), value: measured(row, measure), count: number(row.n) }))
}

function measured(row: Row, measure: TopQuery['measure']): number {
  if (quantileOf(measure) !== undefined) return bucketMs(number(row.bucket))
  if (measure === 'errorRatio') return number(row.errors) / number(row.n)
  return measure === 'count' ? number(row.n) : number(row[measure])
}
