import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readKubeconfig } from './kubeconfig.ts'

const folder = mkdtempSync(join(tmpdir(), 'keelway-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'config')
const read = (text: string, context?: string) => {
  writeFileSync(file, text)
  return readKubeconfig(file, context)
}
const config = (cluster: string, user: string, more = '') => `
apiVersion: v1
kind: Config
current-context: here
contexts:
  - { name: here, context: { cluster: c, user: u, namespace: support } }
clusters:
  - { name: c, cluster: { ${cluster} } }
users:
  - { name: u, user: { ${user} } }
${more}`
const server = 'server: "https://127.0.0.1:6443"'
const base64 = (text: string) => Buffer.from(text).toString('base64')

test('certificates, tokens and client certificates come from data or from files beside the config', () => {
  expect(read(config(`${server}, certificate-authority-data: ${base64('CA')}`, 'token: t'))).toEqual({
    server: 'https://127.0.0.1:6443',
    ca: 'CA',
    namespace: 'support',
    credentials: { type: 'token', token: 't' },
  })
  writeFileSync(join(folder, 'ca.crt'), 'CA2')
  writeFileSync(join(folder, 'me.key'), 'KEY')
  const certificate = `client-certificate-data: ${base64('CERT')}, client-key: me.key`
  expect(
    read(config(`${server}, certificate-authority: ca.crt, tls-server-name: api`, certificate)),
  ).toMatchObject({
    ca: 'CA2',
    serverName: 'api',
    credentials: { type: 'certificate', cert: 'CERT', key: 'KEY' },
  })
  expect(read(config(`${server}, insecure-skip-tls-verify: true`, 'tokenFile: token'))).toMatchObject({
    insecure: true,
    credentials: { type: 'token-file', file: join(folder, 'token') },
  })
  expect(read(config(server, 'username: bob, password: pass')).credentials).toEqual({
    type: 'basic',
    username: 'bob',
    password: 'pass',
  })
})

test('JSON is YAML, and another context can be chosen', () => {
  const text = JSON.stringify({
    contexts: [{ name: 'there', context: { cluster: 'c' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://there' } }],
  })
  expect(read(text, 'there')).toEqual({ server: 'https://there', credentials: { type: 'none' } })
})

test.each([
  ['users[0].user.exec is not supported: programs are not run', config(server, 'exec: { command: aws }')],
  ['users[0].user.auth-provider is not supported', config(server, 'auth-provider: { name: gcp }')],
  ['users[0].user.as is not supported: impersonation', config(server, 'as: root')],
  [
    'users[0].user.client-key is missing beside its counterpart',
    config(server, 'client-certificate-data: aaaa'),
  ],
  ['clusters[0].cluster.proxy-url is not supported', config(`${server}, proxy-url: "http://x"`, '')],
  [
    "clusters[0].cluster.certificate-authority can't be read (ENOENT)",
    config(`${server}, certificate-authority: no`, ''),
  ],
  ['clusters[0].cluster.server is missing', config('', '')],
  ['clusters[0].cluster.server is not text', config('server: 5', '')],
  ['current-context is not set', 'clusters: []'],
  ['contexts has no entry named "here"', 'current-context: here\ncontexts: []'],
  ['contexts is not a list', 'current-context: here'],
  ['it is not a mapping', '- 1'],
  ['it is not YAML (line 3: MISSING_CHAR)', 'users:\n  token: "se\n'],
])('an error names the file and the field: %s', (message, text) => {
  expect(() => read(text)).toThrow(`kubeconfig ${file}: ${message}`)
})

test('a file that is not there is named', () => {
  expect(() => readKubeconfig('/nowhere/config')).toThrow(
    "kubeconfig /nowhere/config: it can't be read (ENOENT)",
  )
})

test('an error never quotes a secret of the file', () => {
  expect.assertions(1)
  try {
    read('users:\n  - token: "s3cret\n   bad')
  } catch (error) {
    expect(String(error)).not.toContain('s3cret')
  }
})
