import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { serve, temporaryDirectory } from './served.fake.ts'

type Seen = [type: string, name: string]

/** Waits for events of an informer in order. */
function recorder() {
  const seen: Seen[] = []
  let wake = () => {}
  return {
    note: (type: string) => (object?: V1ConfigMap | Error) => {
      const name = object && 'metadata' in object ? (object.metadata?.name ?? '') : ''
      seen.push([type, name])
      wake()
    },
    async next(type: string): Promise<string> {
      for (;;) {
        const at = seen.findIndex(([other]) => other === type)
        if (at >= 0) return seen.splice(at, 1)[0]?.[1] ?? ''
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
  }
}

test('an informer of the JavaScript client follows, resumes and lists again when it is too late', {
  timeout: 60_000,
}, async () => {
  await using directory = await temporaryDirectory()
  await using served = await serve(directory.path)
  const config = new KubeConfig()
  config.loadFromFile(served.kubeconfig)
  const api = config.makeApiClient(CoreV1Api)
  const namespace = 'default'
  const create = (name: string) =>
    api.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data: { a: '1' } } })
  await create('before')

  const events = recorder()
  const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', () =>
    api.listNamespacedConfigMap({ namespace }),
  )
  for (const type of ['add', 'update', 'delete', 'connect', 'error'] as const)
    informer.on(type as 'add', events.note(type))
  await informer.start()
  expect(await events.next('add')).toBe('before')

  const { metadata } = await create('first')
  expect(await events.next('add')).toBe('first')
  await api.replaceNamespacedConfigMap({
    namespace,
    name: 'first',
    body: { ...(metadata && { metadata }), data: { a: '2' } },
  })
  expect(await events.next('update')).toBe('first')
  await api.deleteNamespacedConfigMap({ namespace, name: 'before' })
  expect(await events.next('delete')).toBe('before')

  // The server goes away and comes back on its port with a history that was compacted meanwhile.
  const { port } = served.listener
  await served[Symbol.asyncDispose]()
  await using again = await serve(directory.path, port)
  const key = { resource: 'configmaps', namespace, name: 'first' }
  const entry = await again.store.get(key)
  await again.store.commit({ op: 'delete', key, expected: entry?.revision ?? 0, value: entry?.value ?? '' })
  await again.store.compact('configmaps', again.store.revision())
  await events.next('error')
  await informer.start()
  expect(await events.next('delete')).toBe('first')
  const config2 = new KubeConfig()
  config2.loadFromFile(again.kubeconfig)
  const body = { metadata: { name: 'second' } }
  await config2.makeApiClient(CoreV1Api).createNamespacedConfigMap({ namespace, body })
  expect(await events.next('add')).toBe('second')
  await informer.stop()
})
