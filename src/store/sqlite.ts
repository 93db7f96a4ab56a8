import { ApiError } from '../api/errors.ts'
import type { Clock } from '../lib/clock.ts'
import { commitQueue } from './commit-queue.ts'
import { Compactor } from './compaction.ts'
import { EventRing } from './event-ring.ts'
import { SqliteLog } from './sqlite-log.ts'
import { openDatabase } from './sqlite-schema.ts'
import type { Change, Entry, Store, Write } from './store.ts'
import { WatchHub } from './watch-hub.ts'
import { checkSize, closed, expired, tooLarge } from './write-errors.ts'

export interface SqliteStoreOptions {
  /** The database file; `:memory:` keeps nothing. */
  path: string
  clock: Clock
  /** How long changes are kept for watches that resume, in milliseconds; never below ten minutes. */
  historyMs?: number
  /** Told of upkeep that failed (compaction, checkpoint) and is tried again later. */
  onUpkeepError?: (error: unknown) => void
}

/** Written-back pages lag by at most about this much, in UTF-16 code units of values. */
const checkpointVolume = 4 * 1024 * 1024
/** What a write costs in pages beside its value. */
const writeOverhead = 2048

/**
 * The store in one SQLite file (WAL, synchronous=FULL): one transaction and one disk sync per group of writes.
 * The table design follows kine's revision log, with the current keys in a table of their own instead of a GROUP BY.
 * @throws Error when the file is in use by another process or of a newer format
 */
export function openSqliteStore({
  path,
  clock,
  historyMs = 0,
  onUpkeepError = () => {},
}: SqliteStoreOptions): Store {
  const db = openDatabase(path)
  const log = new SqliteLog(db)
  const rings = new Map<string, EventRing>()
  let revision = log.revision()
  const opened = revision
  let behind = 0
  let open = true

  const hub = new WatchHub({
    revision: () => revision,
    floor: resource => log.floor(resource),
    read: (resource, after, limit) =>
      rings.get(resource)?.after(after, limit) ?? log.read(resource, after, limit),
  })

  const transaction = <Result>(body: () => Result): Result => {
    db.exec('BEGIN IMMEDIATE')
    try {
      const result = body()
      db.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite has already rolled back on a full disk or an input/output error.
      if (db.isTransaction) db.exec('ROLLBACK')
      log.reload()
      throw error
    }
  }

  const queue = commitQueue<Write, Entry>(writes => {
    const outcomes = durably(() => transaction(() => writes.map(write => settled(() => log.write(write)))))
    const changes = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    log.account(changes)
    revision = changes.at(-1)?.entry.revision ?? revision
    for (const change of changes) ringOf(change).push(change)
    for (const { entry } of changes) behind += entry.value.length + writeOverhead
    if (behind > checkpointVolume) setImmediate(checkpoint)
    hub.publish(changes)
    return outcomes.map(outcome =>
      outcome.status === 'fulfilled' ? { ...outcome, value: outcome.value.entry } : outcome,
    )
  })

  const ringOf = ({ entry }: Change): EventRing => {
    const known = rings.get(entry.resource)
    if (known) return known
    const ring = new EventRing(opened)
    rings.set(entry.resource, ring)
    return ring
  }

  const checkpoint = () => {
    if (!open || behind <= checkpointVolume) return
    behind = 0
    try {
      db.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } catch (error) {
      onUpkeepError(error)
    }
  }

  const compactor = new Compactor({
    log,
    clock,
    historyMs,
    transaction,
    revision: () => revision,
    onUpkeepError,
  })

  const checkReadable = (resource: string, at = revision) => {
    if (!open) throw closed()
    if (at > revision) throw tooLarge(at, revision)
    if (at < log.floor(resource)) throw expired(at, log.floor(resource))
  }

  return {
    revision: () => revision,
    floor: resource => log.floor(resource),
    async get(key) {
      checkReadable(key.resource)
      return log.get(key)
    },
    async list(resource, options = {}) {
      checkReadable(resource, options.at)
      return log.list(resource, revision, options)
    },
    async commit(write) {
      checkSize(write.value)
      return queue.push(write)
    },
    async watch(options) {
      return hub.watch(options)
    },
    async compact(resource, through) {
      await compactor.compact(resource, Math.min(through, revision))
    },
    async [Symbol.asyncDispose]() {
      if (!open) return
      queue.close()
      compactor.stop()
      hub.close()
      open = false
      db.close()
    },
  }
}

/** Refusals are the outcome of one write; anything else fails its whole group. */
function settled<Result>(write: () => Result): PromiseSettledResult<Result> {
  try {
    return { status: 'fulfilled', value: write() }
  } catch (reason) {
    if (reason instanceof ApiError) return { status: 'rejected', reason }
    throw reason
  }
}

function durably<Result>(commit: () => Result): Result {
  try {
    return commit()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ApiError(
      'ServiceUnavailable',
      `cannot write to the store: ${why}; try again`,
      {},
      { cause: error },
    )
  }
}
