import { describe, expect, test } from 'vitest'
import { configMap, maps, mergePatch, prompt, prompts, start } from './objects.fake.ts'

describe('create', () => {
  test('the server sets what only it knows, and answers 201', async () => {
    await using api = await start()
    const forged = { uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z', generation: 9, selfLink: '/x' }
    const { status, json } = await api.call('POST', prompts, {
      ...prompt('a', 'Hello.', forged),
      status: { revision: 'forged' },
    })
    expect(status).toBe(201)
    expect(json.metadata.generation).toBe(1)
    expect(json.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
    expect(json.metadata.creationTimestamp).toMatch(/^20[2-9]\d-.*:\d\dZ$/)
    expect(json.metadata.resourceVersion).toMatch(/^[1-9]\d*$/)
    expect(json.metadata.selfLink).toBeUndefined()
    expect(json.status).toBeUndefined()
    expect(json.metadata.managedFields).toMatchObject([{ manager: 'test', operation: 'Update' }])
  })

  test('a name that is taken is refused with AlreadyExists', async () => {
    await using api = await start()
    await api.call('POST', maps, configMap('a'))
    const { status, json } = await api.call('POST', maps, configMap('a'))
    expect(status).toBe(409)
    expect(json).toMatchObject({
      kind: 'Status',
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
      details: { name: 'a', kind: 'configmaps' },
    })
  })

  test.each([
    ['another version', { apiVersion: 'v2' }, 400, /does not match the expected API version \(v1\)/],
    ['another kind', { kind: 'Secret' }, 400, /cannot be handled as a ConfigMap/],
    [
      'another namespace',
      { metadata: { name: 'a', namespace: 'b' } },
      400,
      /namespace of the provided object/,
    ],
    [
      'a resourceVersion',
      { metadata: { name: 'a', resourceVersion: '1' } },
      400,
      /should not be set on objects/,
    ],
    ['no name', { metadata: {} }, 422, /metadata\.name: Required value/],
    ['a bad name', { metadata: { name: 'A_b' } }, 422, /metadata\.name: Invalid value/],
    ['a wrong type', { data: { a: 1 } }, 422, /data\.a/],
  ])('%s is refused', async (_, change, code, message) => {
    await using api = await start()
    const { status, json } = await api.call('POST', maps, { ...configMap('a'), ...change })
    expect([status, json.code]).toEqual([code, code])
    expect(json.message).toMatch(message)
  })

  test('generateName makes names that differ', async () => {
    await using api = await start()
    const names = new Set<string>()
    for (let i = 0; i < 20; i++) {
      const { json } = await api.call('POST', maps, { ...configMap(''), metadata: { generateName: 'run-' } })
      names.add(json.metadata.name)
    }
    expect(names.size).toBe(20)
    for (const name of names) expect(name).toMatch(/^run-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  })

  test('a missing namespace is named as what was not found', async () => {
    await using api = await start()
    const { status, json } = await api.call('POST', maps.replace('default', 'nowhere'), configMap('a'))
    expect(status).toBe(404)
    expect(json.message).toBe('namespaces "nowhere" not found')
  })

  test('a collection across namespaces takes no objects', async () => {
    await using api = await start()
    expect((await api.call('POST', '/api/v1/configmaps', configMap('a'))).status).toBe(405)
  })

  test('YAML is read as JSON is', async () => {
    await using api = await start()
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: "1"\n'
    const { status, json } = await api.call('POST', maps, yaml, { contentType: 'application/yaml' })
    expect([status, json.data]).toEqual([201, { x: '1' }])
    const bomb = `a: &a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n`
    expect((await api.call('POST', maps, bomb, { contentType: 'application/yaml' })).status).toBe(400)
  })

  test('stringData of a secret becomes data, and the store holds no plain text', async () => {
    await using api = await start()
    const path = maps.replace('configmaps', 'secrets')
    const { json } = await api.call('POST', path, {
      ...configMap('a'),
      kind: 'Secret',
      data: undefined,
      stringData: { key: 'sesame' },
    })
    expect(json.data).toEqual({ key: Buffer.from('sesame').toString('base64') })
    expect(json.stringData).toBeUndefined()
    const entry = await api.store.get({ resource: 'secrets', namespace: 'default', name: 'a' })
    expect(entry?.value).not.toContain(json.data.key)
    expect((await api.call('GET', `${path}/a`)).json).toEqual(json)
  })
})

describe('update', () => {
  test('generation counts changes of what is wanted, not of metadata and status', async () => {
    await using api = await start()
    const { json: made } = await api.call('POST', prompts, prompt('a'))
    const label = await api.call('PUT', `${prompts}/a`, {
      ...made,
      metadata: { ...made.metadata, labels: { x: 'y' } },
    })
    expect(label.json.metadata.generation).toBe(1)
    const spec = await api.call('PUT', `${prompts}/a`, {
      ...label.json,
      ...prompt('a', 'Bye.', label.json.metadata),
    })
    expect(spec.json.metadata.generation).toBe(2)
    const status = await api.call('PUT', `${prompts}/a/status`, {
      ...spec.json,
      spec: {},
      status: { revision: 'abc' },
    })
    expect(status.json).toMatchObject({
      metadata: { generation: 2 },
      status: { revision: 'abc' },
      spec: spec.json.spec,
    })
    const kept = await api.call('PUT', `${prompts}/a`, { ...status.json, status: { revision: 'forged' } })
    expect(kept.json.status).toEqual({ revision: 'abc' })
  })

  test('an old resourceVersion and another uid are conflicts, none is invalid for custom kinds', async () => {
    await using api = await start()
    const { json: first } = await api.call('POST', prompts, prompt('a'))
    await api.call('PUT', `${prompts}/a`, { ...first, ...prompt('a', 'Bye.', first.metadata) })
    const stale = await api.call('PUT', `${prompts}/a`, first)
    expect(stale.status).toBe(409)
    expect(stale.json.message).toBe(
      'Operation cannot be fulfilled on prompts.keelway.dev "a": the object has been modified; please apply your changes to the latest version and try again',
    )
    const blind = await api.call('PUT', `${prompts}/a`, prompt('a'))
    expect([blind.status, blind.json.message]).toEqual([
      422,
      'Prompt.keelway.dev "a" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    ])
    const other = await api.call('PUT', `${prompts}/a`, prompt('a', 'x', { uid: 'other' }))
    expect([other.status, other.json.reason]).toEqual([409, 'Conflict'])
  })

  test('core kinds are updated without a resourceVersion; a Lease is even created', async () => {
    await using api = await start()
    await api.call('POST', maps, configMap('a'))
    expect((await api.call('PUT', `${maps}/a`, configMap('a', { data: { b: '2' } }))).json.data).toEqual({
      b: '2',
    })
    expect((await api.call('PUT', `${maps}/new`, configMap('new'))).status).toBe(404)
    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' }, spec: {} }
    expect((await api.call('PUT', `${leases}/l`, lease)).status).toBe(201)
  })

  test('a write that changes nothing makes neither revision nor event', async () => {
    await using api = await start()
    const { json: made } = await api.call('POST', prompts, prompt('a'))
    const again = await api.call('PUT', `${prompts}/a`, made, { headers: { 'user-agent': 'other/2' } })
    expect(again.json).toEqual(made)
    const patched = await api.call('PATCH', `${prompts}/a`, { spec: prompt('a').spec }, mergePatch)
    expect(patched.json).toEqual(made)
    expect(api.store.revision()).toBe(Number(made.metadata.resourceVersion))
  })

  test('an immutable config map stays as it is', async () => {
    await using api = await start()
    await api.call('POST', maps, configMap('a', { immutable: true }))
    expect((await api.call('PATCH', `${maps}/a`, { data: { a: '2' } }, mergePatch)).status).toBe(422)
    expect(
      (await api.call('PATCH', `${maps}/a`, { metadata: { labels: { x: 'y' } } }, mergePatch)).status,
    ).toBe(200)
  })

  test('the last writer of the wanted state is named, status writers are not', async () => {
    await using api = await start()
    const { json: made } = await api.call('POST', prompts, prompt('a'))
    await api.call('PATCH', `${prompts}/a/status`, { status: { revision: 'r' } }, mergePatch)
    const path = `${prompts}/a?fieldManager=alice`
    expect((await api.call('GET', `${prompts}/a`)).json.metadata.managedFields).toEqual(
      made.metadata.managedFields,
    )
    const { json } = await api.call('PATCH', path, { metadata: { labels: { x: 'y' } } }, mergePatch)
    expect(json.metadata.managedFields).toMatchObject([{ manager: 'alice' }])
  })
})

describe('patch', () => {
  test('each type has its codes', async () => {
    await using api = await start()
    await api.call('POST', maps, configMap('a'))
    await api.call('POST', prompts, prompt('p'))
    const cases: [string, unknown, string, number][] = [
      [`${maps}/a`, [{ op: 'add', path: '/data/b', value: '2' }], 'application/json-patch+json', 200],
      [`${maps}/a`, [{ op: 'test', path: '/data/b', value: '3' }], 'application/json-patch+json', 422],
      [`${maps}/a`, [{ op: 'remove', path: '/data/none' }], 'application/json-patch+json', 422],
      [`${maps}/a`, [{ op: 'jump', path: '/data' }], 'application/json-patch+json', 400],
      [`${maps}/a`, { op: 'add' }, 'application/json-patch+json', 400],
      [`${maps}/a`, { data: { b: null } }, 'application/merge-patch+json', 200],
      [`${maps}/a`, [], 'application/merge-patch+json', 400],
      [`${maps}/a`, { metadata: { name: 'b' } }, 'application/merge-patch+json', 422],
      [`${maps}/a`, { metadata: { resourceVersion: '1' } }, 'application/merge-patch+json', 409],
      [`${maps}/a`, { data: { c: '3' } }, 'application/strategic-merge-patch+json', 200],
      [`${prompts}/p`, { spec: {} }, 'application/strategic-merge-patch+json', 415],
      [`${maps}/a`, configMap('a'), 'application/apply-patch+yaml', 415],
      [`${maps}/a`, configMap('a'), 'application/json', 415],
      [`${maps}/none`, {}, 'application/merge-patch+json', 404],
      [`${maps}/a`, '{"a":', 'application/merge-patch+json', 400],
    ]
    for (const [path, body, contentType, status] of cases)
      expect([contentType, body, (await api.call('PATCH', path, body, { contentType })).status]).toEqual([
        contentType,
        body,
        status,
      ])
    expect((await api.call('GET', `${maps}/a`)).json.data).toEqual({ a: '1', c: '3' })
  })

  test('concurrent patches of one object are all applied', async () => {
    await using api = await start()
    await api.call('POST', maps, configMap('a'))
    const names = ['p', 'q', 'r', 's']
    const all = await Promise.all(
      names.map(name => api.call('PATCH', `${maps}/a`, { data: { [name]: name } }, mergePatch)),
    )
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(Object.keys((await api.call('GET', `${maps}/a`)).json.data).sort()).toEqual(['a', ...names])
  })
})

describe('dryRun and fieldValidation', () => {
  test('a dry run answers as if and writes nothing', async () => {
    await using api = await start()
    const before = api.store.revision()
    const { status, json } = await api.call('POST', `${prompts}?dryRun=All`, prompt('a'))
    expect([status, json.metadata.generation]).toEqual([201, 1])
    expect((await api.call('POST', `${prompts}?dryRun=All`, { ...prompt('a'), spec: {} })).status).toBe(422)
    expect((await api.call('POST', `${prompts}?dryRun=Some`, prompt('a'))).status).toBe(422)
    expect(api.store.revision()).toBe(before)
    await api.call('POST', prompts, prompt('a'))
    const after = api.store.revision()
    expect(
      (await api.call('PATCH', `${prompts}/a?dryRun=All`, { metadata: { labels: { a: 'b' } } }, mergePatch))
        .json.metadata.labels,
    ).toEqual({ a: 'b' })
    expect((await api.call('DELETE', `${prompts}/a?dryRun=All`)).status).toBe(200)
    expect(api.store.revision()).toBe(after)
  })

  const twice =
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1","x":"2"},"foo":1}'

  test('unknown and duplicate fields are warned of, refused or ignored as asked for', async () => {
    await using api = await start()
    const strict = await api.call('POST', `${maps}?fieldValidation=Strict`, twice)
    expect([strict.status, strict.json.message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo", duplicate field "data.x"',
    ])
    const warned = await api.call('POST', maps, twice)
    expect([warned.status, warned.headers.warning]).toEqual([
      201,
      String.raw`299 - "unknown field \"foo\"", 299 - "duplicate field \"data.x\""`,
    ])
    const ignored = await api.call('POST', `${maps}?fieldValidation=Ignore`, twice.replace('"a"', '"b"'))
    expect([ignored.status, ignored.headers.warning]).toEqual([201, undefined])
    const patch = await api.call('PATCH', `${maps}/a?fieldValidation=Strict`, { foo: 1 }, mergePatch)
    expect([patch.status, patch.json.details.causes[0].field]).toEqual([422, 'patch'])
  })
})
