import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { configMap, maps, start } from './objects.fake.ts'

describe('limits and manners', () => {
  test('who is not known gets health and nothing else', async () => {
    await using api = await start()
    const anonymous = { user: undefined }
    for (const path of ['/healthz', '/livez', '/livez/ping', '/readyz?verbose'])
      expect((await api.call('GET', path, undefined, anonymous)).status).toBe(200)
    for (const path of ['/version', '/api', maps, '/nothing'])
      expect((await api.call('GET', path, undefined, anonymous)).json).toMatchObject({
        code: 401,
        reason: 'Unauthorized',
        message: 'Unauthorized',
      })
  })

  test('what is not there is a NotFound Status, what is not allowed MethodNotAllowed', async () => {
    await using api = await start()
    for (const path of [
      '/',
      '/nothing',
      '/api/v2',
      '/apis/x.example/v1/things',
      '/openapi/v2',
      `${maps}/a/scale`,
    ])
      expect([path, (await api.call('GET', path)).json]).toMatchObject([
        path,
        {
          code: 404,
          reason: 'NotFound',
          details: {},
          message: 'the server could not find the requested resource',
        },
      ])
    expect((await api.call('POST', `${maps}/a`, configMap('a'))).status).toBe(405)
    expect((await api.call('HEAD', maps)).status).toBe(405)
    expect((await api.call('GET', `${maps}/%zz`)).status).toBe(400)
  })

  test('large, deep, alien and impersonated requests are refused', async () => {
    await using api = await start()
    const huge = await api.call('POST', maps, 'x'.repeat(3 * 1024 * 1024 + 1))
    expect([huge.status, huge.json.message]).toEqual([413, 'Request entity too large: limit is 3145728'])
    const deep = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":${'['.repeat(90)}${']'.repeat(90)}}`
    expect((await api.call('POST', maps, deep)).status).toBe(400)
    expect((await api.call('POST', maps, 'hello', { contentType: 'text/plain' })).status).toBe(415)
    expect((await api.call('GET', maps, undefined, { accept: 'text/html' })).status).toBe(406)
    expect((await api.call('GET', maps, undefined, { headers: { 'impersonate-user': 'x' } })).status).toBe(
      403,
    )
  })

  test('no body makes the server fail', { timeout: 60_000 }, async () => {
    await using api = await start()
    await api.call('POST', maps, configMap('a'))
    const types = [
      'application/json',
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
      'application/merge-patch+json',
      'application/json-patch+json',
      'application/strategic-merge-patch+json',
    ]
    const method = fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE')
    const protobuf = fc.uint8Array({ maxLength: 40 }).map(tail => Buffer.concat([Buffer.from('k8s\0'), tail]))
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.uint8Array(),
      protobuf,
      fc
        .jsonValue()
        .map(metadata => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: metadata })),
    )
    await fc.assert(
      fc.asyncProperty(
        method,
        fc.constantFrom(...types),
        fc.constantFrom(maps, `${maps}/a`),
        body,
        async (verb, contentType, path, content) => {
          const { status } = await api.call(verb, path, content, { contentType })
          expect(status).toBeLessThan(500)
        },
      ),
      { numRuns: 500 },
    )
  })
})
