import type { DatabaseSync } from 'node:sqlite'
import type { Change, Entry, Key, List, ListOptions, Write } from './store.ts'
import { alreadyExists, conflict, notFound } from './write-errors.ts'

export interface Resource {
  id: number
  name: string
  floor: number
  /** Revision of its last write. */
  last: number
  /** Changes above the floor. */
  changes: number
}

interface Row {
  rv: number
  ns: string
  name: string
  op: Change['op']
  uid: string
  val: string
  previous: string | null
}

type Current = Pick<Row, 'rv' | 'uid' | 'val'>

/** The tables as operations; callers hold the transactions. */
export class SqliteLog {
  readonly #resources = new Map<string, Resource>()
  readonly #statements
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#statements = prepare(db)
    this.reload()
  }

  /** Reads what is kept in memory about resources afresh: at start, and after a transaction was undone. */
  reload(): void {
    this.#resources.clear()
    for (const row of this.#statements.resources.all()) {
      const resource = row as unknown as Resource
      this.#resources.set(resource.name, { ...resource, last: Math.max(resource.last, resource.floor) })
    }
  }

  /** The last revision ever given; it stays when its row is compacted. */
  revision(): number {
    return Number(this.#statements.revision.get()?.seq)
  }

  resources(): Iterable<Readonly<Resource>> {
    return this.#resources.values()
  }

  floor(resource: string): number {
    return this.#resources.get(resource)?.floor ?? 0
  }

  get(key: Key): Entry | undefined {
    const row = this.#current(key)
    return row && { ...plainKey(key), revision: row.rv, uid: row.uid, value: row.val }
  }

  /** Current state, or that of a past revision which the caller has found to be neither compacted nor to come. */
  list(resource: string, revision: number, { namespace, after, limit = -1, at }: ListOptions): List {
    const { id, last } = this.#resources.get(resource) ?? { id: -1, last: 0 }
    const past = at !== undefined && at < last
    const query = past ? this.#statements.past : this.#statements.current
    const range = {
      res: id,
      ...start(namespace, after),
      last: namespace ?? lastNamespace,
      ...(past && { at }),
    }
    const rows = query.rows.all({ ...range, limit }) as unknown as Row[]
    const entries = rows.map(row => entryOf(resource, row))
    const end = entries.at(-1)
    const remaining =
      end && entries.length === limit
        ? Number(query.count.get({ ...range, ns: end.namespace, name: end.name })?.n)
        : 0
    return { entries, revision: at ?? revision, remaining }
  }

  /** @throws ApiError AlreadyExists, NotFound or Conflict, before anything is changed */
  write(write: Write): Change {
    const { key, op, value } = write
    const found = this.#current(key)
    if (op === 'create' && found) throw alreadyExists(key)
    if (op !== 'create' && !found) throw notFound(key)
    if (op !== 'create' && found?.rv !== write.expected) throw conflict(key)
    const uid = op === 'create' ? write.uid : (found?.uid ?? '')
    const { resource, namespace, name } = key
    const { id } = this.#resources.get(resource) ?? this.#add(resource)
    const row = this.#statements.append.run(id, namespace, name, op, uid, found?.rv ?? null, value)
    const revision = Number(row.lastInsertRowid)
    if (op === 'delete') this.#statements.forget.run(id, namespace, name)
    else this.#statements.remember.run(id, namespace, name, revision)
    const entry = { resource, namespace, name, revision, uid, value }
    return { op, entry, ...(found && { previous: found.val }) }
  }

  /** Counts changes after their transaction is durable. */
  account(changes: Change[]): void {
    for (const { entry } of changes) {
      const resource = this.#resources.get(entry.resource)
      if (!resource) continue
      resource.changes++
      resource.last = entry.revision
    }
  }

  read(resource: string, after: number, limit: number): Change[] {
    const id = this.#resources.get(resource)?.id ?? -1
    const rows = this.#statements.changes.all(id, after, limit) as unknown as Row[]
    return rows.map(row => ({
      op: row.op,
      entry: entryOf(resource, row),
      ...(row.previous !== null && { previous: row.previous }),
    }))
  }

  /**
   * Drops up to `limit` changes above the floor and at or below `revision`, and raises the floor to the last of them,
   * not further: watches of a quiet resource can then resume from wherever they are.
   * What a dropped change replaced is deleted; the change's own row stays as the key's state unless it is a deletion.
   * @returns whether more changes up to `revision` remain
   */
  compact(resource: string, revision: number, limit: number): boolean {
    const known = this.#resources.get(resource)
    if (!known) return false
    const rows = this.#statements.expiring.all(known.id, known.floor, revision, limit)
    for (const { rv, op, prev } of rows) {
      if (prev !== null) this.#statements.drop.run(Number(prev))
      if (op === 'delete') this.#statements.drop.run(Number(rv))
    }
    const last = rows.at(-1)
    if (last) this.raise(resource, Number(last.rv))
    known.changes -= rows.length
    return rows.length === limit
  }

  /** Refuses watches and lists from below a revision from now on. */
  raise(resource: string, floor: number): void {
    const known = this.#resources.get(resource) ?? this.#add(resource)
    if (floor <= known.floor) return
    this.#statements.raise.run(floor, known.id)
    known.floor = floor
    known.last = Math.max(known.last, floor)
  }

  /** The first revision above the floor, if any. */
  oldest({ id, floor }: Readonly<Resource>): number {
    return Number(this.#statements.oldest.get(id, floor)?.rv ?? Number.POSITIVE_INFINITY)
  }

  /** Gives up to `pages` free pages back to the file system once there are many. */
  shrink(pages: number): void {
    const free = Number(this.#statements.free.get()?.freelist_count)
    if (free > 4 * pages) this.#db.exec(`PRAGMA incremental_vacuum(${pages})`)
  }

  #current({ resource, namespace, name }: Key): Current | undefined {
    const known = this.#resources.get(resource)
    return known && (this.#statements.get.get(known.id, namespace, name) as unknown as Current | undefined)
  }

  #add(name: string): Resource {
    const id = Number(this.#statements.add.run(name).lastInsertRowid)
    const resource = { id, name, floor: 0, last: 0, changes: 0 }
    this.#resources.set(name, resource)
    return resource
  }
}

const plainKey = ({ resource, namespace, name }: Key): Key => ({ resource, namespace, name })

const entryOf = (resource: string, { ns, name, rv, uid, val }: Row): Entry => ({
  resource,
  namespace: ns,
  name,
  revision: rv,
  uid,
  value: val,
})

/** Sorts after every namespace. */
const lastNamespace = '\u{10ffff}'

/** The position just before the first key asked for; names are never empty. */
function start(namespace: string | undefined, after: ListOptions['after']): { ns: string; name: string } {
  const from = { ns: after?.namespace ?? '', name: after?.name ?? '' }
  if (namespace === undefined || Buffer.compare(Buffer.from(from.ns), Buffer.from(namespace)) >= 0)
    return from
  return { ns: namespace, name: '' }
}

const inRange = '(s.ns, s.name) > (:ns, :name) AND s.ns <= :last'

/** Keys of a resource at a revision: those not written since, and those written since as they were before. */
const pastKeys = `(
  SELECT ns, name, rv FROM cur WHERE res = :res AND rv <= :at
  UNION ALL SELECT ns, name, prev AS rv FROM log WHERE res = :res AND rv > :at AND prev <= :at
) s`

const prepare = (db: DatabaseSync) => ({
  resources: db.prepare(`
    SELECT id, name, floor, (SELECT coalesce(max(rv), 0) FROM log WHERE res = id) AS last,
      (SELECT count(*) FROM log WHERE res = id AND rv > floor) AS changes FROM resource`),
  revision: db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'log'`),
  add: db.prepare('INSERT INTO resource (name) VALUES (?)'),
  oldest: db.prepare('SELECT min(rv) AS rv FROM log WHERE res = ? AND rv > ?'),
  raise: db.prepare('UPDATE resource SET floor = ? WHERE id = ?'),
  get: db.prepare(`
    SELECT l.rv, l.uid, l.val FROM cur c JOIN log l ON l.rv = c.rv WHERE c.res = ? AND c.ns = ? AND c.name = ?`),
  append: db.prepare('INSERT INTO log (res, ns, name, op, uid, prev, val) VALUES (?, ?, ?, ?, ?, ?, ?)'),
  remember: db.prepare(`
    INSERT INTO cur (res, ns, name, rv) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET rv = excluded.rv`),
  forget: db.prepare('DELETE FROM cur WHERE res = ? AND ns = ? AND name = ?'),
  current: {
    rows: db.prepare(`
      SELECT s.ns, s.name, l.rv, l.uid, l.val FROM cur s CROSS JOIN log l ON l.rv = s.rv
      WHERE s.res = :res AND ${inRange} ORDER BY s.ns, s.name LIMIT :limit`),
    count: db.prepare(`SELECT count(*) AS n FROM cur s WHERE s.res = :res AND ${inRange}`),
  },
  past: {
    rows: db.prepare(`
      SELECT s.ns, s.name, l.rv, l.uid, l.val FROM ${pastKeys} CROSS JOIN log l ON l.rv = s.rv
      WHERE ${inRange} ORDER BY s.ns, s.name LIMIT :limit`),
    count: db.prepare(`SELECT count(*) AS n FROM ${pastKeys} WHERE ${inRange}`),
  },
  changes: db.prepare(`
    SELECT l.rv, l.ns, l.name, l.op, l.uid, l.val, p.val AS previous FROM log l LEFT JOIN log p ON p.rv = l.prev
    WHERE l.res = ? AND l.rv > ? ORDER BY l.rv LIMIT ?`),
  expiring: db.prepare(
    'SELECT rv, op, prev FROM log WHERE res = ? AND rv > ? AND rv <= ? ORDER BY rv LIMIT ?',
  ),
  drop: db.prepare('DELETE FROM log WHERE rv = ?'),
  free: db.prepare('PRAGMA freelist_count'),
})
