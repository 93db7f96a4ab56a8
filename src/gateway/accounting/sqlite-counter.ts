import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Clock } from '../../lib/clock.ts'
import type { Counter } from './counter.ts'

/** How often windows that are over are deleted, at most. */
const sweepMs = 60_000
/** How long a statement waits for another process that is writing. */
const busyMs = 1000

/**
 * A counter in one SQLite file that the gateway processes of one installation share (WAL). Each change is one
 * statement, so a process killed at any moment leaves whole changes only. Nothing waits for the disk: after a power cut
 * the last changes may be missing, after a crash of processes none.
 * @throws Error when the file can not be opened or is not a SQLite file
 */
export function sqliteCounter({ path, clock }: { path: string; clock: Clock }): Counter {
  const db = open(path)
  const statements = prepare(db)
  let sweepAt = 0
  const sweep = () => {
    const now = clock.now()
    if (now < sweepAt) return
    sweepAt = now + sweepMs
    statements.forgetWindows.run(now)
    statements.forgetSlots.run(now)
  }
  const spentIn = (key: string, from: number): number =>
    (statements.spent.get(key, from) as { spent: number } | undefined)?.spent ?? 0
  return {
    take: async ({ key, from, until }, limit, want, least) => {
      sweep()
      // A new window has nothing spent, so the row that would be made must pass the test that a known one passes.
      const row =
        limit >= least
          ? statements.take.get({ key, from, until: whole(until), limit, want, least })
          : undefined
      if (!row) return { taken: 0, left: Math.max(0, limit - spentIn(key, from)) }
      const { taken, spent } = row as { taken: number; spent: number }
      return { taken, left: limit - spent }
    },
    giveBack: async ({ key, from, until }, amount) => {
      statements.giveBack.run({ key, from, until: whole(until), amount })
    },
    spent: async ({ key, from }) => spentIn(key, from),
    list: async prefix =>
      // Rows have the columns that are selected.
      statements.list.all(prefix, prefix.length, clock.now()) as unknown as Awaited<
        ReturnType<Counter['list']>
      >,
    hold: async ({ key, owner, forMs }, limit, want, least) => {
      const now = clock.now()
      const row = statements.hold.get({ key, owner, now, until: now + forMs, limit, want, least })
      if (!row) return undefined
      const { held, others } = row as { held: number; others: number }
      return { held, left: Math.max(0, limit - others - held) }
    },
    close: async () => db.close(),
  }
}

/** SQLite does not wait where two processes make a fresh file one with a write-ahead log at once. */
function withWal(db: DatabaseSync): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let tries = busyMs / 20; ; tries--)
    try {
      db.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== SQLITE_BUSY || tries === 0) throw error
      Atomics.wait(pause, 0, 0, 20)
    }
}

const SQLITE_BUSY = 5

function open(path: string): DatabaseSync {
  try {
    const db = new DatabaseSync(path, { timeout: busyMs })
    withWal(db)
    db.exec('PRAGMA synchronous = NORMAL')
    db.exec(`
      CREATE TABLE IF NOT EXISTS windows (
        key TEXT NOT NULL, start INTEGER NOT NULL, until INTEGER NOT NULL,
        spent INTEGER NOT NULL, taken INTEGER NOT NULL,
        PRIMARY KEY (key, start)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS slots (
        key TEXT NOT NULL, owner TEXT NOT NULL, until INTEGER NOT NULL,
        held INTEGER NOT NULL, others INTEGER NOT NULL,
        PRIMARY KEY (key, owner)) WITHOUT ROWID`)
    return db
  } catch (error) {
    throw new Error(`cannot open the counter file ${path}: ${(error as Error).message}`, { cause: error })
  }
}

/** In an upsert the right-hand sides see the row as it was; `taken` and `others` are there to be returned. */
function prepare(
  db: DatabaseSync,
): Record<'take' | 'giveBack' | 'spent' | 'list' | 'hold' | 'forgetWindows' | 'forgetSlots', StatementSync> {
  const others = `(SELECT coalesce(sum(held), 0) FROM slots WHERE key = :key AND owner <> :owner AND until > :now)`
  return {
    take: db.prepare(`
      INSERT INTO windows (key, start, until, spent, taken)
      VALUES (:key, :from, :until, min(:want, :limit), min(:want, :limit))
      ON CONFLICT (key, start) DO UPDATE SET
        taken = min(:want, :limit - spent), spent = spent + min(:want, :limit - spent)
      WHERE :limit - spent >= :least
      RETURNING taken, spent`),
    giveBack: db.prepare(`
      INSERT INTO windows (key, start, until, spent, taken) VALUES (:key, :from, :until, max(0, -:amount), 0)
      ON CONFLICT (key, start) DO UPDATE SET spent = max(0, spent - :amount)`),
    spent: db.prepare('SELECT spent FROM windows WHERE key = ? AND start = ?'),
    list: db.prepare(`
      SELECT key, start AS "from", until, spent FROM windows
      WHERE substr(key, 1, ?2) = ?1 AND until > ?3 ORDER BY key`),
    hold: db.prepare(`
      INSERT INTO slots (key, owner, until, held, others)
      SELECT :key, :owner, :until, min(:want, :limit - others), others FROM (SELECT ${others} AS others)
      WHERE :limit - others >= :least
      ON CONFLICT (key, owner) DO UPDATE SET until = excluded.until, held = excluded.held, others = excluded.others
      RETURNING held, others`),
    forgetWindows: db.prepare('DELETE FROM windows WHERE until <= ?'),
    forgetSlots: db.prepare('DELETE FROM slots WHERE until <= ?'),
  }
}

/** For a window without an end. */
const whole = (time: number): number => Math.min(time, Number.MAX_SAFE_INTEGER)
