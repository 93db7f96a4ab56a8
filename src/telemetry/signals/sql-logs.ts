import { boundedLimit, checkWindow, type Group } from './questions.ts'
import type { Resource } from './signal.ts'
import type { SignalStore, TemplateCount, TopQuery } from './signal-store.ts'
import { number, type SqlDatabase, text } from './sql-database.ts'
import { inDetails, inSums, partsOf, type Span, Statement } from './sql-spans.ts'

function logCounts(statement: Statement, parts: Span, resource: Partial<Resource>): string {
  return `select resource, template, severity, n from log_minutes
      where ${inSums('ts', parts)} and ${statement.resource('resource', resource)}
    union all
    select resource, template, severity, 1 from logs
      where ${inDetails('ts', parts)} and ${statement.resource('resource', resource)}`
}

export const sqlLogs = (
  database: SqlDatabase,
  rolled: () => Promise<void>,
  detailsFrom: () => Promise<number>,
) => ({
  async templates({
    resource = {},
    window,
    limit,
  }: Parameters<SignalStore['templates']>[0]): Promise<TemplateCount[]> {
    await rolled()
    const statement = new Statement()
    const parts = partsOf(checkWindow(window), resource.instance !== undefined, await detailsFrom())
    const rows = await database.read(
      `with counts as (select t.hash as hash, r.service as service, c.severity, sum(c.n) as n
           from (${logCounts(statement, parts, resource)}) c
             join templates t on t.id = c.template join resources r on r.id = c.resource group by 1, 2, 3),
         largest as (select hash, service, sum(n) as n from counts group by 1, 2
           order by 3 desc, 1, 2 limit ${boundedLimit(limit)}),
         seen as (select t.hash as hash, r.service as service, min(m.first) as first, max(m.last) as last
           from log_minutes m join templates t on t.id = m.template join resources r on r.id = m.resource
           where t.hash in (select hash from largest) group by 1, 2),
         texts as (select hash, min(template) as template, min(example) as example from templates
           where hash in (select hash from largest) group by 1)
       select l.hash, l.service, l.n as total, c.severity, c.n, s.first, s.last, x.template, x.example
       from largest l join counts c on c.hash = l.hash and c.service = l.service
         join seen s on s.hash = l.hash and s.service = l.service join texts x on x.hash = l.hash
       order by total desc, l.hash, l.service, c.severity`,
      statement.values,
    )
    return [...Map.groupBy(rows, ({ hash, service }) => `${hash}\n${service}`).values()].map(levels => {
      const [one = {}] = levels
      return {
        id: text(one.hash),
        template: text(one.template),
        service: text(one.service),
        count: number(one.total),
        levels: Object.fromEntries(levels.map(({ severity, n }) => [number(severity), number(n)])),
        firstSeen: number(one.first) / 1000,
        lastSeen: number(one.last) / 1000,
        example: text(one.example),
      }
    })
  },

  async templateGroups({ resource = {}, window, measure }: Omit<TopQuery, 'limit'>): Promise<Group[]> {
    await rolled()
    const statement = new Statement()
    const parts = partsOf(checkWindow(window), resource.instance !== undefined, await detailsFrom())
    const rows = await database.read(
      `select t.hash as key, sum(c.n) as n, sum(case when c.severity >= 17 then c.n else 0 end) as errors
       from (${logCounts(statement, parts, resource)}) c join templates t on t.id = c.template group by 1`,
      statement.values,
    )
    return rows.map(row => countedGroup(row, measure))
  },
})

/** Of a row with the columns key, n and errors. */
export function countedGroup(
  { key, n, errors }: Readonly<Record<string, string | number | boolean | null>>,
  measure: TopQuery['measure'],
): Group {
  const [count, failed] = [number(n), number(errors)]
  const value = measure === 'count' ? count : measure === 'errors' ? failed : failed / count
  return { key: text(key), value, count }
}
