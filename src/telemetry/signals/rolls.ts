import { spanKinds } from './schema.ts'
import { bucketSql } from './sketch.ts'
import { minuteUs, number, type Run, type SqlDatabase } from './sql-database.ts'

/** Calls are joined with calls that came at most this long before: a parent is told of after its children. */
const joinMs = 120_000
/** And with no more spans than this, so that it takes a bounded time. */
const joinSpans = 1_000_000

const minute = (column: string) => `${column} - ${column} % ${minuteUs}`
const client = `in (${spanKinds.indexOf('client')}, ${spanKinds.indexOf('producer')})`

/**
 * Adds what is new to the sums. Each batch is added once: the sums and how far they got are written in one
 * transaction. Answers read sums alone, so that they are as quick over ten million spans as over ten thousand.
 * @param now milliseconds since the epoch
 */
export async function roll(database: SqlDatabase, now: number): Promise<void> {
  await database.exclusively(async run => {
    const to = await database.lastBatch(run)
    const [last] = await run('select coalesce(max(batch), 0) as batch from rolls')
    const from = number(last?.batch)
    if (to <= from) return
    const fresh = `between ${from + 1} and ${to}`
    const [found] = await run(`select count(*) as spans from spans where batch ${fresh}`)
    const spans = number(found?.spans)
    const after = await joinedFrom(run, now)
    if (spans > 0) {
      await run(spanMinutes(fresh))
      await run(modelMinutes(fresh))
      for (const statement of edgeMinutes(database, after, from, to)) await run(statement)
    }
    await run(logMinutes(fresh))
    await run(`insert into rolls values (${Math.floor(now)}, ${to}, ${spans})`)
    await run(`delete from rolls where batch < ${after}`)
  })
}

/** The batch after which spans are looked at for callers and called. */
async function joinedFrom(run: Run, now: number): Promise<number> {
  const [row] = await run(
    `select max(batch) as batch from (
       select batch, ts, sum(spans) over (order by batch desc) as newer from rolls) r
     where ts < ${Math.floor(now) - joinMs} or newer > ${joinSpans}`,
  )
  return number(row?.batch)
}

const spanMinutes = (fresh: string): string => `insert into span_minutes
  select ${minute('s.ts')}, coalesce(r.plain, r.id), s.name, s.kind, s.error, ${bucketSql('s.duration')}, count(*)
  from spans s join resources r on r.id = s.resource where s.batch ${fresh}
  group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6`

const modelMinutes = (fresh: string): string => `insert into model_minutes
  select ${minute('s.ts')}, coalesce(r.plain, r.id), s.model, s.route, s.error, ${bucketSql('s.duration')}, count(*),
    sum(s.tokens), sum(s.usd)
  from spans s join resources r on r.id = s.resource
  where s.batch ${fresh} and (s.model is not null or s.route is not null)
  group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6`

const logMinutes = (fresh: string): string => `insert into log_minutes
  select ${minute('l.ts')}, coalesce(r.plain, r.id), l.template, l.severity, count(*), min(l.ts), max(l.ts)
  from logs l join resources r on r.id = l.resource where l.batch ${fresh}
  group by 1, 2, 3, 4 order by 1, 2, 3, 4`

/**
 * A call is counted when the later of its two spans comes. A call to something that says nothing (a database) is
 * counted under the name the caller has for it; when the called one speaks up later after all, it is taken out again.
 */
function edgeMinutes(database: SqlDatabase, after: number, from: number, to: number): string[] {
  const fresh = (span: string) => `${span}.batch > ${from} and ${span}.batch <= ${to}`
  const old = (span: string) => `${span}.batch > ${after} and ${span}.batch <= ${from}`
  // Two joins with a small side each are half the work of one with everything near.
  const pairs = (parent: string, child: string) =>
    `select p.trace as trace, p.span as span, p.batch as batch, p.ts as parent_ts, p.duration as parent_duration,
       p.kind as kind, p.peer as peer, p.error as parent_error, c.ts as child_ts, c.duration as child_duration,
       c.error or (p.error and p.kind = ${spanKinds.indexOf('client')}) as error, rp.service as source, rc.service as target
     from spans p join spans c on c.trace = p.trace and c.parent = p.span
       join resources rp on rp.id = p.resource join resources rc on rc.id = c.resource
     where ${parent} and ${child} and c.parent is not null and c.kind not ${client} and rp.service <> rc.service`
  return [
    database.temporary(
      'pairs',
      [pairs(fresh('p'), fresh('c')), pairs(old('p'), fresh('c')), pairs(fresh('p'), old('c'))].join(
        ' union all ',
      ),
    ),
    `insert into edge_minutes
     select ts - ts % ${minuteUs}, source, target, error, ${bucketSql('duration')}, count(*) from (
       select case when kind = ${spanKinds.indexOf('client')} then parent_ts else child_ts end as ts,
         case when kind = ${spanKinds.indexOf('client')} then parent_duration else child_duration end as duration,
         source, target, error
       from pairs) e
     group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`,
    `insert into edge_minutes
     select ${minute('s.ts')}, r.service, n.name, s.error, ${bucketSql('s.duration')}, count(*)
     from spans s join resources r on r.id = s.resource join names n on n.id = s.peer
     where ${fresh('s')} and s.kind ${client} and r.service <> n.name
       and not exists (select 1 from pairs p where p.trace = s.trace and p.span = s.span)
     group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`,
    `insert into edge_minutes
     select ${minute('p.parent_ts')}, p.source, n.name, p.parent_error, ${bucketSql('p.parent_duration')}, -count(*)
     from (select distinct trace, span, parent_ts, source, peer, parent_error, parent_duration
           from pairs where kind ${client} and batch <= ${from} and peer is not null) p
       join names n on n.id = p.peer
     where p.source <> n.name and not exists (
       select 1 from spans c join resources r on r.id = c.resource
       where c.trace = p.trace and c.parent = p.span and ${old('c')} and c.kind not ${client}
         and r.service <> p.source)
     group by 1, 2, 3, 4, 5`,
    'drop table pairs',
  ]
}
