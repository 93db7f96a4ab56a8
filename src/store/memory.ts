import { commitQueue } from './commit-queue.ts'
import type { Change, Entry, Key, ListOptions, Store, Write } from './store.ts'
import { WatchHub } from './watch-hub.ts'
import { alreadyExists, checkSize, closed, conflict, expired, notFound, tooLarge } from './write-errors.ts'

/** A change with the entry it replaced. */
interface Step {
  change: Change
  replaced?: Entry
}

/** A store that keeps everything in plain maps and nothing on disk, for tests. */
export function memoryStore(): Store {
  const state = new Map<string, Entry>()
  const floors = new Map<string, number>()
  let history: Step[] = []
  let revision = 1
  let open = true

  const floor = (resource: string) => floors.get(resource) ?? 0

  const later = (resource: string, after: number): Step[] =>
    history.filter(({ change: { entry } }) => entry.resource === resource && entry.revision > after)

  const hub = new WatchHub({
    revision: () => revision,
    floor,
    read: (resource, after, limit) =>
      later(resource, after)
        .slice(0, limit)
        .map(step => step.change),
  })

  const apply = (write: Write): Change => {
    const { key, op, value } = write
    const replaced = state.get(idOf(key))
    if (op === 'create' && replaced) throw alreadyExists(key)
    if (op !== 'create' && !replaced) throw notFound(key)
    if (op !== 'create' && replaced?.revision !== write.expected) throw conflict(key)
    const { resource, namespace, name } = key
    const uid = op === 'create' ? write.uid : (replaced?.uid ?? '')
    const entry = { resource, namespace, name, revision: ++revision, uid, value }
    if (op === 'delete') state.delete(idOf(key))
    else state.set(idOf(key), entry)
    const change = { op, entry, ...(replaced && { previous: replaced.value }) }
    history.push({ change, ...(replaced && { replaced }) })
    return change
  }

  const queue = commitQueue<Write, Entry>(writes => {
    const changes: Change[] = []
    const outcomes = writes.map((write): PromiseSettledResult<Entry> => {
      try {
        const change = apply(write)
        changes.push(change)
        return { status: 'fulfilled', value: change.entry }
      } catch (reason) {
        return { status: 'rejected', reason }
      }
    })
    hub.publish(changes)
    return outcomes
  })

  /** Current state with later changes taken back. */
  const stateAt = (resource: string, at: number): Entry[] => {
    const past = new Map([...state].filter(([, entry]) => entry.resource === resource))
    for (const { change, replaced } of later(resource, at).reverse()) {
      if (replaced) past.set(idOf(replaced), replaced)
      else past.delete(idOf(change.entry))
    }
    return [...past.values()].sort(byKey)
  }

  const checkReadable = (resource: string, at = revision) => {
    if (!open) throw closed()
    if (at > revision) throw tooLarge(at, revision)
    if (at < floor(resource)) throw expired(at, floor(resource))
  }

  return {
    revision: () => revision,
    floor,
    async get(key) {
      checkReadable(key.resource)
      return state.get(idOf(key))
    },
    async list(resource, options = {}) {
      const { at = revision, limit } = options
      checkReadable(resource, at)
      const found = stateAt(resource, at).filter(entry => isAsked(entry, options))
      const entries = found.slice(0, limit)
      return { entries, revision: at, remaining: found.length - entries.length }
    },
    async commit(write) {
      checkSize(write.value)
      return queue.push(write)
    },
    async watch(options) {
      return hub.watch(options)
    },
    async compact(resource, through) {
      floors.set(resource, Math.max(floor(resource), Math.min(through, revision)))
      history = history.filter(step => !isBelow(step.change.entry, resource, floor(resource)))
    },
    async [Symbol.asyncDispose]() {
      queue.close()
      hub.close()
      open = false
    },
  }
}

const idOf = ({ resource, namespace, name }: Key): string => JSON.stringify([resource, namespace, name])

const isBelow = (entry: Entry, resource: string, floor: number): boolean =>
  entry.resource === resource && entry.revision <= floor

const isAsked = (entry: Entry, { namespace, after }: ListOptions): boolean =>
  (namespace === undefined || entry.namespace === namespace) && (!after || byKey(entry, after) > 0)

type Place = Pick<Key, 'namespace' | 'name'>

const byKey = (a: Place, b: Place): number => byBytes(a.namespace, b.namespace) || byBytes(a.name, b.name)

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
