import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actions, runAgainstModel } from './store.model.ts'
import type { Change, Entry, Key, Store } from './store.ts'

const resource = 'prompts.keelway.dev'
const key = (name: string, namespace = 'default', of = resource): Key => ({ resource: of, namespace, name })

const create = (store: Store, name: string, value = '{}', namespace = 'default', of = resource) =>
  store.commit({ op: 'create', key: key(name, namespace, of), uid: `uid-${name}`, value })
const update = (store: Store, entry: Entry, value: string) =>
  store.commit({ op: 'update', key: entry, expected: entry.revision, value })
const remove = (store: Store, entry: Entry) =>
  store.commit({ op: 'delete', key: entry, expected: entry.revision, value: entry.value })

const names = (entries: Entry[]) => entries.map(({ namespace, name }) => `${namespace}/${name}`)

/** A watch as a list of changes and a way to wait for the nth. */
async function watching(store: Store, from: number, namespace?: string, of = resource) {
  const changes: Change[] = []
  let notify = () => {}
  const ended = Promise.withResolvers<Error>()
  const stop = await store.watch({
    resource: of,
    from,
    ...(namespace !== undefined && { namespace }),
    onChange: change => {
      changes.push(change)
      notify()
    },
    onEnd: ended.resolve,
  })
  const reach = async (count: number) => {
    while (changes.length < count)
      await new Promise<void>(resolve => {
        notify = resolve
      })
    return changes
  }
  return { changes, stop, reach, ended: ended.promise }
}

/** What every store promises; `open` gives an empty one. */
export function storeContract(implementation: string, open: () => Store): void {
  describe(`${implementation}: writes`, () => {
    test('a created entry is read back with its revision, uid and value', async () => {
      await using store = open()
      const created = await create(store, 'a', '{"text":"é"}')
      expect(created).toEqual({
        ...key('a'),
        revision: store.revision(),
        uid: 'uid-a',
        value: '{"text":"é"}',
      })
      expect(await store.get(key('a'))).toEqual(created)
    })

    test('a store that was never written is at revision 1 and empty', async () => {
      await using store = open()
      expect(store.revision()).toBe(1)
      expect(await store.get(key('a'))).toBeUndefined()
      expect(await store.list(resource)).toEqual({ entries: [], revision: 1, remaining: 0 })
    })

    test('an update keeps the uid and raises the revision', async () => {
      await using store = open()
      const first = await create(store, 'a')
      const second = await update(store, first, '{"n":2}')
      expect(second).toEqual({ ...first, revision: first.revision + 1, value: '{"n":2}' })
      expect(await store.get(key('a'))).toEqual(second)
    })

    test('a deleted key is gone, and may be created again with another uid', async () => {
      await using store = open()
      const first = await create(store, 'a')
      const deleted = await remove(store, first)
      expect(deleted.revision).toBeGreaterThan(first.revision)
      expect(await store.get(key('a'))).toBeUndefined()
      const again = await store.commit({ op: 'create', key: key('a'), uid: 'other', value: '{}' })
      expect(again.uid).toBe('other')
      expect(again.revision).toBeGreaterThan(deleted.revision)
    })

    test('a refused write names the key and leaves no trace', async () => {
      await using store = open()
      const first = await create(store, 'a')
      const second = await update(store, first, '{"n":2}')
      await expect(create(store, 'a')).rejects.toMatchObject({
        reason: 'AlreadyExists',
        message: 'prompts.keelway.dev "a" already exists',
        details: { name: 'a', group: 'keelway.dev', kind: 'prompts' },
      })
      await expect(update(store, first, '{}')).rejects.toMatchObject({ reason: 'Conflict' })
      await expect(remove(store, first)).rejects.toMatchObject({ reason: 'Conflict' })
      await expect(update(store, { ...first, name: 'b' }, '{}')).rejects.toMatchObject({ reason: 'NotFound' })
      await expect(remove(store, { ...first, name: 'b' })).rejects.toMatchObject({ reason: 'NotFound' })
      expect(await store.get(key('a'))).toEqual(second)
      expect(store.revision()).toBe(second.revision)
    })

    test('a value above the limit is refused', async () => {
      await using store = open()
      await expect(create(store, 'a', 'x'.repeat(3 * 1024 * 1024 + 1))).rejects.toMatchObject({
        reason: 'RequestEntityTooLarge',
      })
    })

    test('one refused write of a group does not fail the others', async () => {
      await using store = open()
      await create(store, 'taken')
      const outcomes = await Promise.allSettled(['a', 'taken', 'b'].map(name => create(store, name)))
      expect(outcomes.map(outcome => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(names((await store.list(resource)).entries)).toEqual(['default/a', 'default/b', 'default/taken'])
    })

    test('of fifty writers that expect the same revision one wins', async () => {
      await using store = open()
      const entry = await create(store, 'a')
      const outcomes = await Promise.allSettled(
        Array.from({ length: 50 }, (_, writer) => update(store, entry, `{"writer":${writer}}`)),
      )
      expect(outcomes.filter(outcome => outcome.status === 'fulfilled')).toHaveLength(1)
    })

    test('more writes at once than one group holds all get a revision of their own', async () => {
      await using store = open()
      const entries = await Promise.all(Array.from({ length: 1200 }, (_, n) => create(store, `k${n}`)))
      expect(new Set(entries.map(entry => entry.revision)).size).toBe(1200)
      expect((await store.list(resource)).entries).toHaveLength(1200)
    })

    test('resources with equal names do not see each other', async () => {
      await using store = open()
      await create(store, 'a')
      await create(store, 'a', '{}', '', 'namespaces')
      expect(names((await store.list('namespaces')).entries)).toEqual(['/a'])
      expect(names((await store.list(resource)).entries)).toEqual(['default/a'])
    })

    test('a closed store finishes what was queued and refuses the rest', async () => {
      const store = open()
      const queued = create(store, 'a')
      await store[Symbol.asyncDispose]()
      await expect(queued).resolves.toMatchObject({ name: 'a' })
      await expect(create(store, 'b')).rejects.toMatchObject({ reason: 'ServiceUnavailable' })
      await expect(store.get(key('a'))).rejects.toMatchObject({ reason: 'ServiceUnavailable' })
      await store[Symbol.asyncDispose]()
    })
  })

  describe(`${implementation}: lists`, () => {
    const scattered = [
      'b/a',
      'a/ab',
      'a/a-b',
      'a/a',
      'ab/a',
      'a-b/z',
      'a/é',
      'a/z',
      'a/\u{1f600}',
      'a/\uffee',
    ]
    const sorted = [...scattered].sort((x, y) => {
      const [[xs = '', xn = ''], [ys = '', yn = '']] = [x.split('/'), y.split('/')]
      return (
        Buffer.compare(Buffer.from(xs), Buffer.from(ys)) || Buffer.compare(Buffer.from(xn), Buffer.from(yn))
      )
    })
    const fill = async (store: Store) => {
      for (const path of scattered) {
        const [namespace = '', name = ''] = path.split('/')
        await create(store, name, '{}', namespace)
      }
    }

    test('entries come in the order of the bytes of namespace and name', async () => {
      await using store = open()
      await fill(store)
      expect(names((await store.list(resource)).entries)).toEqual(sorted)
      expect(names((await store.list(resource, { namespace: 'a' })).entries)).toEqual(
        sorted.filter(path => path.startsWith('a/')),
      )
    })

    test('pages join to the whole list and count what remains', async () => {
      await using store = open()
      await fill(store)
      for (const namespace of [undefined, 'a', 'a-b', 'b', 'none']) {
        const scope = namespace === undefined ? {} : { namespace }
        const whole = (await store.list(resource, scope)).entries
        const pages: Entry[] = []
        for (let after: Entry | undefined; ; after = pages.at(-1)) {
          const page = await store.list(resource, { ...scope, limit: 3, ...(after && { after }) })
          pages.push(...page.entries)
          expect(page.remaining).toBe(whole.length - pages.length)
          if (page.remaining === 0) break
        }
        expect(pages).toEqual(whole)
      }
    })

    test('a start position of another namespace bounds a namespaced list', async () => {
      await using store = open()
      await fill(store)
      const from = (namespace: string) =>
        store.list(resource, { namespace: 'a-b', after: { namespace, name: 'm' } })
      expect(names((await from('a')).entries)).toEqual(['a-b/z'])
      expect(names((await from('b')).entries)).toEqual([])
    })

    test('a list at a past revision shows that state, page by page', async () => {
      await using store = open()
      const a = await create(store, 'a', '1')
      const b = await create(store, 'b', '1')
      const c = await create(store, 'c', '1')
      const at = store.revision()
      await update(store, await update(store, a, '2'), '3')
      await remove(store, b)
      await create(store, 'd', '1')
      expect(await store.list(resource, { at })).toEqual({ entries: [a, b, c], revision: at, remaining: 0 })
      expect(await store.list(resource, { at, limit: 2 })).toEqual({
        entries: [a, b],
        revision: at,
        remaining: 1,
      })
      expect((await store.list(resource, { at, limit: 2, after: b })).entries).toEqual([c])
      expect((await store.list(resource, { at, namespace: 'other' })).entries).toEqual([])
    })

    test('a list at a revision to come is told to wait', async () => {
      await using store = open()
      await expect(store.list(resource, { at: 2 })).rejects.toMatchObject({
        reason: 'Timeout',
        details: { retryAfterSeconds: 1, causes: [{ reason: 'ResourceVersionTooLarge' }] },
      })
    })
  })

  describe(`${implementation}: watches`, () => {
    test('a watch sees each later change of its resource once, in order, with the value before', async () => {
      await using store = open()
      const a = await create(store, 'a', '1')
      const watch = await watching(store, store.revision())
      const second = await update(store, a, '2')
      await create(store, 'x', '{}', 'default', 'secrets')
      const gone = await remove(store, second)
      const b = await create(store, 'b', '1')
      expect(await watch.reach(3)).toEqual([
        { op: 'update', entry: second, previous: '1' },
        { op: 'delete', entry: gone, previous: '2' },
        { op: 'create', entry: b },
      ])
    })

    test('a watch from the past delivers the past, then the present, with nothing missing or twice', async () => {
      await using store = open()
      const written = await Promise.all(Array.from({ length: 700 }, (_, n) => create(store, `k${n}`)))
      const from = written[99]?.revision ?? 0
      const watch = await watching(store, from)
      written.push(...(await Promise.all(Array.from({ length: 300 }, (_, n) => create(store, `l${n}`)))))
      const seen = (await watch.reach(900)).map(change => change.entry.revision)
      expect(seen).toEqual(written.map(entry => entry.revision).filter(revision => revision > from))
    })

    test('a change is visible to reads when a watcher hears of it', async () => {
      await using store = open()
      const read = Promise.withResolvers<Entry | undefined>()
      await store.watch({
        resource,
        from: store.revision(),
        onChange: change => read.resolve(store.get(change.entry)),
      })
      const entry = await create(store, 'a')
      expect(await read.promise).toEqual(entry)
    })

    test('a namespaced watch hears of its namespace only', async () => {
      await using store = open()
      const watch = await watching(store, store.revision(), 'a')
      await create(store, 'x', '{}', 'b')
      await create(store, 'y', '{}', 'a')
      expect(names((await watch.reach(1)).map(change => change.entry))).toEqual(['a/y'])
    })

    test('a stopped watch hears nothing more', async () => {
      await using store = open()
      const watch = await watching(store, store.revision())
      const other = await watching(store, store.revision())
      watch.stop()
      await create(store, 'a')
      await other.reach(1)
      expect(watch.changes).toEqual([])
    })

    test('a watcher that throws is ended with its error and the others go on', async () => {
      await using store = open()
      const ended = Promise.withResolvers<Error>()
      await store.watch({
        resource,
        from: store.revision(),
        onChange: () => {
          throw new Error('broken')
        },
        onEnd: ended.resolve,
      })
      const other = await watching(store, store.revision())
      await create(store, 'a')
      await create(store, 'b')
      expect((await ended.promise).message).toBe('broken')
      expect(await other.reach(2)).toHaveLength(2)
    })

    test('closing the store ends its watches', async () => {
      const store = open()
      const watch = await watching(store, store.revision())
      await store[Symbol.asyncDispose]()
      expect(await watch.ended).toMatchObject({ reason: 'ServiceUnavailable' })
      await expect(watching(store, 1)).rejects.toMatchObject({ reason: 'ServiceUnavailable' })
    })
  })

  describe(`${implementation}: compaction`, () => {
    test('it keeps current state and refuses only what lies below the floor of that resource', async () => {
      await using store = open()
      const first = await create(store, 'a', '1')
      const kept = await create(store, 'b', '1')
      await create(store, 's', '{}', 'default', 'secrets')
      const second = await update(store, first, '2')
      await store.compact(resource, second.revision)
      expect(store.floor(resource)).toBe(second.revision)
      expect(store.floor('secrets')).toBe(0)
      expect((await store.list(resource)).entries).toEqual([second, kept])
      await expect(store.list(resource, { at: kept.revision })).rejects.toMatchObject({ reason: 'Expired' })
      await expect(watching(store, kept.revision)).rejects.toMatchObject({
        reason: 'Expired',
        message: `too old resource version: ${kept.revision} (${second.revision})`,
      })
      const secrets = await watching(store, 1, undefined, 'secrets')
      expect(await secrets.reach(1)).toHaveLength(1)
    })

    test('history above the floor still shows the values before it', async () => {
      await using store = open()
      const a = await create(store, 'a', '1')
      const b = await create(store, 'b', '1')
      const later = await update(store, a, '2')
      await store.compact(resource, b.revision)
      expect((await store.list(resource, { at: b.revision })).entries).toEqual([a, b])
      const watch = await watching(store, b.revision)
      expect(await watch.reach(1)).toEqual([{ op: 'update', entry: later, previous: '1' }])
    })

    test('it stops at the present', async () => {
      await using store = open()
      const a = await create(store, 'a')
      await store.compact(resource, 1_000_000)
      expect(store.floor(resource)).toBe(a.revision)
      const watch = await watching(store, a.revision)
      const b = await create(store, 'b')
      expect(await watch.reach(1)).toEqual([{ op: 'create', entry: b }])
    })

    test('a lower revision than the floor changes nothing', async () => {
      await using store = open()
      await create(store, 'a')
      const b = await create(store, 'b')
      await store.compact(resource, b.revision)
      await store.compact(resource, 1)
      expect(store.floor(resource)).toBe(b.revision)
    })

    test('a watch that compaction overtakes ends as expired', async () => {
      await using store = open()
      await Promise.all(Array.from({ length: 400 }, (_, n) => create(store, `k${n}`)))
      const watch = await watching(store, 1)
      await store.compact(resource, store.revision())
      expect(await watch.ended).toMatchObject({ reason: 'Expired' })
    })
  })

  test(`${implementation}: any sequence of operations gives the model's revisions, states and events`, async () => {
    await fc.assert(
      fc.asyncProperty(actions, async steps => {
        await using store = open()
        await runAgainstModel(store, steps)
      }),
      { numRuns: 60 },
    )
  })
}
