import { readFileSync, statSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Served, serve, temporaryDirectory } from './served.fake.ts'

interface Reply {
  status: number | undefined
  text: string
}

/** One request over TLS that trusts this CA alone. */
function ask(
  { listener, ca }: Pick<Served, 'listener' | 'ca'>,
  token: string | undefined,
  path: string,
  body?: string,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' }
    const method = body === undefined ? 'GET' : 'POST'
    const sent = request(`${listener.url}${path}`, { ca, headers, method, agent: false }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const secret = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'kept' },
  stringData: { key: 'sesame' },
})

test('revisions go on growing over restarts, and tokens, certificates and secrets stay good', async () => {
  await using directory = await temporaryDirectory()
  const revisions: number[] = []
  let first: { ca: string; token: string } | undefined
  for (let start = 0; start < 3; start++) {
    await using served = await serve(directory.path)
    first ??= { ca: served.ca, token: served.token }
    const known = { listener: served.listener, ca: first.ca }
    if (start === 0)
      expect((await ask(known, first.token, '/api/v1/namespaces/default/secrets', secret)).status).toBe(201)
    const { text } = await ask(known, first.token, '/api/v1/namespaces/default/secrets/kept')
    expect(JSON.parse(text).data.key).toBe(Buffer.from('sesame').toString('base64'))
    const name = `map-${start}`
    const map = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
    const made = await ask(known, first.token, '/api/v1/namespaces/default/configmaps', map)
    revisions.push(Number(JSON.parse(made.text).metadata.resourceVersion))
  }
  expect(revisions).toEqual(revisions.toSorted((a, b) => a - b))
  expect(new Set(revisions).size).toBe(3)
  for (const name of ['store.db', 'store.db-wal', 'tokens'])
    expect(read(join(directory.path, name))).not.toContain(Buffer.from('sesame').toString('base64'))
  for (const name of ['encryption.key', 'tokens', 'kubeconfig', 'pki/server.key', 'pki/ca.key'])
    expect([name, statSync(join(directory.path, name)).mode & 0o777]).toEqual([name, 0o600])
})

const read = (file: string): string => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

test('over TLS, who has no token or a wrong one gets health or Unauthorized', async () => {
  await using directory = await temporaryDirectory()
  await using served = await serve(directory.path)
  expect(await ask(served, undefined, '/livez')).toEqual({ status: 200, text: 'ok' })
  for (const token of [undefined, 'kw_wrong'])
    expect((await ask(served, token, '/api/v1/namespaces')).status).toBe(401)
  const huge = 'x'.repeat(3 * 1024 * 1024 + 1)
  const refused = await ask(served, served.token, '/api/v1/namespaces/default/configmaps', huge).catch(
    () => undefined,
  )
  expect(refused?.status ?? 413).toBe(413)
})

test('a port that is taken is passed over', async () => {
  await using one = await temporaryDirectory()
  await using two = await temporaryDirectory()
  await using first = await serve(one.path)
  await using second = await serve(two.path, first.listener.port)
  expect(second.listener.port).toBeGreaterThan(first.listener.port)
  expect((await ask(second, second.token, '/version')).status).toBe(200)
})
