import { expect, test } from 'vitest'
import { conditionOf } from '../../api/conditions.ts'
import { ConfigMap, Namespace, Secret } from '../../api/kinds/core.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import { Prompt } from '../../api/kinds/prompt.ts'
import { source } from '../../api/source.ts'
import { configMap, deliveryWorld, prompt } from './world.fake.ts'

const readyOf = (delivery: Delivery) => conditionOf(delivery, 'Ready')

test('a commit is applied, with where it comes from on each object, and a second look writes nothing', async () => {
  await using world = await deliveryWorld()
  const revision = world.repository.commit(
    { 'deploy/prompt.yaml': `${prompt('a', 'one')}---\n${configMap('c', { k: 'v' })}\n`, 'other.yaml': '[' },
    'First',
  )
  await world.deliver({ path: 'deploy' })
  const delivery = await world.delivery()
  expect(readyOf(delivery)).toMatchObject({ status: 'True', reason: 'Applied' })
  expect(delivery.status).toMatchObject({
    revision,
    attempted: revision,
    history: [{ revision, author: 'Ada <ada@example.com>', title: 'First', result: 'applied' }],
  })
  expect(delivery.status?.history?.[0]?.message).toBeUndefined()
  expect(delivery.status?.inventory?.map(({ kind, name, file }) => `${kind}/${name} ${file}`)).toEqual([
    'ConfigMap/c deploy/prompt.yaml',
    'Prompt/a deploy/prompt.yaml',
  ])
  const applied = await world.client.get(Prompt, 'a', 'default')
  expect(applied.metadata.annotations).toMatchObject({
    [source.delivery]: 'default/app',
    [source.revision]: revision,
    [source.file]: 'deploy/prompt.yaml',
  })
  const [entry] = await world.ledger.list({ action: 'sync' })
  expect(entry?.data).toMatchObject({
    revision,
    author: 'Ada <ada@example.com>',
    title: 'First',
    result: 'applied',
    created: 2,
  })
  world.writes.length = 0
  await world.sync()
  await world.restart()
  await world.sync()
  expect(world.writes).toEqual([])
  expect((await world.ledger.list()).length).toBe(1)
  expect(world.logged).toEqual([])
})

test('every object gets the new revision, also one that did not change', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'a.yaml': prompt('a', 'one'), 'b.yaml': prompt('b', 'one') })
  await world.deliver()
  const before = await world.client.get(Prompt, 'b', 'default')
  const revision = world.repository.commit({ 'a.yaml': prompt('a', 'two') })
  await world.sync()
  const [a, b] = [
    await world.client.get(Prompt, 'a', 'default'),
    await world.client.get(Prompt, 'b', 'default'),
  ]
  expect(a.spec.messages[0]?.content).toBe('two')
  expect(b.metadata.annotations?.[source.revision]).toBe(revision)
  expect(b.metadata.generation).toBe(before.metadata.generation)
})

test('a revision with a bad file is refused whole, and the last good one stays applied', async () => {
  await using world = await deliveryWorld()
  const good = world.repository.commit({ 'a.yaml': prompt('a', 'one'), 'b.yaml': prompt('b', 'one') })
  await world.deliver()
  const bad = world.repository.commit({ 'a.yaml': prompt('a', 'two'), 'b.yaml': 'apiVersion: v1\nkind: [\n' })
  await world.sync()
  const delivery = await world.delivery()
  expect(delivery.status).toMatchObject({ revision: good, attempted: bad })
  expect(readyOf(delivery)).toMatchObject({ status: 'False', reason: 'RevisionRefused' })
  expect(readyOf(delivery)?.message).toMatch(/b\.yaml:[23]: /)
  expect(delivery.status?.history?.map(({ result }) => result)).toEqual(['refused', 'applied'])
  expect((await world.client.get(Prompt, 'a', 'default')).spec.messages[0]?.content).toBe('one')

  await world.client.delete(Prompt, 'a', 'default')
  await world.settle()
  expect((await world.client.get(Prompt, 'a', 'default')).spec.messages[0]?.content).toBe('one')

  world.writes.length = 0
  await world.sync()
  expect(world.writes).toEqual([])
  const fixed = world.repository.commit({ 'b.yaml': prompt('b', 'two') })
  await world.sync()
  expect((await world.delivery()).status?.revision).toBe(fixed)
  expect((await world.ledger.list({ action: 'sync' })).map(({ data }) => data.result)).toEqual([
    'applied',
    'refused',
    'applied',
  ])
})

test.each([
  [
    'a field that does not exist',
    `${prompt('a', 'x')}  wrong: 1\n`,
    /a\.yaml:\d+: Prompt\/default\/a: spec\.wrong: there is no such field/,
  ],
  [
    'a value of the wrong type',
    prompt('a', 'x').replace('system', 'nobody'),
    /a\.yaml:6: Prompt\/default\/a: spec\.messages\[0\]\.role/,
  ],
  [
    'a kind that controllers make',
    'apiVersion: keelway.dev/v1alpha1\nkind: RouteRelease\nmetadata: { name: r }\n',
    /made by controllers/,
  ],
  [
    'an object twice',
    `${prompt('a', 'x')}---\n${prompt('a', 'x')}`,
    /a\.yaml:8: Prompt\/default\/a is also in a\.yaml:1/,
  ],
  ['a namespace that is nowhere', prompt('a', 'x', ', namespace: gone'), /namespace gone is neither/],
  [
    'no name',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n',
    /metadata\.name of this ConfigMap must be given/,
  ],
])('%s is refused with file and line before anything is applied', async (_, text, message) => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'a.yaml': text, 'b.yaml': prompt('good', 'x') })
  await world.deliver()
  const delivery = await world.delivery()
  expect(readyOf(delivery)?.message).toMatch(message)
  expect(await world.client.find(Prompt, 'good', 'default')).toBeUndefined()
})

test('objects of kinds the server lacks are skipped and listed, not an error', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({
    'a.yaml': prompt('a', 'x'),
    'd.yaml': 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: web }\nspec: {}\n',
    'docker-compose.yaml': 'services: {}\n',
    '.github/workflows/x.yml': 'on: [',
  })
  await world.deliver()
  const delivery = await world.delivery()
  expect(readyOf(delivery)).toMatchObject({ status: 'True' })
  expect(conditionOf(delivery, 'Skipped')).toMatchObject({ status: 'True' })
  expect(delivery.status?.skipped).toEqual([
    {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      namespace: 'default',
      name: 'web',
      reason: 'this server has no kind Widget in example.com/v1',
    },
  ])
})

test('what is gone from Git is deleted, an empty render deletes nothing, and prune can be off', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'a.yaml': prompt('a', 'x'), 'b.yaml': prompt('b', 'x') })
  await world.deliver()
  const second = world.repository.commit({ 'b.yaml': null })
  await world.sync()
  expect(await world.client.find(Prompt, 'b', 'default')).toBeUndefined()
  world.repository.commit({ 'a.yaml': '# nothing\n' })
  await world.sync()
  const delivery = await world.delivery()
  expect(readyOf(delivery)?.message).toMatch(/holds no objects under .*; nothing was pruned/)
  expect(delivery.status?.revision).toBe(second)
  expect(await world.client.find(Prompt, 'a', 'default')).toBeDefined()
  await world.client.patch(Delivery, 'app', 'default', { spec: { prune: false } })
  world.repository.commit({ 'a.yaml': prompt('c', 'x') })
  await world.sync()
  expect(await world.client.find(Prompt, 'a', 'default')).toBeDefined()
  expect(await world.client.find(Prompt, 'c', 'default')).toBeDefined()
})

test('a namespace comes before its objects, and is left when it holds what others made', async () => {
  await using world = await deliveryWorld()
  const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: support }\n'
  world.repository.commit({
    'a.yaml': prompt('a', 'x', ', namespace: support'),
    'z.yaml': namespace,
    'keep.yaml': prompt('keep', 'x'),
  })
  await world.deliver()
  expect(await world.client.find(Prompt, 'a', 'support')).toBeDefined()
  await world.client.create(ConfigMap, { metadata: { name: 'mine', namespace: 'support' }, data: {} })
  await world.settle()
  world.repository.commit({ 'a.yaml': null, 'z.yaml': null })
  await world.sync()
  expect(await world.client.find(Prompt, 'a', 'support')).toBeUndefined()
  expect((await world.client.find(Namespace, 'support'))?.metadata.deletionTimestamp).toBeUndefined()
  expect(readyOf(await world.delivery())?.message).toMatch(
    /Namespace\/support was left: it holds 1 objects from elsewhere/,
  )
})

test('drift is set back at once and recorded with field, values, time and writer', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'c.yaml': configMap('c', { k: 'v', l: 'w' }) })
  await world.deliver()
  await world.client.patch(
    ConfigMap,
    'c',
    'default',
    { data: { k: 'changed', extra: 'mine' } },
    { fieldManager: 'kubectl-edit' },
  )
  await world.settle()
  expect((await world.client.get(ConfigMap, 'c', 'default')).data).toEqual({ k: 'v', l: 'w', extra: 'mine' })
  expect((await world.delivery()).status?.drift).toEqual([
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
      name: 'c',
      field: 'data.k',
      live: '"changed"',
      wanted: '"v"',
      writer: 'kubectl-edit',
      at: expect.stringMatching(/^2026-/),
      action: 'corrected',
    },
  ])
  expect(readyOf(await world.delivery())).toMatchObject({ status: 'True' })
})

test('with drift: report nothing is set back, the difference is said once, and Git still changes its own fields', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'c.yaml': configMap('c', { k: 'v', l: 'w' }) })
  await world.deliver({ drift: 'report' })
  await world.client.patch(ConfigMap, 'c', 'default', { data: { k: 'changed' } })
  await world.settle()
  const delivery = await world.delivery()
  expect(readyOf(delivery)).toMatchObject({ status: 'False', reason: 'Drifted' })
  expect(delivery.status?.drift?.map(({ field, action }) => `${field} ${action}`)).toEqual([
    'data.k reported',
  ])
  world.writes.length = 0
  await world.sync()
  expect(world.writes).toEqual([])
  world.repository.commit({ 'c.yaml': configMap('c', { k: 'v', l: 'x' }) })
  await world.sync()
  expect((await world.client.get(ConfigMap, 'c', 'default')).data).toEqual({ k: 'changed', l: 'x' })
  await world.client.patch(ConfigMap, 'c', 'default', { data: { k: 'v' } })
  await world.sync()
  expect((await world.delivery()).status?.drift).toEqual([])
  expect(readyOf(await world.delivery())).toMatchObject({ status: 'True' })
})

test('two writers that set a field back and forth end as contested, not in a loop', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'c.yaml': configMap('c', { k: 'v' }) })
  await world.deliver()
  for (let i = 0; i < 8; i++) {
    await world.client.patch(ConfigMap, 'c', 'default', { data: { k: `other ${i}` } })
    await world.settle()
  }
  expect((await world.client.get(ConfigMap, 'c', 'default')).data).toEqual({ k: 'other 7' })
  expect(readyOf(await world.delivery())).toMatchObject({ status: 'False', reason: 'Drifted' })
})

test('a Secret from Git is warned about, and its values are in no annotation, status, event or ledger entry', async () => {
  await using world = await deliveryWorld()
  const text = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { key: hunter2 }\n'
  world.repository.commit({ 's.yaml': text })
  await world.deliver()
  expect(conditionOf(await world.delivery(), 'SecretsInGit')).toMatchObject({ status: 'True' })
  const encoded = Buffer.from('hunter2').toString('base64')
  await world.client.patch(Secret, 's', 'default', { data: { key: Buffer.from('other').toString('base64') } })
  await world.settle()
  const secret = await world.client.get(Secret, 's', 'default')
  expect(secret.data).toEqual({ key: encoded })
  const delivery = await world.delivery()
  expect(delivery.status?.drift?.[0]).toMatchObject({ field: 'data.key', live: '***', wanted: '***' })
  const written = JSON.stringify([delivery, secret.metadata, await world.ledger.list()])
  for (const value of ['hunter2', encoded, Buffer.from('other').toString('base64')])
    expect(written).not.toContain(value)
  world.writes.length = 0
  await world.sync()
  expect(world.writes).toEqual([])
})

test('an object of another Delivery is left to it and said', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({
    'one/a.yaml': prompt('a', 'one'),
    'two/a.yaml': prompt('a', 'two'),
    'two/b.yaml': prompt('b', 'two'),
  })
  await world.deliver({ path: 'one' }, 'first')
  await world.deliver({ path: 'two' }, 'second')
  const second = await world.delivery('second')
  expect(readyOf(second)).toMatchObject({ status: 'False', reason: 'Contested' })
  expect(second.status?.skipped?.[0]?.reason).toMatch(/Delivery default\/first applies it too/)
  expect((await world.client.get(Prompt, 'a', 'default')).spec.messages[0]?.content).toBe('one')
  expect(await world.client.find(Prompt, 'b', 'default')).toBeDefined()
  world.writes.length = 0
  await world.sync()
  expect(world.writes).toEqual([])
  await world.client.delete(Delivery, 'first', 'default')
  await world.sync()
  expect((await world.client.get(Prompt, 'a', 'default')).spec.messages[0]?.content).toBe('two')
  expect(readyOf(await world.delivery('second'))).toMatchObject({ status: 'True' })
})

test('a copy of an applied object is not pruned', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'a.yaml': configMap('a', {}), 'b.yaml': configMap('b', {}) })
  await world.deliver()
  const { metadata } = await world.client.get(ConfigMap, 'a', 'default')
  await world.client.create(ConfigMap, {
    metadata: { name: 'copy', namespace: 'default', annotations: metadata.annotations },
    data: {},
  })
  world.repository.commit({ 'a.yaml': null })
  await world.sync()
  expect(await world.client.find(ConfigMap, 'a', 'default')).toBeUndefined()
  expect(await world.client.find(ConfigMap, 'copy', 'default')).toBeDefined()
})

test('an unreachable repository is said, what is applied is kept, and it goes on when it is back', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'a.yaml': prompt('a', 'one') })
  await world.deliver()
  world.repository.git('branch', '-m', 'main', 'elsewhere')
  await world.sync()
  expect(readyOf(await world.delivery())).toMatchObject({ status: 'False', reason: 'FetchFailed' })
  await world.client.delete(Prompt, 'a', 'default')
  await world.settle()
  expect(await world.client.find(Prompt, 'a', 'default')).toBeDefined()
  await world.restart()
  expect(readyOf(await world.delivery())).toMatchObject({ status: 'False', reason: 'FetchFailed' })
  world.repository.git('branch', '-m', 'elsewhere', 'main')
  await world.sync()
  expect(readyOf(await world.delivery())).toMatchObject({ status: 'True' })
})

test('a suspended Delivery does nothing until it is resumed', async () => {
  await using world = await deliveryWorld()
  world.repository.commit({ 'a.yaml': prompt('a', 'one') })
  await world.deliver({ suspend: true })
  expect(readyOf(await world.delivery())).toMatchObject({ reason: 'Suspended' })
  expect(await world.client.find(Prompt, 'a', 'default')).toBeUndefined()
  await world.client.patch(Delivery, 'app', 'default', { spec: { suspend: false } })
  await world.settle()
  expect(await world.client.find(Prompt, 'a', 'default')).toBeDefined()
})
