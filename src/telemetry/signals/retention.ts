import { type Cell, type details, quoted, sums } from './schema.ts'
import { number, type Run, type SqlDatabase } from './sql-database.ts'

const hour = 3_600_000
const day = 24 * hour

export interface SignalSettings {
  /** How long each is kept, in milliseconds. */
  keepMs: {
    spans: number
    logs: number
    events: number
    changes: number
    costs: number
    /** Points of metrics as they came, then one a minute, then one an hour. */
    points: number
    minutePoints: number
    hourPoints: number
    /** Sums of spans, calls and logs by the minute, then by the hour. */
    minuteSums: number
    hourSums: number
  }
  /** Disk that may be in use; the oldest details go first. */
  quotaBytes: number
  /** After this time `maintain` leaves the rest to the next one. */
  maintainMs: number
}

export const defaultSettings: SignalSettings = {
  keepMs: {
    spans: 24 * hour,
    logs: 72 * hour,
    events: 400 * day,
    changes: 400 * day,
    costs: 400 * day,
    points: 48 * hour,
    minutePoints: 14 * day,
    hourPoints: 400 * day,
    minuteSums: 14 * day,
    hourSums: 400 * day,
  },
  quotaBytes: 20 * 2 ** 30,
  maintainMs: 2000,
}

const minuteUs = 60_000_000
const hourUs = 60 * minuteUs
/** How long after its end a minute is put together: what comes later stays beside it, and adds up all the same. */
const settledUs = 5 * minuteUs

/** One piece of work; resolves with whether there is more of it. */
type Piece = (run: Run) => Promise<boolean>

/**
 * Deletes and downsamples what is due, piece by piece, each in a transaction of its own, until nothing is left or the
 * time is over.
 * @param now milliseconds since the epoch
 * @param timeIsUp asked between pieces
 */
export async function maintainSignals(
  database: SqlDatabase,
  { keepMs, quotaBytes }: SignalSettings,
  now: number,
  timeIsUp: () => boolean,
): Promise<void> {
  const before = (ms: number) => Math.floor((now - ms) * 1000)
  const works: Piece[] = [
    ...(['spans', 'logs', 'events', 'changes', 'costs'] as const).map(
      (table): Piece =>
        run =>
          expire(run, table, before(keepMs[table]), hourUs),
    ),
    run => expire(run, 'points', before(keepMs.hourPoints), 24 * hourUs),
    run => expire(run, 'buckets', before(keepMs.hourPoints), 24 * hourUs),
    run => downsamplePoints(database, run, minuteUs, before(keepMs.points)),
    run => downsamplePoints(database, run, hourUs, before(keepMs.minutePoints)),
    ...Object.keys(sums).flatMap((table): Piece[] => [
      run => expire(run, table, before(keepMs.hourSums), 24 * hourUs),
      run => mergeSums(database, run, table, minuteUs, Math.floor(now * 1000) - settledUs),
      run => mergeSums(database, run, table, hourUs, before(keepMs.minuteSums)),
    ]),
  ]
  for (const work of works)
    for (let more = true; more && !timeIsUp(); ) more = await database.exclusively(work)
  await database.compact()
  // Disk is given free a row group at a time, so what is deleted is reckoned by rows: else too much would go.
  let used = await database.bytes()
  const full = used > quotaBytes
  while (used > quotaBytes && !timeIsUp()) {
    const share = 1 - (0.9 * quotaBytes) / used
    const gone = await database.exclusively(run => evictOldest(run, share))
    if (gone === 0) break
    used *= 1 - gone
  }
  if (full) await database.compact()
}

async function edges(
  run: Run,
  table: string,
): Promise<{ first: number; last: number; rows: number } | undefined> {
  const [row] = await run(`select min(ts) as first, max(ts) as last, count(*) as n from ${table}`)
  if (row?.first == null) return undefined
  return { first: number(row.first), last: number(row.last), rows: number(row.n) }
}

/** Deletes what is older, at most `sliceUs` at once. */
async function expire(run: Run, table: string, before: number, sliceUs: number): Promise<boolean> {
  const found = await edges(run, table)
  if (!found || found.first >= before) return false
  const to = Math.min(before, found.first + sliceUs)
  await remove(run, table, to, 'expired')
  return to < before
}

async function remove(run: Run, table: string, to: number, reason: 'expired' | 'evicted'): Promise<number> {
  const n = number((await run(`select count(*) as n from ${table} where ts < ${to}`))[0]?.n)
  await run(`delete from ${table} where ts < ${to}`)
  const [row] = await run(
    'select sum(expired) as expired, sum(evicted) as evicted from deleted where name = $1',
    [table],
  )
  const gone = { expired: number(row?.expired), evicted: number(row?.evicted) }
  gone[reason] += n
  await run('delete from deleted where name = $1', [table])
  await run(`insert into deleted values ($1, ${gone.expired}, ${gone.evicted})`, [table])
  await setMark(run, `${table}_from`, to)
  return n
}

export async function mark(run: Run, name: string): Promise<number> {
  const [row] = await run('select max(value) as value from marks where name = $1', [name])
  return number(row?.value)
}

async function setMark(run: Run, name: string, value: number): Promise<void> {
  const values: Cell[] = [name]
  await run('delete from marks where name = $1', values)
  await run(`insert into marks values ($1, ${value})`, values)
}

/** The next piece of time in which a table has rows, from where this work got to. */
async function nextSlice(
  run: Run,
  table: string,
  work: string,
  grain: number,
  sliceUs: number,
  before: number,
): Promise<{ from: number; to: number } | undefined> {
  const last = before - (before % grain)
  const [row] = await run(
    `select min(ts) as first from ${table} where ts >= ${await mark(run, work)} and ts < ${last}`,
  )
  if (row?.first == null) return undefined
  const first = number(row.first)
  const from = first - (first % grain)
  return { from, to: Math.min(last, from + sliceUs) }
}

/** Replaces rows of a piece of time by what a question makes of them. */
async function rewrite(
  database: SqlDatabase,
  run: Run,
  table: string,
  { from, to }: { from: number; to: number },
  query: string,
): Promise<void> {
  await run(database.temporary('rewritten', query))
  await run(`delete from ${table} where ts >= ${from} and ts < ${to}`)
  await run(`insert into ${table} select * from rewritten`)
  await run('drop table rewritten')
}

async function mergeSums(
  database: SqlDatabase,
  run: Run,
  table: string,
  grain: number,
  before: number,
): Promise<boolean> {
  const work = `${table}_${grain}`
  const slice = await nextSlice(run, table, work, grain, grain === hourUs ? 24 * hourUs : hourUs, before)
  if (!slice) return false
  const columns = Object.keys(sums[table as keyof typeof sums])
  const added = new Set(['n', 'tokens', 'usd'])
  const parts = columns.map(name =>
    name === 'ts'
      ? `ts - ts % ${grain} as ts`
      : added.has(name)
        ? `sum(${name}) as ${name}`
        : name === 'first' || name === 'last'
          ? `${name === 'first' ? 'min' : 'max'}(${quoted(name)}) as ${quoted(name)}`
          : name,
  )
  const keys = columns.flatMap((name, i) =>
    added.has(name) || name === 'first' || name === 'last' ? [] : [String(i + 1)],
  )
  await rewrite(
    database,
    run,
    table,
    slice,
    `select ${parts.join(', ')} from ${table} where ts >= ${slice.from} and ts < ${slice.to}
     group by ${keys.join(', ')} having sum(n) <> 0 order by ${keys.join(', ')}`,
  )
  await setMark(run, work, slice.to)
  return true
}

async function downsamplePoints(
  database: SqlDatabase,
  run: Run,
  grain: number,
  before: number,
): Promise<boolean> {
  const work = `points_${grain}`
  const slice = await nextSlice(run, 'points', work, grain, grain === hourUs ? 24 * hourUs : hourUs, before)
  if (!slice) return false
  const inside = `ts >= ${slice.from} and ts < ${slice.to}`
  await rewrite(
    database,
    run,
    'points',
    slice,
    `select max(batch) as batch, ts - ts % ${grain} as ts, series, (array_agg(value order by ts desc))[1] as value,
       sum(coalesce(n, 1)) as n, min(coalesce(low, value)) as low, max(coalesce(high, value)) as high,
       sum(coalesce(total, value)) as total, sum(increase) as increase, sum(covered) as covered, sum(added) as added,
       cast(null as varchar) as distribution
     from points where ${inside} group by 2, 3 order by 3, 2`,
  )
  await rewrite(
    database,
    run,
    'buckets',
    slice,
    `select max(batch) as batch, ts - ts % ${grain} as ts, series, lower, upper, sum(n) as n
     from buckets where ${inside} group by 2, 3, 4, 5 order by 3, 2, 5`,
  )
  await setMark(run, work, slice.to)
  return true
}

/**
 * Deletes a share of the time of what is oldest: details first, then sums, at last what people wrote.
 * @returns the share of all rows of its rank that is gone; 0 when nothing is left
 */
async function evictOldest(run: Run, share: number): Promise<number> {
  const ranks = [['spans', 'logs', 'points'], Object.keys(sums), ['events', 'costs', 'changes']]
  for (const tables of ranks) {
    let oldest: { table: string; first: number; last: number } | undefined
    let rows = 0
    for (const table of tables) {
      const found = await edges(run, table)
      if (found && (!oldest || found.first < oldest.first)) oldest = { table, ...found }
      rows += found?.rows ?? 0
    }
    if (!oldest) continue
    const { table, first, last } = oldest
    const to = first + Math.max(1, Math.ceil((last + 1 - first) * share))
    const gone = await remove(run, table, to, 'evicted')
    if (table === 'points') await run(`delete from buckets where ts < ${to}`)
    return gone / rows
  }
  return 0
}

/** Rows of each kind of signal are in this table. */
export const tableOfKind = {
  span: 'spans',
  log: 'logs',
  metric: 'points',
  event: 'events',
  change: 'changes',
  cost: 'costs',
} as const satisfies Record<string, keyof typeof details>
