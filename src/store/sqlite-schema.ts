import { DatabaseSync } from 'node:sqlite'

/** Raised with every change of the tables below. */
const version = 1

/**
 * `log` holds every value once, keyed by its revision; `cur` says which revision of a key is current. AUTOINCREMENT
 * keeps a revision from being used again after its row was compacted. A row whose `prev` is superseded at or below the
 * floor is dropped, so the log always holds each key's last state at the floor.
 */
const tables = `
  CREATE TABLE resource (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, floor INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE log (
    rv INTEGER PRIMARY KEY AUTOINCREMENT, res INTEGER NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL,
    op TEXT NOT NULL, uid TEXT NOT NULL, prev INTEGER, val TEXT NOT NULL
  );
  CREATE INDEX log_by_resource ON log (res, rv);
  CREATE TABLE cur (
    res INTEGER NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL, rv INTEGER NOT NULL, PRIMARY KEY (res, ns, name)
  ) WITHOUT ROWID;
  INSERT INTO sqlite_sequence (name, seq) VALUES ('log', 1);
  PRAGMA user_version = ${version};
`

/**
 * Opens the database for one process alone: the exclusive lock refuses a second server and saves a system call per
 * transaction. Checkpoints are left to the store, which runs them between groups and not inside a commit.
 * @throws Error when another process has it open, or a newer version wrote it
 */
export function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  try {
    db.exec(`
      PRAGMA auto_vacuum = INCREMENTAL; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -16384;
    `)
    const found = db.prepare('PRAGMA user_version').get()?.user_version
    if (found === 0) db.exec(`BEGIN EXCLUSIVE; ${tables} COMMIT;`)
    else if (found !== version)
      throw new Error(`it has format ${found}, this version reads ${version}; use the version that wrote it`)
    return db
  } catch (error) {
    db.close()
    const why = error instanceof Error ? error.message : String(error)
    const next = why.includes('locked') ? '; another process has it open, stop that one first' : ''
    throw new Error(`cannot open the store ${path}: ${why}${next}`, { cause: error })
  }
}
