import { expect, test } from 'vitest'
import type { ApiError } from '../api/errors.ts'
import { ConfigMap, Namespace } from '../api/kinds/core.ts'
import { Prompt } from '../api/kinds/prompt.ts'
import { systemClock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import { createClient } from './api-client.ts'
import { createInformer } from './list-watch-informer.ts'
import type { Transport } from './transport.ts'

export interface OpenTransport extends AsyncDisposable {
  transport: Transport
}

const namespace = 'default'
const configMap = (name: string, data: Record<string, string> = {}) => ({
  metadata: { name, namespace },
  data,
})
const prompt = (name: string, content = 'hello') => ({
  metadata: { name, namespace },
  spec: { messages: [{ role: 'system', content }], variables: {}, partials: {} },
})
const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: ApiError) => error.reason,
  )

/** What a client can rely on with every transport and every server; each has kinds Namespace, ConfigMap and Prompt. */
export function clientContract(name: string, open: () => Promise<OpenTransport>): void {
  const dependencies = { clock: systemClock, random: systemRandom }
  const connect = async () => {
    const opened = await open()
    const client = createClient(opened.transport, dependencies)
    return { client, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
  }

  test(`${name}: objects are made, read, replaced, patched and deleted`, async () => {
    await using connection = await connect()
    const { client } = connection
    const made = await client.create(ConfigMap, configMap('a', { x: '1' }), { fieldManager: 'test' })
    expect(made).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { x: '1' },
    })
    expect(await client.get(ConfigMap, 'a', namespace)).toEqual(made)
    const replaced = await client.update(ConfigMap, { ...made, data: { y: '2' } })
    expect(replaced.data).toEqual({ y: '2' })
    const patched = await client.patch(ConfigMap, 'a', namespace, { data: { y: null, z: '3' } })
    expect(patched.data).toEqual({ z: '3' })
    expect((await client.list(ConfigMap, { namespace })).items).toEqual([patched])
    await client.delete(ConfigMap, 'a', namespace)
    expect(await client.find(ConfigMap, 'a', namespace)).toBeUndefined()
  })

  test(`${name}: errors carry the reason`, async () => {
    await using connection = await connect()
    const { client } = connection
    expect(await reasonOf(client.get(ConfigMap, 'none', namespace))).toBe('NotFound')
    const made = await client.create(ConfigMap, configMap('a'))
    expect(await reasonOf(client.create(ConfigMap, configMap('a')))).toBe('AlreadyExists')
    await client.update(ConfigMap, { ...made, data: { x: '1' } })
    expect(await reasonOf(client.update(ConfigMap, { ...made, data: { x: '2' } }))).toBe('Conflict')
    const uid = '00000000-0000-4000-8000-000000000000'
    expect(await reasonOf(client.delete(ConfigMap, 'a', namespace, { uid }))).toBe('Conflict')
    expect(await reasonOf(client.get(ConfigMap, 'a'))).toBe('BadRequest')
    expect(await reasonOf(client.create(ConfigMap, { metadata: { name: 'a' } }))).toBe('BadRequest')
  })

  test(`${name}: the status is written apart from the spec`, async () => {
    await using connection = await connect()
    const { client } = connection
    const made = await client.create(Prompt, prompt('p'))
    const spec = { ...made.spec, partials: { a: 'b' } }
    const written = await client.updateStatus(Prompt, { ...made, spec, status: { digest: 'sha256:1' } })
    expect(written).toMatchObject({
      metadata: { generation: 1 },
      spec: { partials: {} },
      status: { digest: 'sha256:1' },
    })
    const changed = await client.update(Prompt, { ...written, spec, status: { digest: 'sha256:2' } })
    expect(changed).toMatchObject({ metadata: { generation: 2 }, spec, status: { digest: 'sha256:1' } })
    expect(await reasonOf(client.updateStatus(Prompt, { ...made, status: {} }))).toBe('Conflict')
  })

  test(`${name}: kinds known at run time only are found by discovery`, async () => {
    await using connection = await connect()
    const { client } = connection
    const { dynamic } = client
    expect(await dynamic.locate('keelway.dev/v1alpha1', 'Prompt')).toEqual({
      apiVersion: 'keelway.dev/v1alpha1',
      kind: 'Prompt',
      plural: 'prompts',
      namespaced: true,
    })
    expect(await dynamic.locate('v1', 'Namespace')).toMatchObject({ plural: 'namespaces', namespaced: false })
    expect(await dynamic.locate('keelway.dev/v1alpha1', 'Poem')).toBeUndefined()
    expect(await dynamic.locate('example.com/v1', 'Poem')).toBeUndefined()
    const served = await client.serves()
    for (const kind of ['v1/ConfigMap', 'v1/Namespace', 'keelway.dev/v1alpha1/Prompt'])
      expect(served).toContain(kind)
    const location = await dynamic.locate('v1', 'ConfigMap')
    if (!location) throw new Error('ConfigMap is not served')
    const object = { apiVersion: 'v1', kind: 'ConfigMap', ...configMap('d', { x: '1' }) }
    const made = await dynamic.create(location, object)
    expect(await dynamic.find(location, 'd', namespace)).toEqual(made)
    expect((await dynamic.update(location, { ...made, data: { x: '2' } })).data).toEqual({ x: '2' })
    await dynamic.delete(location, 'd', namespace)
    expect(await dynamic.find(location, 'd', namespace)).toBeUndefined()
  })

  test(`${name}: a cluster-scoped kind needs no namespace`, async () => {
    await using connection = await connect()
    const { client } = connection
    await client.create(Namespace, { metadata: { name: 'support' } })
    expect(await client.get(Namespace, 'support')).toMatchObject({ metadata: { name: 'support' } })
    expect((await client.list(Namespace)).items.map(({ metadata }) => metadata.name)).toContain('support')
  })

  test(`${name}: a watch resumes after a version, and ends on abort`, async () => {
    await using connection = await connect()
    const { client } = connection
    await client.create(ConfigMap, configMap('before'))
    const { resourceVersion } = await client.list(ConfigMap)
    const made = await client.create(ConfigMap, configMap('a', { text: 'grüße 😀' }))
    const stop = new AbortController()
    const events = client
      .watch(ConfigMap, { resourceVersion, namespace, signal: stop.signal })
      [Symbol.asyncIterator]()
    expect((await events.next()).value).toEqual({ type: 'ADDED', object: made })
    const next = events.next()
    await client.delete(ConfigMap, 'a', namespace)
    expect((await next).value).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'a' } } })
    const last = events.next().catch(() => ({ done: true }))
    stop.abort()
    expect(await last).toMatchObject({ done: true })
  })

  test(`${name}: an informer follows what happens and catches up with writes`, async () => {
    await using connection = await connect()
    const { client } = connection
    await client.create(ConfigMap, configMap('a', { x: '1' }))
    await using informer = createInformer(client, ConfigMap, dependencies)
    const seen: string[] = []
    informer.onChange((now, before) =>
      seen.push(`${before?.data?.x ?? '-'} to ${now?.data?.x ?? '-'} of ${(now ?? before)?.metadata.name}`),
    )
    await informer.start()
    expect(informer.get('a', namespace)?.data).toEqual({ x: '1' })
    await client.patch(ConfigMap, 'a', namespace, { data: { x: '2' } })
    await client.create(ConfigMap, configMap('b', { x: '3' }))
    await client.delete(ConfigMap, 'a', namespace)
    await informer.caughtUp()
    expect(seen).toEqual(['- to 1 of a', '1 to 2 of a', '- to 3 of b', '2 to - of a'])
    expect(informer.list(namespace)).toMatchObject([{ kind: 'ConfigMap', metadata: { name: 'b' } }])
    expect(informer.list('elsewhere')).toEqual([])
  })
}
