import { describe, expect, test } from 'vitest'
import { startTestServer } from '../../../test/api-server.ts'
import { FakeClock } from '../../lib/clock.fake.ts'
import { caller, type WatchReader } from '../caller.fake.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const mergePatch = { contentType: 'application/merge-patch+json' }

async function start() {
  const clock = new FakeClock()
  const test = await startTestServer({ clock })
  const { call, watch } = caller(test.server)
  const map = (name: string, metadata: object = {}, namespace = 'default') =>
    call('POST', `/api/v1/namespaces/${namespace}/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, ...metadata },
    }).then(({ json }) => json)
  const namespace = (name: string, finalizers?: string[]) =>
    call('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, finalizers },
    })
  return {
    call,
    watch,
    map,
    namespace,
    clock,
    store: test.store,
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}

interface Owner {
  metadata: { name: string; uid: string }
}
const ownedBy = (...owners: (Owner & { blocks?: boolean })[]) => ({
  ownerReferences: owners.map(({ metadata: { name, uid }, blocks }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    uid,
    ...(blocks && { blockOwnerDeletion: true }),
  })),
})

/** Reads events until the object of this name is deleted; what was seen before it. */
async function untilDeleted(watch: WatchReader, name: string): Promise<string[]> {
  const seen: string[] = []
  for (;;) {
    const event = await watch.next()
    if (!event) throw new Error('the watch ended')
    seen.push(`${event.type} ${event.object.metadata.name}`)
    if (event.type === 'DELETED' && event.object.metadata.name === name) return seen
  }
}

describe('namespaces', () => {
  test('the standing ones are there at once, labelled with their name', async () => {
    await using api = await start()
    const { json } = await api.call('GET', '/api/v1/namespaces')
    expect(json.items.map((item: Owner) => item.metadata.name)).toEqual(['default', 'kube-system'])
    expect(json.items[0]).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'default' } },
      status: { phase: 'Active' },
    })
  })

  test('deletion takes no new content, empties the namespace and ends', async () => {
    await using api = await start()
    await api.namespace('team')
    await api.map('free', {}, 'team')
    await api.map('held', { finalizers: ['example.com/hold'] }, 'team')
    using namespaces = await api.watch('/api/v1/namespaces?watch=true&fieldSelector=metadata.name%3Dteam')
    using contents = await api.watch('/api/v1/namespaces/team/configmaps?watch=true')
    const { json } = await api.call('DELETE', '/api/v1/namespaces/team')
    expect(json.status.phase).toBe('Terminating')
    await untilDeleted(contents, 'free')
    const refused = await api.call('POST', '/api/v1/namespaces/team/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'late' },
    })
    expect([refused.status, refused.json.details.causes[0].reason]).toEqual([403, 'NamespaceTerminating'])
    await api.call(
      'PATCH',
      '/api/v1/namespaces/team/configmaps/held',
      { metadata: { finalizers: null } },
      mergePatch,
    )
    await untilDeleted(namespaces, 'team')
    expect((await api.store.list('configmaps', { namespace: 'team' })).entries).toEqual([])
    expect((await api.namespace('team')).status).toBe(201)
  })

  test('a label that reads like a deletion deletes nothing', async () => {
    await using api = await start()
    await api.namespace('team')
    await api.map('kept', {}, 'team')
    await api.call(
      'PATCH',
      '/api/v1/namespaces/team',
      { metadata: { labels: { deletionTimestamp: 'x' } } },
      mergePatch,
    )
    expect(await api.map('more', {}, 'team')).toMatchObject({ kind: 'ConfigMap' })
    await api.namespace('other')
    using others = await api.watch('/api/v1/namespaces?watch=true')
    await api.call('DELETE', '/api/v1/namespaces/other')
    await untilDeleted(others, 'other')
    expect((await api.store.list('configmaps', { namespace: 'team' })).entries).toHaveLength(2)
  })
})

describe('garbage collection', () => {
  test('dependents go with their last owner, theirs with them', async () => {
    await using api = await start()
    const [first, second] = [await api.map('first'), await api.map('second')]
    const child = await api.map('child', ownedBy(first, second))
    await api.map('grandchild', ownedBy(child))
    using watch = await api.watch(`${maps}?watch=true`)
    await api.call('DELETE', `${maps}/first`)
    await untilDeleted(watch, 'first')
    await expect
      .poll(async () => (await api.call('GET', `${maps}/child`)).json.metadata.ownerReferences)
      .toHaveLength(1)
    await api.call('DELETE', `${maps}/second`)
    await untilDeleted(watch, 'grandchild')
    expect((await api.call('GET', maps)).json.items).toEqual([])
  })

  test('an owner that never was takes the object with it, one of an unknown kind does not', async () => {
    await using api = await start()
    using watch = await api.watch(`${maps}?watch=true`)
    const nobody = { metadata: { name: 'nobody', uid: '00000000-0000-4000-8000-000000000000' } }
    const foreign = ownedBy(nobody).ownerReferences.map(owner => ({
      ...owner,
      kind: 'Machine',
      apiVersion: 'x.example/v1',
    }))
    await api.map('foreign', { ownerReferences: foreign })
    await api.map('orphan', ownedBy(nobody))
    await untilDeleted(watch, 'orphan')
    expect((await api.call('GET', `${maps}/foreign`)).status).toBe(200)
  })

  test('Foreground waits for dependents that block, Orphan frees them', async () => {
    await using api = await start()
    const owner = await api.map('owner')
    await api.map('child', { ...ownedBy({ ...owner, blocks: true }), finalizers: ['example.com/hold'] })
    using watch = await api.watch(`${maps}?watch=true`)
    const { json } = await api.call('DELETE', `${maps}/owner`, { propagationPolicy: 'Foreground' })
    expect(json.metadata.finalizers).toEqual(['foregroundDeletion'])
    await expect
      .poll(async () => (await api.call('GET', `${maps}/child`)).json.metadata.deletionTimestamp)
      .toBeDefined()
    expect((await api.call('GET', `${maps}/owner`)).status).toBe(200)
    await api.call('PATCH', `${maps}/child`, { metadata: { finalizers: null } }, mergePatch)
    const seen = await untilDeleted(watch, 'owner')
    expect(seen).toContain('DELETED child')

    const parent = await api.map('parent')
    await api.map('kept', ownedBy(parent))
    await api.call('DELETE', `${maps}/parent`, { propagationPolicy: 'Orphan' })
    await untilDeleted(watch, 'parent')
    expect((await api.call('GET', `${maps}/kept`)).json.metadata.ownerReferences ?? []).toEqual([])
  })

  test('objects that own each other go when they are deleted in the foreground', async () => {
    await using api = await start()
    const one = await api.map('one')
    const two = await api.map('two', ownedBy({ ...one, blocks: true }))
    await api.call('PATCH', `${maps}/one`, { metadata: ownedBy({ ...two, blocks: true }) }, mergePatch)
    using watch = await api.watch(`${maps}?watch=true`)
    await api.call('DELETE', `${maps}/one`, { propagationPolicy: 'Foreground' })
    await untilDeleted(watch, 'one')
    await expect.poll(async () => (await api.call('GET', maps)).json.items).toEqual([])
  })
})

test('events are gone an hour after their last write', async () => {
  await using api = await start()
  const events = '/api/v1/namespaces/default/events'
  const event = (name: string) =>
    api.call('POST', events, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name },
      involvedObject: { name },
    })
  await event('a')
  await event('b')
  api.clock.advance(30 * 60_000)
  await api.call('PATCH', `${events}/a`, { count: 2 }, mergePatch)
  using watch = await api.watch(`${events}?watch=true`)
  api.clock.advance(30 * 60_000)
  expect(await untilDeleted(watch, 'b')).not.toContain('DELETED a')
  api.clock.advance(30 * 60_000)
  await untilDeleted(watch, 'a')
})
