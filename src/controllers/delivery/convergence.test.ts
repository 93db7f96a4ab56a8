import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApiError, isAlreadyExists, isNotFound } from '../../api/errors.ts'
import { ConfigMap } from '../../api/kinds/core.ts'
import { source } from '../../api/source.ts'
import type { Transport } from '../../client/transport.ts'
import { fakeGit } from '../../git/git.fake.ts'
import { seededRandom } from '../../lib/random.ts'
import { configMap, type DeliveryWorld, deliveryWorld } from './world.fake.ts'

const names = ['a', 'b', 'c', 'd'] as const
type State = Partial<Record<(typeof names)[number], string>>

const files = (state: State): Record<string, string> => ({
  'keep.yaml': configMap('keep', { k: 'kept' }),
  ...Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      `${name}.yaml`,
      configMap(name, { k: value, constant: 'x' }),
    ]),
  ),
})

const state = fc.dictionary(fc.constantFrom(...names), fc.constantFrom('1', '2', '3')) as fc.Arbitrary<State>
const step = fc.oneof(
  fc.record({ do: fc.constant('push' as const), state }),
  fc.record({ do: fc.constant('bad' as const) }),
  fc.record({ do: fc.constant('edit' as const), name: fc.constantFrom(...names) }),
  fc.record({ do: fc.constant('delete' as const), name: fc.constantFrom(...names) }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(500, 5_000, 40_000) }),
  fc.record({ do: fc.constant('settle' as const) }),
  fc.record({ do: fc.constant('outage' as const) }),
  fc.record({ do: fc.constant('crash' as const) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Fails some requests before and some after they were carried out, and ends watches so that events are missed. */
function faulty(seed: number, on: () => boolean) {
  const random = seededRandom(seed)
  return (transport: Transport): Transport => ({
    async request(request) {
      const lost = () => new ApiError('ServiceUnavailable', 'the connection was lost')
      if (on() && random() < 0.1) throw lost()
      const answer = await transport.request(request)
      if (on() && random() < 0.1) throw lost()
      return answer
    },
    async *stream(request) {
      for await (const line of transport.stream(request)) {
        if (on() && random() < 0.1) return
        yield line
        if (on() && random() < 0.2) yield line
      }
    },
  })
}

const ignoring =
  (...expected: ((error: unknown) => boolean)[]) =>
  (error: unknown) => {
    if (!expected.some(is => is(error))) throw error
  }

async function take(world: DeliveryWorld, git: ReturnType<typeof fakeGit>, action: Step): Promise<void> {
  switch (action.do) {
    case 'push':
      git.push(files(action.state))
      break
    case 'bad':
      git.push({ ...files({ a: '1' }), 'bad.yaml': 'apiVersion: [' })
      break
    case 'edit':
      await world.client
        .patch(ConfigMap, action.name, 'default', { data: { k: 'edited', other: 'o' } })
        .catch(ignoring(isNotFound))
      break
    case 'delete':
      await world.client
        .delete(ConfigMap, action.name, 'default')
        .catch(ignoring(isNotFound, isAlreadyExists))
      break
    case 'pass':
      world.clock.advance(action.ms)
      break
    case 'settle':
      await world.settle()
      break
    case 'outage':
      git.reachable = !git.reachable
      break
    case 'crash':
      await world.restart()
  }
}

test('whatever happens in whatever order, the server ends with what the newest good commit says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), state, fc.nat(), async (steps, last, seed) => {
      const git = fakeGit()
      let faults = false
      await using world = await deliveryWorld({ git, through: faulty(seed, () => faults) })
      git.push(files({ a: '1' }))
      await world.deliver()
      for (const action of steps) {
        // A start waits for the server, and this clock moves only when told.
        faults = action.do !== 'crash'
        await take(world, git, action)
      }
      faults = false
      git.reachable = true
      const revision = git.push(files(last), 'Last')
      // Longer than any back-off, and than the truce after a fight over an object.
      for (let minute = 0; minute < 24; minute++) {
        await world.settle()
        world.clock.advance(30_000)
      }
      await world.settle()
      const { items } = await world.client.list(ConfigMap, { namespace: 'default' })
      const live = items
        .filter(({ metadata }) => metadata.annotations?.[source.delivery])
        .map(({ metadata, data }) => [
          metadata.name,
          data?.k,
          data?.constant,
          metadata.annotations?.[source.revision],
        ])
      const wanted = [
        ...Object.entries(last).map(([name, k]) => [name, k, 'x', revision]),
        ['keep', 'kept', undefined, revision],
      ]
      expect(live.sort()).toEqual(wanted.sort())
      const { status } = await world.delivery()
      expect(status?.revision).toBe(revision)
      expect(status?.inventory?.map(({ name }) => name).sort()).toEqual(wanted.map(([name]) => name).sort())
      world.writes.length = 0
      for (let i = 0; i < 4; i++) {
        world.clock.advance(30_000)
        await world.settle()
      }
      expect(world.writes).toEqual([])
    }),
    { numRuns: 50, endOnFailure: false },
  )
}, 120_000)

test('a process that dies at any request of a sync leaves nothing that the next one does not finish', async () => {
  for (let dieAt = 1; dieAt < 30; dieAt++) {
    const git = fakeGit()
    let left = dieAt
    let dead = false
    const dying = (transport: Transport): Transport => ({
      async request(request) {
        if (request.method !== 'GET' && --left === 0) dead = true
        if (dead) throw new ApiError('ServiceUnavailable', 'the process is dead')
        return transport.request(request)
      },
      stream: request => transport.stream(request),
    })
    await using world = await deliveryWorld({ git, through: dying })
    git.push(files({ a: '1', b: '1', c: '1' }))
    await world.deliver()
    git.push(files({ a: '2', d: '2' }))
    await world.sync()
    dead = false
    left = Number.POSITIVE_INFINITY
    // Meanwhile the commit is replaced by one that no longer has what the dead process may have made.
    git.push(files({ a: '3' }))
    await world.restart()
    await world.sync()
    const { items } = await world.client.list(ConfigMap, { namespace: 'default' })
    const live = items.filter(({ metadata }) => metadata.annotations?.[source.delivery])
    expect(
      live.map(({ metadata, data }) => `${metadata.name}=${data?.k}`).sort(),
      `died at ${dieAt}`,
    ).toEqual(['a=3', 'keep=kept'])
    const histories = (await world.delivery()).status?.history?.map(({ result }) => result)
    expect(histories?.length).toBeGreaterThan(0)
  }
}, 60_000)
