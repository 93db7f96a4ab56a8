import { expect, test } from 'vitest'
import { startTestServer } from '../../test/api-server.ts'
import { caller } from './caller.fake.ts'

async function start() {
  const test = await startTestServer()
  return { ...caller(test.server), [Symbol.asyncDispose]: () => test[Symbol.asyncDispose]() }
}

const aggregated = (version: string) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`

test('the version has whole numbers and the level the API keeps to', async () => {
  await using api = await start()
  const { json } = await api.call('GET', '/version')
  expect(json).toMatchObject({ major: '1', minor: '36' })
  expect(json.gitVersion).toMatch(/^v1\.36\.\d+\+keelway$/)
})

test('legacy discovery leads from groups to every kind and subresource', async () => {
  await using api = await start()
  expect((await api.call('GET', '/api')).json).toMatchObject({ kind: 'APIVersions', versions: ['v1'] })
  const { json: groups } = await api.call('GET', '/apis')
  const names = groups.groups.map(({ name }: { name: string }) => name)
  expect(names.toSorted()).toEqual([
    'admissionregistration.k8s.io',
    'apps',
    'authentication.k8s.io',
    'authorization.k8s.io',
    'autoscaling',
    'batch',
    'coordination.k8s.io',
    'discovery.k8s.io',
    'keelway.dev',
    'networking.k8s.io',
    'policy',
    'rbac.authorization.k8s.io',
  ])
  expect((await api.call('GET', '/apis/keelway.dev')).json).toMatchObject({
    kind: 'APIGroup',
    preferredVersion: { groupVersion: 'keelway.dev/v1alpha1' },
  })
  const { json: list } = await api.call('GET', '/apis/keelway.dev/v1alpha1')
  expect(list.resources).toContainEqual(
    expect.objectContaining({ name: 'deliveries', kind: 'Delivery', namespaced: true, shortNames: ['dl'] }),
  )
  expect(list.resources).toContainEqual(
    expect.objectContaining({ name: 'deliveries/status', verbs: ['get', 'patch', 'update'] }),
  )
  const { json: core } = await api.call('GET', '/api/v1')
  expect(core.resources).toContainEqual(expect.objectContaining({ name: 'namespaces', namespaced: false }))
})

test.each(['v2', 'v2beta1'])('aggregated discovery %s is answered to whom asks for it', async version => {
  await using api = await start()
  const accept = `${aggregated(version)},application/json`
  const { json, headers } = await api.call('GET', '/apis', undefined, { accept })
  expect(headers['content-type']).toBe(aggregated(version))
  expect(headers.vary).toBe('Accept')
  expect(json.apiVersion).toBe(`apidiscovery.k8s.io/${version}`)
  const own = json.items.find((item: { metadata: { name: string } }) => item.metadata.name === 'keelway.dev')
  expect(own.versions[0].resources).toContainEqual(
    expect.objectContaining({ resource: 'prompts', scope: 'Namespaced', singularResource: 'prompt' }),
  )
  const again = await api.call('GET', '/apis', undefined, {
    accept,
    headers: { 'if-none-match': headers.etag ?? '' },
  })
  expect(again.status).toBe(304)
  const { json: core } = await api.call('GET', '/api', undefined, { accept })
  expect(core.items).toHaveLength(1)
  expect(core.items[0].metadata.name).toBeUndefined()
})

test('parameters of Accept come in any order, and what nobody serves is refused', async () => {
  await using api = await start()
  const accept = 'application/json;as=APIGroupDiscoveryList;profile=nopeer;v=v2;g=apidiscovery.k8s.io'
  expect((await api.call('GET', '/apis', undefined, { accept })).json.kind).toBe('APIGroupDiscoveryList')
  const alien = 'application/json;as=APIGroupDiscoveryList;v=v9;g=apidiscovery.k8s.io'
  expect((await api.call('GET', '/apis', undefined, { accept: alien })).status).toBe(406)
})

test('every kind has an OpenAPI document under its hash with what kubectl looks for', async () => {
  await using api = await start()
  const { json: index } = await api.call('GET', '/openapi/v3')
  expect(Object.keys(index.paths).sort()).toEqual([
    'api/v1',
    'apis/admissionregistration.k8s.io/v1',
    'apis/apps/v1',
    'apis/autoscaling/v2',
    'apis/batch/v1',
    'apis/coordination.k8s.io/v1',
    'apis/discovery.k8s.io/v1',
    'apis/keelway.dev/v1alpha1',
    'apis/networking.k8s.io/v1',
    'apis/policy/v1',
    'apis/rbac.authorization.k8s.io/v1',
  ])
  const { serverRelativeURL } = index.paths['apis/keelway.dev/v1alpha1']
  const { json, headers } = await api.call('GET', serverRelativeURL)
  expect(serverRelativeURL).toContain(headers.etag?.replaceAll('"', ''))
  const { patch } = json.paths['/apis/keelway.dev/v1alpha1/namespaces/{namespace}/prompts/{name}']
  expect(patch['x-kubernetes-group-version-kind']).toEqual({
    group: 'keelway.dev',
    version: 'v1alpha1',
    kind: 'Prompt',
  })
  expect(patch.parameters).toContainEqual(expect.objectContaining({ name: 'fieldValidation' }))
  expect(Object.keys(patch.requestBody.content)).not.toContain('application/strategic-merge-patch+json')
  expect((await api.call('GET', '/openapi/v2')).status).toBe(404)
})

test('reviews answer that an authenticated user may do everything', async () => {
  await using api = await start()
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: {} }
  expect((await api.call('POST', path, body)).json.status.allowed).toBe(true)
  expect((await api.call('GET', path)).status).toBe(405)
})
