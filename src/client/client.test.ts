import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startTestServer } from '../../test/api-server.ts'
import { ConfigMap, Namespace } from '../api/kinds/core.ts'
import { Prompt } from '../api/kinds/prompt.ts'
import { systemClock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import { serverCertificate } from '../server/certificates.ts'
import { listenHttps } from '../server/https.ts'
import { writeKubeconfig } from '../server/kubeconfig.ts'
import { createClient } from './api-client.ts'
import { clientContract } from './client.contract.ts'
import { httpTransport } from './http.ts'
import { readKubeconfig } from './kubeconfig.ts'
import { FakeApi } from './transport.fake.ts'

clientContract('a fake server', async () => ({
  transport: new FakeApi([Namespace, ConfigMap, Prompt]),
  [Symbol.asyncDispose]: async () => {},
}))

clientContract('the embedded server', startTestServer)

clientContract('the embedded server over TLS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelway-'))
  const api = await startTestServer()
  const certificate = await serverCertificate(folder, ['127.0.0.1'], systemClock)
  const authenticate = (token: string) =>
    token === 'open sesame' ? { name: 'alice', groups: [] } : undefined
  const listening = { server: api.server, certificate, authenticate, host: '127.0.0.1', port: 0 }
  const https = await listenHttps({
    ...listening,
    authenticate: token => authenticate(token.replace('-', ' ')),
  })
  const kubeconfig = join(folder, 'kubeconfig')
  writeKubeconfig(kubeconfig, { server: https.url, ca: certificate.ca, token: 'open-sesame', user: 'alice' })
  const transport = httpTransport(readKubeconfig(kubeconfig), systemClock)
  return {
    transport,
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]()
      await https[Symbol.asyncDispose]()
      await api[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
})

test('a list of more than one page is one list of one version', async () => {
  await using api = await startTestServer()
  const paths: string[] = []
  const transport = {
    ...api.transport,
    request: (request: Parameters<typeof api.transport.request>[0]) => {
      paths.push(request.path)
      return api.transport.request(request)
    },
  }
  const client = createClient(transport, { clock: systemClock, random: systemRandom })
  await Promise.all(
    Array.from({ length: 1_001 }, (_, index) =>
      client.create(ConfigMap, { metadata: { name: `c-${index}`, namespace: 'default' } }),
    ),
  )
  paths.length = 0
  const { items } = await client.list(ConfigMap, { namespace: 'default' })
  expect(new Set(items.map(({ metadata }) => metadata.name)).size).toBe(1_001)
  expect(items.every(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1')).toBe(true)
  expect(paths).toHaveLength(3)
})
