import { DatabaseSync } from 'node:sqlite'
import { ApiError } from '../api/errors.ts'
import { broken, ChainCheck, contentOf, emptyHead, type Head, link } from './chain.ts'
import type { Ledger, LedgerEntry, LedgerQuery, NewEntry, Verification } from './ledger.ts'

export interface SqliteLedgerOptions {
  /** The database file. */
  path: string
}

const version = 1

/** `head` repeats the end of the chain, so that entries missing at the end are noticed. */
const tables = `
  CREATE TABLE entry (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, actor TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, at TEXT NOT NULL, data TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
  );
  CREATE INDEX entry_by_subject ON entry (subject, sequence);
  CREATE TABLE head (sequence INTEGER NOT NULL, hash TEXT NOT NULL);
  INSERT INTO head VALUES (${emptyHead.sequence}, '${emptyHead.hash}');
  PRAGMA user_version = ${version};
`

type Row = Omit<LedgerEntry, 'data'> & { data: string }

interface Waiting {
  content: NewEntry
  resolve: (entry: LedgerEntry) => void
  reject: (error: unknown) => void
}

/** How long another process may be in the middle of an append, in milliseconds. */
const patienceMs = 5000
const rowsPerTurn = 500

/**
 * The ledger in one SQLite file (WAL, synchronous=FULL). Entries appended in one turn of the event loop share one disk
 * sync. Other processes may read, verify and append at the same time: each append reads the head in its transaction.
 * @throws Error when a newer version wrote the file
 */
export function openSqliteLedger({ path }: SqliteLedgerOptions): Ledger & AsyncDisposable {
  const db = openDatabase(path)
  const statements = prepare(db)
  const queue: Waiting[] = []
  let open = true

  const appendOne = (content: NewEntry): LedgerEntry => {
    const known = statements.byId.get(content.id)
    if (known) return entryOf(known)
    const entry = link(content, statements.head.get() as unknown as Head)
    statements.append.run({ ...entry, data: JSON.stringify(entry.data) })
    statements.advance.run(entry.sequence, entry.hash)
    return entry
  }

  const flush = () => {
    const group = queue.splice(0)
    if (group.length === 0) return
    try {
      db.exec('BEGIN IMMEDIATE')
      const entries = group.map(({ content }) => appendOne(content))
      db.exec('COMMIT')
      for (const [index, entry] of entries.entries()) group[index]?.resolve(entry)
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      const failure = unwritable(error)
      for (const { reject } of group) reject(failure)
    }
  }

  const select = ({ subject = null, action = null, after = 0, limit = -1 }: Nullable<LedgerQuery>) =>
    subject === null
      ? statements.all.all({ action, after, limit })
      : statements.ofSubject.all({ subject, action, after, limit })

  /** Some entries and the recorded end of the chain, as of one moment. */
  const page = (after: number) => {
    db.exec('BEGIN')
    const rows = select({ after, limit: rowsPerTurn }) as unknown as Row[]
    const recorded = (statements.head.get() ?? emptyHead) as unknown as Head
    db.exec('COMMIT')
    return { rows, recorded }
  }

  return {
    async append(entry) {
      if (!open) throw closed()
      const content = contentOf(entry)
      if (queue.length === 0) setImmediate(flush)
      return new Promise((resolve, reject) => queue.push({ content, resolve, reject }))
    },
    async list(query = {}) {
      if (!open) throw closed()
      return select(query).map(entryOf)
    },
    async verify() {
      const check = new ChainCheck()
      for (let after = 0; ; ) {
        if (!open) throw closed()
        const { rows, recorded } = page(after)
        for (const row of rows) {
          const found = accept(check, row, after + 1)
          if (found) return found
          after = row.sequence
        }
        if (rows.length < rowsPerTurn) return check.end(recorded)
        await new Promise(resolve => setImmediate(resolve))
      }
    },
    async [Symbol.asyncDispose]() {
      if (!open) return
      flush()
      open = false
      db.close()
    },
  }
}

type Nullable<T> = { [K in keyof T]?: T[K] | null }

function accept(check: ChainCheck, row: Row, expected: number): Verification | undefined {
  try {
    return check.accept(entryOf(row))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return broken(expected, `entry ${expected} was changed: its data is no JSON`)
  }
}

const entryOf = (row: unknown): LedgerEntry => {
  const { data, ...rest } = row as Row
  return { ...rest, data: JSON.parse(data) }
}

function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: patienceMs })
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE;')
    const found = db.prepare('PRAGMA user_version').get()?.user_version
    if (found === 0) db.exec(tables)
    else if (found !== version)
      throw new Error(`it has format ${found}, this version reads ${version}; use the version that wrote it`)
    db.exec('COMMIT')
    return db
  } catch (error) {
    db.close()
    throw new Error(`cannot open the ledger ${path}: ${messageOf(error)}`, { cause: error })
  }
}

const prepare = (db: DatabaseSync) => ({
  byId: db.prepare('SELECT * FROM entry WHERE id = ?'),
  head: db.prepare('SELECT sequence, hash FROM head'),
  append: db.prepare(`
    INSERT INTO entry (sequence, id, actor, action, subject, at, data, previous, hash)
    VALUES (:sequence, :id, :actor, :action, :subject, :at, :data, :previous, :hash)`),
  advance: db.prepare('UPDATE head SET sequence = ?, hash = ?'),
  all: db.prepare(`
    SELECT * FROM entry WHERE sequence > :after AND (:action IS NULL OR action = :action)
    ORDER BY sequence LIMIT :limit`),
  ofSubject: db.prepare(`
    SELECT * FROM entry WHERE subject = :subject AND sequence > :after AND (:action IS NULL OR action = :action)
    ORDER BY sequence LIMIT :limit`),
})

const closed = () =>
  new ApiError('ServiceUnavailable', 'the ledger is closed; try again when the server is up')

const unwritable = (error: unknown) =>
  new ApiError(
    'ServiceUnavailable',
    `cannot write to the ledger: ${messageOf(error)}; try again`,
    {},
    { cause: error },
  )

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
