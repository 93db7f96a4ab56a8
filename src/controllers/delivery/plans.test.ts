import { expect, test } from 'vitest'
import { conditionOf } from '../../api/conditions.ts'
import { ApiError } from '../../api/errors.ts'
import type { Resource } from '../../api/kind.ts'
import { ConfigMap, Secret } from '../../api/kinds/core.ts'
import { fakeGit } from '../../git/git.fake.ts'
import { Corrections, driftRecords, mergedDrift } from './drift.ts'
import { applyOrder } from './order.ts'
import { prunePlan } from './prune.ts'
import { lastApplied, stamped } from './record.ts'
import { configMap, deliveryWorld } from './world.fake.ts'

const object = (kind: string, name = 'a', more: object = {}): Resource => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'default' },
  ...more,
})
const reference = (kind: string, name = 'a') => ({ apiVersion: 'v1', kind, namespace: 'default', name })

test('what is referred to is applied before what refers to it, and pruned after it', () => {
  const kinds = [
    'ModelRoute',
    'Secret',
    'Evaluation',
    'Prompt',
    'Namespace',
    'Widget',
    'Model',
    'Dataset',
    'ConfigMap',
    'ModelProvider',
    'AccessKey',
  ]
  const order = [
    'Namespace',
    'Secret',
    'ConfigMap',
    'Widget',
    'Dataset',
    'Prompt',
    'ModelProvider',
    'Model',
    'Evaluation',
    'ModelRoute',
    'AccessKey',
  ]
  expect(
    kinds
      .map(kind => object(kind))
      .sort(applyOrder)
      .map(({ kind }) => kind),
  ).toEqual(order)
  const plan = prunePlan(
    [...kinds.map(kind => reference(kind)), reference('Prompt', 'kept')],
    [reference('Prompt', 'kept')],
  )
  expect(plan.map(({ kind }) => kind)).toEqual(order.toReversed())
})

test('what was applied is recorded by name and value, but no secret and no very long text', () => {
  const from = { delivery: 'default/app', revision: 'f'.repeat(40), file: 'a.yaml' }
  const secret = stamped(object('Secret', 'a', { data: { key: 'aHVudGVyMg==' } }), from)
  expect(lastApplied(secret)?.data).toEqual({ key: '***' })
  const large = stamped(
    object('ConfigMap', 'n'.repeat(100), { data: { a: 'x'.repeat(500_000), b: 'short' } }),
    from,
  )
  expect(lastApplied(large)?.data).toEqual({ a: '***', b: 'short' })
  const copy = { ...large, metadata: { ...large.metadata, name: 'other' } }
  expect(lastApplied(copy)).toBeUndefined()
  expect(lastApplied(object('ConfigMap'))).toBeUndefined()
})

test('corrections stay in the list, reports leave it when they are settled, and 50 are kept', () => {
  const difference = (field: string) => ({ field, live: 1, wanted: 2, cause: 'drift' as const })
  const records = (action: 'corrected' | 'reported', at: string, ...fields: string[]) =>
    driftRecords(object('ConfigMap'), undefined, fields.map(difference), action, at)
  const first = mergedDrift([], records('reported', '1', 'a', 'b'))
  const second = mergedDrift(first, records('reported', '2', 'a'))
  expect(second.map(({ field, at }) => `${field}${at}`)).toEqual(['a1'])
  const third = mergedDrift(second, records('corrected', '3', 'a'))
  expect(third.map(({ at, action }) => `${action}${at}`)).toEqual(['corrected3'])
  expect(mergedDrift(third, [])).toEqual(third)
  const many = Array.from({ length: 60 }, (_, i) => `f${i}`)
  expect(mergedDrift(third, records('corrected', '4', ...many))).toHaveLength(50)
})

test('the fifth correction in ten minutes is the last for a while', () => {
  const corrections = new Corrections()
  for (let i = 0; i < 5; i++) {
    expect(corrections.allowed(reference('Prompt'), i)).toBe(true)
    corrections.note(reference('Prompt'), i)
  }
  expect(corrections.allowed(reference('Prompt'), 5)).toBe(false)
  expect(corrections.allowed(reference('Prompt', 'b'), 5)).toBe(true)
  expect(corrections.allowed(reference('Prompt'), 600_004)).toBe(true)
})

test('an object that can not be written leaves the sync incomplete and said, the others applied, nothing pruned', async () => {
  const git = fakeGit()
  let broken = false
  await using world = await deliveryWorld({
    git,
    through: transport => ({
      request(request) {
        const dryRun = request.path.includes('dryRun')
        if (
          broken &&
          !dryRun &&
          request.method !== 'GET' &&
          /configmaps(\/b)?(\?|$)/.test(request.path) &&
          JSON.stringify(request.body).includes('"b"')
        )
          throw new ApiError('ServiceUnavailable', 'the store is full')
        return transport.request(request)
      },
      stream: request => transport.stream(request),
    }),
  })
  git.push({
    'a.yaml': configMap('a', { k: '1' }),
    'b.yaml': configMap('b', { k: '1' }),
    'c.yaml': configMap('c', { k: '1' }),
  })
  await world.deliver()
  broken = true
  const second = git.push(
    { 'a.yaml': configMap('a', { k: '2' }), 'b.yaml': configMap('b', { k: '2' }) },
    'Second',
  )
  await world.sync()
  const delivery = await world.delivery()
  expect(conditionOf(delivery, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'Incomplete',
    message: expect.stringMatching(
      /^1 of 2 objects of .* are applied; ConfigMap\/default\/b \(b\.yaml\) failed: the store is full/,
    ),
  })
  expect(delivery.status?.revision).not.toBe(second)
  expect((await world.client.get(ConfigMap, 'a', 'default')).data).toEqual({ k: '2' })
  expect(await world.client.find(ConfigMap, 'c', 'default')).toBeDefined()
  broken = false
  await world.sync()
  expect((await world.delivery()).status?.revision).toBe(second)
  expect(await world.client.find(ConfigMap, 'c', 'default')).toBeUndefined()
  expect((await world.ledger.list()).map(({ data }) => data.title)).toEqual(['Change', 'Second'])
})

test('a Delivery waits for the Secret it names, and fetches as soon as that is there', async () => {
  const git = fakeGit()
  git.push({ 'a.yaml': configMap('a', { k: '1' }) })
  await using world = await deliveryWorld({ git })
  await world.deliver({ credentials: { name: 'git' } })
  expect(conditionOf(await world.delivery(), 'Ready')).toMatchObject({
    status: 'False',
    reason: 'FetchFailed',
    message: 'Secret git, named in spec.credentials, is not there',
  })
  expect(git.fetches).toBe(0)
  await world.client.create(Secret, {
    metadata: { name: 'git', namespace: 'default' },
    stringData: { password: 'p' },
  })
  await world.settle()
  expect(conditionOf(await world.delivery(), 'Ready')).toMatchObject({ status: 'True' })
})
