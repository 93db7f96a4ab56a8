import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startOf } from './process-identity.ts'

interface Holder {
  pid: number
  start: string
}

/** How long another starter may be in the middle of looking, in milliseconds. */
const patienceMs = 5000

/**
 * Makes this process the only one that uses a directory, which is created (mode 0700) when absent. The lock names its
 * holder by pid and start time in a small SQLite file, whose transactions decide between simultaneous starters; that
 * of a process which no longer runs is taken over. Dispose of it to let go.
 * @throws Error naming the directory, and the holder's pid when a running process holds it
 */
export function lockDirectory(directory: string): Disposable {
  const me: Holder = { pid: process.pid, start: startOf(process.pid) ?? '' }
  make(directory)
  inLockFile(directory, db => {
    const holder = db.prepare('SELECT pid, start FROM holder').get() as unknown as Holder | undefined
    if (holder && startOf(holder.pid) === holder.start)
      throw new Error(
        `${directory} is in use by process ${holder.pid}; stop that process or choose another directory`,
      )
    db.exec('DELETE FROM holder')
    db.prepare('INSERT INTO holder (pid, start) VALUES (?, ?)').run(me.pid, me.start)
  })
  return {
    [Symbol.dispose]: () =>
      inLockFile(directory, db => {
        db.prepare('DELETE FROM holder WHERE pid = ? AND start = ?').run(me.pid, me.start)
      }),
  }
}

function make(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw unusable(directory, error)
  }
}

function unusable(directory: string, error: unknown): Error {
  const why = (error as Error).message
  return new Error(
    `cannot use ${directory} (${why}): name another directory, or one that this user may write to`,
    { cause: error },
  )
}

function opened(directory: string): DatabaseSync {
  try {
    return new DatabaseSync(join(directory, 'lock.sqlite'), { timeout: patienceMs })
  } catch (error) {
    throw unusable(directory, error)
  }
}

function inLockFile(directory: string, body: (db: DatabaseSync) => void): void {
  const db = opened(directory)
  try {
    db.exec('BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, start TEXT NOT NULL)')
    body(db)
    db.exec('COMMIT')
  } finally {
    db.close()
  }
}
