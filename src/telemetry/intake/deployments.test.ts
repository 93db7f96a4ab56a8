import { expect, test, vi } from 'vitest'
import { startTestServer } from '../../../test/api-server.ts'
import { apiVersionOf } from '../../api/kind.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { createClient } from '../../client/api-client.ts'
import { systemClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import { deployments } from './deployments.ts'
import { sourceContract } from './source.contract.ts'
import { FakeContext } from './source.fake.ts'

type Status = NonNullable<RouteRelease['status']>

async function releasing() {
  const server = await startTestServer()
  const client = createClient(server.transport, { clock: systemClock, random: seededRandom(1) })
  return {
    client,
    create: (name: string, bundle: object) =>
      client.create(RouteRelease, {
        apiVersion: apiVersionOf(RouteRelease),
        kind: 'RouteRelease',
        metadata: { name, namespace: 'default' },
        spec: { route: 'support', digest: `sha256:${name.slice(-1).repeat(64)}`, bundle },
      }),
    async reach(name: string, status: Status) {
      const release = await client.get(RouteRelease, name, 'default')
      await client.updateStatus(RouteRelease, { ...release, status: { ...release.status, ...status } })
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

let made = 0
sourceContract('deployments', {
  source: deployments,
  async world(context) {
    const { client, create, reach, [Symbol.asyncDispose]: dispose } = await releasing()
    return {
      settings: { client },
      async produce() {
        const name = `support-${made++}`
        await create(name, { serve: 'provider' })
        await reach(name, { phase: 'Live' })
        return 1
      },
      pass: () => context.clock.advance(1000),
      [Symbol.asyncDispose]: dispose,
    }
  },
  wrong: { settings: {}, names: /client/ },
})

test('traffic that moves is a change of what differs from the baseline, other phases are events', async () => {
  await using world = await releasing()
  const context = new FakeContext()
  const source = await deployments.open(world, context)
  const told = (count: number) => vi.waitFor(() => expect(context.stored).toHaveLength(count))
  const bundle = { serve: 'provider', model: 'small', prompt: { text: 'hello' }, parameters: {} }
  await world.create('support-1', bundle)
  await world.reach('support-1', {
    phase: 'Live',
    verdict: { decision: 'promote', reason: 'Passed', message: 'no worse', at: '2025-12-01T10:00:00Z' },
  })
  await told(1)
  await world.create('support-2', { ...bundle, prompt: { text: 'good day' } })
  const commits = [
    {
      revision: 'a'.repeat(40),
      author: 'Ada <ada@example.com>',
      title: 'Be polite',
      delivery: 'default/desk',
    },
  ]
  await world.reach('support-2', { phase: 'Gated', baseline: 'support-1', commits })
  await told(2)
  await world.reach('support-2', { phase: 'RollingOut', weight: 5, stepStartedAt: '2025-12-02T10:00:00Z' })
  await told(3)
  await world.reach('support-2', { units: 40 })
  await world.reach('support-2', { phase: 'RolledBack', weight: 0 })
  await told(4)
  await source.close()
  expect(context.stored).toMatchObject([
    {
      change: 'route',
      at: Date.UTC(2025, 11, 1, 10),
      resource: { service: 'support', version: 'support-1' },
    },
    { kind: 'event', source: 'release', reason: 'Gated' },
    {
      change: 'prompt',
      at: Date.UTC(2025, 11, 2, 10),
      before: 'support-1',
      author: 'Ada <ada@example.com>',
      message: 'release support-2 of route support is rolling out at 5 %: Be polite',
      reference: 'RouteRelease/default/support-2',
      attributes: {
        'release.digest': `sha256:${'2'.repeat(64)}`,
        'git.commit': 'a'.repeat(40),
        'release.weight': 5,
      },
    },
    { change: 'prompt', message: expect.stringContaining('rolled back') },
  ])
})
