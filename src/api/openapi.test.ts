import { describe, expect, test } from 'vitest'
import { apiVersionOf } from './kind.ts'
import { kinds } from './kinds/index.ts'
import { openApiV3 } from './openapi.ts'

type Json = Record<string, unknown>
interface Document {
  openapi: string
  paths: Record<string, Record<string, Json>>
  components: { schemas: Record<string, Json> }
}

const document = (groupVersion: string) => openApiV3(kinds, groupVersion) as Document
const groupVersions = [...new Set(kinds.map(apiVersionOf))]

describe.each(groupVersions)('the document of %s', groupVersion => {
  const { paths, components } = document(groupVersion)
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    ['get', 'post', 'put', 'patch', 'delete'].flatMap(method =>
      item[method] ? [{ path, method, operation: item[method] }] : [],
    ),
  )

  test('lets kubectl see that a PATCH of each kind validates fields', () => {
    const patches = operations.filter(({ method }) => method === 'patch')
    const patched = patches.map(
      ({ operation }) => (operation['x-kubernetes-group-version-kind'] as Json).kind,
    )
    const members = kinds.filter(kind => apiVersionOf(kind) === groupVersion)
    for (const kind of members) expect(patched).toContain(kind.kind)
    for (const { operation } of patches)
      expect((operation.parameters as Json[]).map(({ name }) => name)).toEqual(
        expect.arrayContaining(['fieldValidation', 'fieldManager', 'dryRun', 'force']),
      )
  })

  test('offers strategic merge for kinds of Kubernetes only', () => {
    const own = groupVersion.startsWith('keelway.dev/')
    for (const { method, operation } of operations.filter(({ method }) => method === 'patch'))
      expect(JSON.stringify((operation.requestBody as Json).content).includes('strategic'), method).toBe(!own)
  })

  test('says kind and action of every operation', () => {
    for (const { path, method, operation } of operations) {
      expect(operation['x-kubernetes-action'], `${method} ${path}`).toBeTypeOf('string')
      expect(operation['x-kubernetes-group-version-kind'], `${method} ${path}`).toHaveProperty('kind')
    }
  })

  test('refers only to schemas it has', () => {
    const references = [
      ...JSON.stringify({ paths, components }).matchAll(/"#\/components\/schemas\/([^"]+)"/g),
    ]
    expect(references.length).toBeGreaterThan(0)
    for (const [, name = ''] of references) expect(components.schemas).toHaveProperty([name])
  })
})

test('namespaced kinds have paths in a namespace and over all, cluster-scoped kinds one', () => {
  expect(Object.keys(document('v1').paths)).toEqual(
    expect.arrayContaining([
      '/api/v1/namespaces',
      '/api/v1/namespaces/{name}',
      '/api/v1/namespaces/{name}/status',
      '/api/v1/configmaps',
      '/api/v1/namespaces/{namespace}/configmaps/{name}',
    ]),
  )
  expect(document('keelway.dev/v1alpha1').paths).toHaveProperty([
    '/apis/keelway.dev/v1alpha1/namespaces/{namespace}/modelroutes/{name}/status',
  ])
})

test('a kind is found by its group, version and kind, and its metadata by reference', () => {
  const schema = document('keelway.dev/v1alpha1').components.schemas['dev.keelway.v1alpha1.ModelRoute']
  expect(schema).toMatchObject({
    'x-kubernetes-group-version-kind': [{ group: 'keelway.dev', version: 'v1alpha1', kind: 'ModelRoute' }],
    properties: {
      metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }] },
    },
  })
})

test('a document is the same each time, so that its digest can stand in its address', () => {
  for (const groupVersion of groupVersions)
    expect(JSON.stringify(document(groupVersion))).toBe(JSON.stringify(document(groupVersion)))
})
