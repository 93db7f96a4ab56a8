import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startTestServer } from '../../test/api-server.ts'
import { FakeClock } from '../lib/clock.fake.ts'
import { caller } from './caller.fake.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const all = '/api/v1/configmaps'

async function start(names: readonly string[] = []) {
  const clock = new FakeClock()
  const test = await startTestServer({ clock })
  const api = caller(test.server)
  const put = (name: string, labels: Record<string, string> = {}) =>
    api.call('POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } })
  for (const name of names) await put(name, { first: name.slice(0, 1) })
  return { ...api, clock, put, store: test.store, [Symbol.asyncDispose]: () => test[Symbol.asyncDispose]() }
}

interface Item {
  metadata: { name: string }
}
const namesOf = (json: { items: Item[] }) => json.items.map(({ metadata }) => metadata.name)

describe('list', () => {
  test('it is a snapshot in order of names', async () => {
    await using api = await start(['b', 'a', 'a.b', 'a-b'])
    const { json } = await api.call('GET', maps)
    expect(json).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' })
    expect(namesOf(json)).toEqual(['a', 'a-b', 'a.b', 'b'])
    expect(json.metadata).toEqual({ resourceVersion: String(api.store.revision()) })
  })

  test('pages are one snapshot, whatever is written meanwhile and whatever the selector', async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-c][0-9]$/), { minLength: 1, maxLength: 20 })
    const choice = fc.record({
      names,
      limit: fc.integer({ min: 1, max: 7 }),
      query: fc.constantFrom(
        '',
        'labelSelector=first%3Da',
        'labelSelector=first+in+(a,b)',
        'fieldSelector=metadata.name!%3Da1',
      ),
    })
    await fc.assert(
      fc.asyncProperty(choice, async ({ names, limit, query }) => {
        await using api = await start(names)
        const { json: whole } = await api.call('GET', `${all}?${query}`)
        const paged: string[] = []
        let token = ''
        for (let page = 0; ; page++) {
          const { json } = await api.call('GET', `${all}?${query}&limit=${limit}&continue=${token}`)
          paged.push(...namesOf(json))
          expect(json.metadata.resourceVersion).toBe(whole.metadata.resourceVersion)
          if (!query && json.metadata.continue)
            expect(json.metadata.remainingItemCount).toBe(names.length - paged.length)
          token = json.metadata.continue ?? ''
          if (!token) break
          await api.put(`zz${page}`, { first: 'a' })
          await api.call('DELETE', `${maps}/${names[0]}`)
        }
        expect(paged).toEqual(namesOf(whole))
      }),
      { numRuns: 40 },
    )
  })

  test('an expired page offers to go on with what is current', async () => {
    await using api = await start(['a', 'b', 'c'])
    const first = await api.call('GET', `${maps}?limit=1`)
    await api.put('d')
    await api.call('DELETE', `${maps}/d`)
    await api.store.compact('configmaps', api.store.revision())
    const { status, json } = await api.call('GET', `${maps}?limit=1&continue=${first.json.metadata.continue}`)
    expect([status, json.reason]).toEqual([410, 'Expired'])
    const rest = await api.call('GET', `${maps}?continue=${json.metadata.continue}`)
    expect(namesOf(rest.json)).toEqual(['b', 'c'])
  })

  test('versions mean what Kubernetes says', async () => {
    await using api = await start(['a'])
    const then = api.store.revision()
    await api.put('b')
    expect(namesOf((await api.call('GET', `${maps}?resourceVersion=0`)).json)).toEqual(['a', 'b'])
    expect(namesOf((await api.call('GET', `${maps}?resourceVersion=${then}`)).json)).toEqual(['a', 'b'])
    const exact = `resourceVersion=${then}&resourceVersionMatch=Exact`
    expect(namesOf((await api.call('GET', `${maps}?${exact}`)).json)).toEqual(['a'])
    expect(namesOf((await api.call('GET', `${maps}?resourceVersion=${then}&limit=5`)).json)).toEqual(['a'])
    const codes = async (query: string) => (await api.call('GET', `${maps}?${query}`)).status
    expect(await codes('resourceVersion=0&resourceVersionMatch=Exact')).toBe(422)
    expect(await codes('resourceVersionMatch=Exact')).toBe(422)
    expect(await codes('resourceVersion=1&resourceVersionMatch=Other')).toBe(422)
    expect(await codes('sendInitialEvents=true')).toBe(422)
    expect(await codes('resourceVersion=abc')).toBe(400)
    expect(await codes('continue=abc')).toBe(400)
    expect(await codes('limit=-1')).toBe(400)
  })

  test('a version that is to come is waited for, then refused', async () => {
    await using api = await start(['a'])
    const next = api.store.revision() + 1
    const waiting = api.call('GET', `${maps}?resourceVersion=${next}`)
    await api.put('b')
    api.clock.advance(100)
    expect(namesOf((await waiting).json)).toEqual(['a', 'b'])
    const refused = await api.call('GET', `${maps}?resourceVersion=999&resourceVersionMatch=Exact`)
    expect([refused.status, refused.json.message, refused.headers['retry-after']]).toEqual([
      504,
      `Timeout: Too large resource version: 999, current: ${api.store.revision()}`,
      '1',
    ])
  })

  test('field selectors know metadata and what the kind declares', async () => {
    await using api = await start(['a', 'b'])
    expect(namesOf((await api.call('GET', `${maps}?fieldSelector=metadata.name=b`)).json)).toEqual(['b'])
    expect(namesOf((await api.call('GET', `${all}?fieldSelector=metadata.name=b`)).json)).toEqual(['b'])
    const events = '/api/v1/namespaces/default/events'
    const event = (name: string, component: string) =>
      api.call('POST', events, {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name },
        involvedObject: { kind: 'ConfigMap', name, namespace: 'default' },
        source: { component },
      })
    await event('a', 'x,y')
    await event('b', 'z')
    expect(namesOf((await api.call('GET', `${events}?fieldSelector=source%3Dx%5C,y`)).json)).toEqual(['a'])
    expect(namesOf((await api.call('GET', `${events}?fieldSelector=involvedObject.name!=a`)).json)).toEqual([
      'b',
    ])
    const unknown = await api.call('GET', `${maps}?fieldSelector=spec.x=1`)
    expect([unknown.status, unknown.json.message]).toEqual([400, 'field label not supported: spec.x'])
  })

  test('tables and metadata alone are lists as well', async () => {
    await using api = await start(['a'])
    api.clock.advance(3 * 60_000)
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
    const { json, headers } = await api.call('GET', `${maps}?includeObject=None`, undefined, { accept })
    expect(headers['content-type']).toBe('application/json;as=Table;v=v1;g=meta.k8s.io')
    expect(json).toMatchObject({ kind: 'Table', rows: [{ cells: ['a', 0, '3m'] }] })
    expect(json.rows[0].object).toBeUndefined()
    const metadata = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'
    expect((await api.call('GET', maps, undefined, { accept: metadata })).json).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'a' } }],
    })
    const alien = 'application/json;as=Chart;v=v1;g=meta.k8s.io'
    expect((await api.call('GET', maps, undefined, { accept: alien })).status).toBe(406)
  })
})
