import { afterAll, beforeAll } from 'vitest'
import { providerContract } from '../provider.contract.ts'
import { aiSdkProviders } from './provider.ts'
import { services } from './services.world.ts'
import { fixture, startUpstream, type Upstream } from './upstream.world.ts'

const refused = 'a request that the service refuses'

for (const { protocol, base, options, paths, fixtures } of services) {
  let upstream: Upstream
  beforeAll(async () => {
    upstream = await startUpstream()
    upstream.reply = (response, path, body) => {
      const asked = JSON.stringify(body)
      if (asked.includes(refused)) {
        response.writeHead(400, { 'content-type': 'application/json' })
        return response.end(JSON.stringify({ message: `cannot answer "${refused}"` }))
      }
      const streamed = paths.whole === paths.streamed ? body.stream === true : path === paths.streamed
      const { type, bytes } = fixture(streamed ? fixtures.streamed : fixtures.whole)
      response.writeHead(200, { 'content-type': type })
      return response.end(bytes)
    }
  })
  afterAll(() => upstream.stop())

  const provider = aiSdkProviders.find(known => known.protocol === protocol)
  if (!provider) throw new Error(`no provider ${protocol}`)
  providerContract({
    provider,
    target: async () => ({
      serve: 'provider',
      model: 'test-model',
      provider: {
        protocol,
        endpoint: upstream.url + base,
        timeoutMs: 5000,
        secret: 'default/service/key',
        ...(options ? { options } : {}),
      },
    }),
    text: 'Hello there',
    fails: refused,
  })
}
