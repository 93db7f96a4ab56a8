import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startTestServer } from '../../test/api-server.ts'
import { FakeClock } from '../lib/clock.fake.ts'
import { caller } from './caller.fake.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const mergePatch = { contentType: 'application/merge-patch+json' }

async function start() {
  const clock = new FakeClock()
  const test = await startTestServer({ clock })
  const api = caller(test.server)
  const put = (name: string, labels: Record<string, string> = {}, namespace = 'default') =>
    api.call('POST', `/api/v1/namespaces/${namespace}/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels },
    })
  const label = (name: string, labels: Record<string, string | null>) =>
    api.call('PATCH', `${maps}/${name}`, { metadata: { labels } }, mergePatch)
  const drop = (name: string) => api.call('DELETE', `${maps}/${name}`)
  return {
    ...api,
    clock,
    put,
    label,
    drop,
    store: test.store,
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}

describe('watch', () => {
  test('without a version it begins with what is there', async () => {
    await using api = await start()
    await api.put('a')
    using watch = await api.watch(`${maps}?watch=true`)
    expect(await watch.take(1)).toEqual(['ADDED a'])
    await api.put('b')
    await api.label('a', { x: 'y' })
    await api.drop('b')
    expect(await watch.take(3)).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b'])
  })

  test('it resumes after a version, with each event once and at its own revision', async () => {
    await using api = await start()
    const { json } = await api.put('a')
    const later = [await api.put('b'), await api.label('a', { x: 'y' })].map(({ json }) => json)
    using watch = await api.watch(`${maps}?watch=1&resourceVersion=${json.metadata.resourceVersion}`)
    expect([(await watch.next())?.object, (await watch.next())?.object]).toEqual(later)
    const gone = await api.drop('b')
    expect(gone.status).toBe(200)
    const event = await watch.next()
    expect(event?.type).toBe('DELETED')
    expect(Number(event?.object.metadata.resourceVersion)).toBe(api.store.revision())
  })

  test('an object that enters or leaves the selection is added or deleted', async () => {
    await using api = await start()
    await api.put('a', { tier: 'web' })
    using watch = await api.watch(`${maps}?watch=true&labelSelector=tier%3Dweb`)
    await api.put('other')
    await api.label('a', { colour: 'red' })
    await api.label('a', { tier: null })
    await api.label('a', { tier: 'web' })
    await api.drop('a')
    expect(await watch.take(5)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED a', 'DELETED a'])
  })

  test('an object that leaves is shown as it was, at the revision it left', async () => {
    await using api = await start()
    const { json } = await api.put('a', { tier: 'web' })
    const version = json.metadata.resourceVersion
    using watch = await api.watch(`${maps}?watch=true&labelSelector=tier&resourceVersion=${version}`)
    const left = await api.label('a', { tier: null })
    expect(await watch.next()).toMatchObject({
      type: 'DELETED',
      object: { metadata: { labels: { tier: 'web' }, resourceVersion: left.json.metadata.resourceVersion } },
    })
  })

  test('one name and one namespace are watched alone', async () => {
    await using api = await start()
    using one = await api.watch(`${maps}?watch=true&fieldSelector=metadata.name%3Da`)
    using all = await api.watch('/api/v1/configmaps?watch=true')
    await api.put('b')
    await api.put('a', {}, 'kube-system')
    await api.put('a')
    expect(await one.take(1)).toEqual(['ADDED a'])
    expect(await all.take(3)).toEqual(['ADDED b', 'ADDED a', 'ADDED a'])
  })

  test('a version that is compacted, or of another history, is an Expired event in the stream', async () => {
    await using api = await start()
    await api.put('a')
    await api.drop('a')
    await api.store.compact('configmaps', api.store.revision())
    for (const version of ['2', '999999']) {
      using watch = await api.watch(`${maps}?watch=true&resourceVersion=${version}`)
      const event = await watch.next()
      expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })
      expect(await watch.next()).toBeUndefined()
    }
    using quiet = await api.watch('/api/v1/secrets?watch=true&resourceVersion=2')
    expect(quiet.ended).toBe(false)
  })

  test('bookmarks come each minute and before the end, with the last version that was seen', async () => {
    await using api = await start()
    using watch = await api.watch(`${maps}?watch=true&allowWatchBookmarks=true&timeoutSeconds=100`)
    const { json } = await api.put('a')
    expect(await watch.take(1)).toEqual(['ADDED a'])
    api.clock.advance(60_000)
    const bookmark = {
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: json.metadata.resourceVersion },
      },
    }
    expect(await watch.next()).toMatchObject(bookmark)
    api.clock.advance(38_000)
    expect(await watch.next()).toMatchObject(bookmark)
    expect(watch.ended).toBe(false)
    api.clock.advance(2_000)
    expect(await watch.next()).toBeUndefined()
  })

  test('sendInitialEvents ends the initial state with a marked bookmark', async () => {
    await using api = await start()
    await api.put('a')
    const query = 'watch=true&sendInitialEvents=true&allowWatchBookmarks=true'
    const refused = await api.call('GET', `${maps}?${query}`)
    expect([refused.status, refused.json.reason]).toEqual([422, 'Invalid'])
    using watch = await api.watch(`${maps}?${query}&resourceVersionMatch=NotOlderThan`)
    expect(await watch.take(1)).toEqual(['ADDED a'])
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    })
    await api.put('b')
    expect(await watch.take(1)).toEqual(['ADDED b'])
    const tables = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }
    expect(
      (await api.call('GET', `${maps}?${query}&resourceVersionMatch=NotOlderThan`, undefined, tables)).status,
    ).toBe(406)
  })

  test('tables and metadata are streamed too, with the columns once', async () => {
    await using api = await start()
    using table = await api.watch(`${maps}?watch=true`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    })
    using partial = await api.watch(`${maps}?watch=true`, {
      accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    })
    await api.put('a')
    await api.put('b')
    const [first, second] = [await table.next(), await table.next()]
    expect(first?.object.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
      'Name',
      'Data',
      'Age',
    ])
    expect(second?.object).toMatchObject({ columnDefinitions: [], rows: [{ cells: ['b', 0, '0s'] }] })
    expect((await partial.next())?.object).toMatchObject({
      kind: 'PartialObjectMetadata',
      metadata: { name: 'a' },
    })
  })

  test('a watcher that does not read is closed', async () => {
    await using server = await startTestServer()
    const { call } = caller(server.server)
    const { body } = await server.server.handle({
      method: 'GET',
      path: maps,
      query: new URLSearchParams('watch=true'),
      headers: {},
      user: { name: 'admin', groups: [] },
    })
    if (typeof body === 'string') throw new Error('no stream')
    let written = 0
    const ended = new Promise<void>(resolve => {
      const write = (text: string) => {
        written += text.length
      }
      body({ write, end: resolve, backlog: () => written * 10_000 })
    })
    for (const name of ['a', 'b', 'c'])
      await call('POST', maps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
        data: { text: 'x'.repeat(2000) },
      })
    await ended
    expect(written).toBeLessThan(5000)
  })

  test('a list and the events after it always give what is there now', async () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const write = fc.oneof(
      fc.record({ op: fc.constant('put' as const), name, tier: fc.constantFrom('web', 'db') }),
      fc.record({ op: fc.constant('label' as const), name, tier: fc.constantFrom('web', 'db', null) }),
      fc.record({ op: fc.constant('drop' as const), name, tier: fc.constant(null) }),
    )
    const selector = fc.constantFrom(
      '',
      'labelSelector=tier%3Dweb',
      'labelSelector=!tier',
      'fieldSelector=metadata.name!%3Da',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 12 }),
        fc.array(write, { maxLength: 12 }),
        selector,
        async (before, after, query) => {
          await using api = await start()
          const apply = async (writes: typeof before) => {
            for (const { op, name, tier } of writes)
              if (op === 'put') await api.put(name, tier ? { tier } : {})
              else if (op === 'label') await api.label(name, { tier })
              else await api.drop(name)
          }
          await apply(before)
          const { json } = await api.call('GET', `${maps}?${query}`)
          const state = new Map<string, unknown>(
            json.items.map((item: { metadata: { name: string } }) => [item.metadata.name, item]),
          )
          await apply(after)
          using watch = await api.watch(
            `${maps}?watch=true&resourceVersion=${json.metadata.resourceVersion}&${query}`,
          )
          const last = await api.put('last', { tier: 'web' })
          await api.label('last', { tier: null })
          const end = query.includes('!tier') ? 'ADDED' : query.includes('tier') ? 'DELETED' : 'MODIFIED'
          for (;;) {
            const event = await watch.next()
            const { metadata } = event?.object ?? {}
            if (metadata?.name === 'last' && event?.type === end) break
            if (event?.type === 'ADDED') expect(state.has(metadata.name)).toBe(false)
            else expect(state.has(metadata.name)).toBe(true)
            if (event?.type === 'DELETED') state.delete(metadata.name)
            else state.set(metadata.name, event?.object)
          }
          await api.drop('last')
          state.delete(last.json.metadata.name)
          const { json: now } = await api.call('GET', `${maps}?${query}`)
          expect([...state.values()].toSorted(byName)).toEqual(now.items)
        },
      ),
      { numRuns: 60 },
    )
  })
})

const byName = (a: unknown, b: unknown): number => {
  const [one, other] = [a, b].map(object => (object as { metadata: { name: string } }).metadata.name)
  return (one ?? '') < (other ?? '') ? -1 : 1
}
