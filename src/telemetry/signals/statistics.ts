import { tableOfKind } from './retention.ts'
import type { StoreStats } from './signal-store.ts'
import { number, type SqlDatabase, text } from './sql-database.ts'

/** What is stored and what had to go. */
export async function sqlStats(database: SqlDatabase): Promise<StoreStats> {
  const gone = new Map(
    (
      await database.read(
        'select name, sum(expired) as expired, sum(evicted) as evicted from deleted group by 1',
      )
    ).map(({ name, expired, evicted }) => [
      text(name),
      { expired: number(expired), evicted: number(evicted) },
    ]),
  )
  const rows: StoreStats['rows'] = Object.fromEntries(
    await Promise.all(
      Object.entries(tableOfKind).map(async ([kind, table]) => [
        kind,
        { kept: await database.count(table), expired: 0, evicted: 0, ...gone.get(table) },
      ]),
    ),
  )
  const firsts = Object.values(tableOfKind).map(table => `select min(ts) as ts from ${table}`)
  const [first] = await database.read(`select min(ts) as ts from (${firsts.join(' union all ')}) t`)
  return {
    bytes: await database.bytes(),
    rows,
    ...(first?.ts == null ? {} : { oldest: number(first.ts) / 1000 }),
  }
}
