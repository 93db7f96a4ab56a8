import fc from 'fast-check'
import { expect } from 'vitest'
import { ApiError } from '../api/errors.ts'
import type { Change, Entry, Store, Write } from './store.ts'

type Action =
  | { do: 'create' | 'update' | 'delete'; resource: string; namespace: string; name: string; stale: boolean }
  | { do: 'compact'; resource: string; back: number }
  | { do: 'look'; resource: string; back: number }

const resources = ['prompts.keelway.dev', 'secrets']
const some = (...values: string[]) => fc.constantFrom(...values)
const keyed = {
  resource: some(...resources),
  namespace: some('', 'a', 'b'),
  name: some('x', 'y', 'é'),
  stale: fc.boolean(),
}
const located = { resource: some(...resources), back: fc.nat({ max: 12 }) }

/** Sequences of writes, compactions and looks at the past over few keys, so that they meet often. */
export const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('create', 'update', 'delete'), ...keyed }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('compact'), ...located }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('look'), ...located }) },
  ),
  { maxLength: 60 },
)

/** The obvious store: a whole snapshot for each revision, and every change. */
class Model {
  snapshots = new Map<number, Map<string, Entry>>([[1, new Map()]])
  changes: Change[] = []
  floors = new Map<string, number>()
  revision = 1

  get state(): Map<string, Entry> {
    return this.snapshots.get(this.revision) ?? new Map()
  }

  apply(write: Write): Entry | string {
    const id = JSON.stringify(write.key)
    const found = this.state.get(id)
    if (write.op === 'create' && found) return 'AlreadyExists'
    if (write.op !== 'create' && !found) return 'NotFound'
    if (write.op !== 'create' && found?.revision !== write.expected) return 'Conflict'
    const uid = write.op === 'create' ? write.uid : (found?.uid ?? '')
    const entry = { ...write.key, revision: this.revision + 1, uid, value: write.value }
    const next = new Map(this.state)
    if (write.op === 'delete') next.delete(id)
    else next.set(id, entry)
    this.revision = entry.revision
    this.snapshots.set(this.revision, next)
    this.changes.push({ op: write.op, entry, ...(found && { previous: found.value }) })
    return entry
  }

  list(resource: string, at: number): Entry[] | string {
    if (at < (this.floors.get(resource) ?? 0)) return 'Expired'
    return [...(this.snapshots.get(at)?.values() ?? [])]
      .filter(entry => entry.resource === resource)
      .sort((a, b) => Buffer.compare(place(a), place(b)))
  }
}

const place = ({ namespace, name }: Entry): Buffer => Buffer.from(`${namespace}\0${name}`)

const outcome = <Result>(promise: Promise<Result>): Promise<Result | string> =>
  promise.catch((error: unknown) => {
    if (error instanceof ApiError) return error.reason
    throw error
  })

/** Runs actions on a store and on the model, and expects equal answers, states and events. */
export async function runAgainstModel(store: Store, steps: Action[]): Promise<void> {
  const model = new Model()
  const live = new Map<string, Change[]>()
  for (const resource of resources) {
    const seen: Change[] = []
    live.set(resource, seen)
    await store.watch({ resource, from: 1, onChange: change => seen.push(change) })
  }
  for (const [index, step] of steps.entries()) await perform(store, model, step, index)
  expect(store.revision()).toBe(model.revision)
  for (const resource of resources) {
    expect(live.get(resource)).toEqual(model.changes.filter(change => change.entry.resource === resource))
    await compareRest(store, model, resource)
  }
}

async function perform(store: Store, model: Model, step: Action, index: number): Promise<void> {
  if (step.do === 'compact') {
    const target = Math.max(1, model.revision - step.back)
    model.floors.set(step.resource, Math.max(model.floors.get(step.resource) ?? 0, target))
    await store.compact(step.resource, target)
    expect(store.floor(step.resource)).toBe(model.floors.get(step.resource))
  } else if (step.do === 'look') {
    const at = Math.max(1, model.revision - step.back)
    const listed = await outcome(store.list(step.resource, { at }).then(list => list.entries))
    expect(listed).toEqual(model.list(step.resource, at))
  } else {
    const { resource, namespace, name } = step
    const key = { resource, namespace, name }
    const current = model.state.get(JSON.stringify(key))?.revision ?? 0
    const expected = step.stale ? current - 1 : current
    const value = `{"step":${index}}`
    const write: Write =
      step.do === 'create'
        ? { op: 'create', key, uid: `uid-${index}`, value }
        : { op: step.do, key, expected, value }
    expect(await outcome(store.commit(write))).toEqual(model.apply(write))
  }
}

/** Current state, and what a watch from the floor replays. */
async function compareRest(store: Store, model: Model, resource: string): Promise<void> {
  expect((await store.list(resource)).entries).toEqual(model.list(resource, model.revision))
  const floor = model.floors.get(resource) ?? 1
  const expected = model.changes.filter(({ entry }) => entry.resource === resource && entry.revision > floor)
  const replayed: Change[] = []
  const done = Promise.withResolvers<void>()
  const stop = await store.watch({
    resource,
    from: floor,
    onChange: change => {
      replayed.push(change)
      if (replayed.length === expected.length) done.resolve()
    },
    onEnd: done.reject,
  })
  if (expected.length > 0) await done.promise
  stop()
  expect(replayed).toEqual(expected)
}
