import { expect, test, vi } from 'vitest'
import { Event } from '../../api/kinds/core.ts'
import { createClient } from '../../client/api-client.ts'
import { FakeApi } from '../../client/transport.fake.ts'
import { seededRandom } from '../../lib/random.ts'
import { kubernetesEvents } from './kubernetes-events.ts'
import { FakeContext } from './source.fake.ts'

test('when the version reached is too old, everything is listed and only what is newer is told', async () => {
  const api = new FakeApi([Event])
  const context = new FakeContext()
  const client = createClient(api, { clock: context.clock, random: seededRandom(1) })
  const tell = (name: string) =>
    client.create(Event, {
      metadata: { name, namespace: 'shop' },
      involvedObject: { kind: 'Node', name: 'node-1' },
      reason: name,
      lastTimestamp: '2025-12-31T00:00:00Z',
    })
  const run = async (count: number) => {
    const source = await kubernetesEvents.open({ client }, context)
    await vi.waitFor(() => {
      context.clock.advance(1000)
      expect(context.stored.length).toBeGreaterThanOrEqual(count)
    })
    await source.close()
  }
  await tell('First')
  await run(1)
  await tell('Second')
  api.compact()
  await run(2)
  expect(context.stored.map(signal => signal.kind === 'event' && signal.reason)).toEqual(['First', 'Second'])
})

test('a server that is away is named in the status and asked again', async () => {
  const api = new FakeApi([Event])
  const context = new FakeContext()
  let away = true
  const client = createClient(
    {
      request: async request => {
        if (away) throw new Error('connection refused')
        return api.request(request)
      },
      stream: request => api.stream(request),
    },
    { clock: context.clock, random: seededRandom(1) },
  )
  const source = await kubernetesEvents.open({ client }, context)
  await vi.waitFor(() =>
    expect(source.status()).toMatchObject({ state: 'failed', message: 'events: connection refused' }),
  )
  away = false
  await vi.waitFor(() => {
    context.clock.advance(1000)
    expect(source.status().state).toBe('running')
  })
  await source.close()
})
