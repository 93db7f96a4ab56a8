import { expect, test, vi } from 'vitest'
import { startTestServer } from '../../../test/api-server.ts'
import { apiVersionOf } from '../../api/kind.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import { createClient } from '../../client/api-client.ts'
import { type FakeGit, fakeGit } from '../../git/git.fake.ts'
import { systemClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import { gitHistory } from './git-history.ts'
import { sourceContract } from './source.contract.ts'
import { FakeContext } from './source.fake.ts'

/** A Delivery of a repository in memory, whose controller is the test. */
async function delivering() {
  const server = await startTestServer()
  const client = createClient(server.transport, { clock: systemClock, random: seededRandom(1) })
  const git = fakeGit()
  await client.create(Delivery, {
    apiVersion: apiVersionOf(Delivery),
    kind: 'Delivery',
    metadata: { name: 'desk', namespace: 'default' },
    spec: { repository: 'https://git.example.com/desk.git' },
  })
  let at = Date.UTC(2025, 11, 1)
  const sync = async (revision: string, result: 'applied' | 'refused' = 'applied', message?: string) => {
    const delivery = await client.get(Delivery, 'desk', 'default')
    at += 60_000
    const entry = {
      revision,
      author: 'Ada <ada@example.com>',
      title: 'Ask once',
      at: new Date(at).toISOString(),
      result,
    }
    const object = { apiVersion: 'keelway.dev/v1alpha1', namespace: 'default' }
    await client.updateStatus(Delivery, {
      ...delivery,
      status: {
        ...delivery.status,
        inventory: [
          { ...object, kind: 'Prompt', name: 'greet', file: 'prompts.yaml' },
          { ...object, kind: 'ModelRoute', name: 'support', file: 'route.yaml' },
        ],
        history: [{ ...entry, ...(message && { message }) }, ...(delivery.status?.history ?? [])],
      },
    })
  }
  return { client, git, sync, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

let commits = 0
const push = (git: FakeGit, files: Record<string, string>) => git.push(files, `Change ${commits++}`)

sourceContract('git-history', {
  source: gitHistory,
  async world(context) {
    const { client, git, sync, [Symbol.asyncDispose]: dispose } = await delivering()
    return {
      settings: { client, git },
      async produce() {
        await sync(push(git, { 'main.ts': `${commits}` }))
        return 1
      },
      pass: () => context.clock.advance(1000),
      [Symbol.asyncDispose]: dispose,
    }
  },
  wrong: { settings: { client: { watch() {} } }, names: /git/ },
})

test('a commit is one change for each area that it touches, with what is different', async () => {
  await using world = await delivering()
  const first = {
    'prompts.yaml': 'text: hello\n',
    'route.yaml': 'a: 1\n',
    'main.ts': 'let a\n',
    'same.ts': 'let b\n',
  }
  const before = push(world.git, first)
  const after = push(world.git, {
    ...first,
    'prompts.yaml': 'text: good day\n',
    'route.yaml': 'a: 2\n',
    'main.ts': 'let token = "ghp_0123456789abcdefghij0123456789abcdef"\n',
  })
  await world.sync(before)
  await world.sync(after)
  await world.sync('0'.repeat(40), 'refused', 'route.yaml: spec.serve is missing')
  const context = new FakeContext()
  const source = await gitHistory.open(world, context)
  await vi.waitFor(() => expect(context.stored.length).toBeGreaterThanOrEqual(7))
  await source.close()
  expect(context.stored.slice(3)).toMatchObject([
    {
      change: 'code',
      id: `${after}/code`,
      before,
      resource: { service: 'desk', namespace: 'default' },
      files: [{ path: 'main.ts', diff: '-let a\n+let token = "***"' }],
    },
    {
      change: 'prompt',
      reference: 'Delivery/default/desk',
      files: [{ path: 'prompts.yaml', diff: '-text: hello\n+text: good day' }],
      attributes: { 'git.commit': after, 'git.objects': 'Prompt/greet' },
    },
    { change: 'route', resource: { service: 'support' } },
    { kind: 'event', reason: 'RevisionRefused', message: 'Ask once: route.yaml: spec.serve is missing' },
  ])
})

test('commits that came between two looks are told each for itself', async () => {
  await using world = await delivering()
  const first = push(world.git, { 'main.ts': 'let a\n' })
  const second = push(world.git, { 'main.ts': 'let a\n', 'prompts.yaml': 'text: hello\n' })
  const third = push(world.git, { 'main.ts': 'let b\n', 'prompts.yaml': 'text: hello\n' })
  await world.sync(first)
  await world.sync(third)
  const context = new FakeContext()
  const source = await gitHistory.open(world, context)
  await vi.waitFor(() => expect(context.stored.length).toBeGreaterThanOrEqual(3))
  await source.close()
  expect(context.stored.slice(1)).toMatchObject([
    { change: 'prompt', id: second, before: first, files: [{ path: 'prompts.yaml', diff: '+text: hello' }] },
    { change: 'code', id: third, before: second, files: [{ path: 'main.ts', diff: '-let a\n+let b' }] },
  ])
  expect(new Set(context.stored.slice(1).map(({ at }) => at)).size).toBe(1)
})

test('a commit that the repository has lost is told without its files', async () => {
  await using world = await delivering()
  await world.sync('f'.repeat(40))
  const context = new FakeContext()
  const source = await gitHistory.open(world, context)
  await vi.waitFor(() => expect(context.stored).toHaveLength(1))
  await source.close()
  expect(context.stored).toMatchObject([
    { id: 'f'.repeat(40), attributes: { 'git.unread': expect.stringContaining('there is no commit') } },
  ])
})
