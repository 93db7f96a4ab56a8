import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { ConfigMap } from '../../api/kinds/core.ts'
import type { Delivery } from '../../api/kinds/delivery.ts'
import { fakeGit } from '../../git/git.fake.ts'
import { gitHook, matchesHook } from './hook.ts'
import { configMap, deliveryWorld } from './world.fake.ts'

const delivery = (repository: string, ref = 'main') => ({ spec: { repository, ref } as Delivery['spec'] })
const signed = (body: Buffer, secret = 's3cret') => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
})

test('a push matches its repository in any spelling, and its ref', () => {
  const push = { repositories: ['https://github.com/acme/desk.git'], ref: 'refs/heads/main' }
  for (const url of [
    'https://github.com/acme/desk',
    'http://user@GitHub.com/acme/desk.git/',
    'git@github.com:acme/desk.git',
    'ssh://git@github.com/acme/desk',
  ])
    expect(matchesHook(delivery(url), push), url).toBe(true)
  for (const other of [
    delivery('https://github.com/acme/desk2'),
    delivery('https://example.com/acme/desk'),
    delivery('/acme/desk'),
    delivery('https://github.com/acme/desk', 'dev'),
    delivery('https://github.com/acme/desk', 'refs/tags/main'),
  ])
    expect(matchesHook(other, push), JSON.stringify(other)).toBe(false)
  expect(matchesHook(delivery('/srv/desk'), { repositories: ['/srv/desk'] })).toBe(true)
})

test('a push makes its Delivery fetch at once, without waiting for the interval', async () => {
  const git = fakeGit()
  await using world = await deliveryWorld({ git })
  git.push({ 'a.yaml': configMap('a', { k: '1' }) })
  await world.deliver({ repository: 'https://github.com/acme/desk' })
  const hook = gitHook({ client: world.client, secret: 's3cret', clock: world.clock })
  const second = git.push({ 'a.yaml': configMap('a', { k: '2' }) })
  const body = Buffer.from(
    JSON.stringify({ ref: 'refs/heads/main', repository: { clone_url: 'https://github.com/acme/desk.git' } }),
  )
  world.clock.advance(10)
  expect(await hook(signed(body), body)).toEqual({
    status: 202,
    body: { message: '1 Deliveries fetch now', deliveries: ['default/app'] },
  })
  await world.settle()
  expect((await world.delivery()).status?.revision).toBe(second)
  const { fetches } = git
  await world.settle()
  expect(git.fetches).toBe(fetches)
})

test('drift and status changes do not ask the repository', async () => {
  const git = fakeGit()
  await using world = await deliveryWorld({ git })
  git.push({ 'a.yaml': configMap('a', { k: '1' }) })
  await world.deliver()
  const { fetches } = git
  await world.client.patch(ConfigMap, 'a', 'default', { data: { k: 'x' } })
  await world.settle()
  expect((await world.delivery()).status?.drift?.length).toBe(1)
  expect(git.fetches).toBe(fetches)
})

test('every way of sending is told from a forged one', async () => {
  const git = fakeGit()
  await using world = await deliveryWorld({ git })
  git.push({ 'a.yaml': configMap('a', { k: '1' }) })
  await world.deliver({ repository: '/srv/desk' })
  const hook = gitHook({ client: world.client, secret: 's3cret', clock: world.clock })
  const status = async (headers: Record<string, string>, body: string | Buffer) =>
    (await hook(headers, Buffer.from(body))).status
  const push = Buffer.from('{"repository":"/srv/desk"}')
  const form = Buffer.from(`payload=${encodeURIComponent(push.toString())}`)
  expect(await status(signed(push), push)).toBe(202)
  expect(await status({ ...signed(form), 'content-type': 'application/x-www-form-urlencoded' }, form)).toBe(
    202,
  )
  expect(await status({ 'x-gitlab-token': 's3cret' }, push)).toBe(202)
  expect(await status({ 'x-keelway-token': 's3cret' }, '')).toBe(202)
  expect(await status({}, push)).toBe(401)
  expect(await status({ 'x-keelway-token': 's3cre' }, push)).toBe(401)
  expect(await status({ 'x-hub-signature-256': 'sha256=00', 'x-keelway-token': 's3cret' }, push)).toBe(401)
  expect(await status(signed(push, ''), push)).toBe(401)
  expect(await status({ 'x-keelway-token': 's3cret' }, '{')).toBe(400)
  expect(await status({ 'x-keelway-token': 's3cret' }, '{"repository":{"name":"x"}}')).toBe(400)
  expect(await status({ 'x-keelway-token': 's3cret' }, Buffer.alloc(6 * 1024 * 1024))).toBe(413)
  const unset = gitHook({ client: world.client, secret: '', clock: world.clock })
  expect((await unset({ 'x-keelway-token': '' }, push)).status).toBe(503)
})
