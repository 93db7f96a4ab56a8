import { describe, expect, test } from 'vitest'
import { configMap, maps, mergePatch, prompt, prompts, start } from './objects.fake.ts'

describe('delete', () => {
  test('an object without finalizers is gone, and the answer says its uid', async () => {
    await using api = await start()
    const { json: made } = await api.call('POST', maps, configMap('a'))
    const { status, json } = await api.call('DELETE', `${maps}/a`, { propagationPolicy: 'Background' })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: made.metadata.uid },
    })
    expect((await api.call('GET', `${maps}/a`)).json.message).toBe('configmaps "a" not found')
    expect((await api.call('DELETE', `${maps}/a`)).status).toBe(404)
  })

  test('finalizers hold an object until the last one is removed', async () => {
    await using api = await start()
    await api.call('POST', prompts, prompt('a', 'x', { finalizers: ['keelway.dev/test'] }))
    const { status, json } = await api.call('DELETE', `${prompts}/a`)
    expect([status, json.metadata.generation, json.metadata.deletionGracePeriodSeconds]).toEqual([200, 2, 0])
    expect(json.metadata.deletionTimestamp).toBeDefined()
    const again = await api.call('DELETE', `${prompts}/a`)
    expect(again.json).toEqual(json)
    const added = { metadata: { finalizers: ['keelway.dev/test', 'keelway.dev/more'] } }
    expect((await api.call('PATCH', `${prompts}/a`, added, mergePatch)).json.message).toContain(
      'no new finalizers can be added if the object is being deleted, found new finalizers []string{"keelway.dev/more"}',
    )
    expect(
      (await api.call('PATCH', `${prompts}/a`, { metadata: { finalizers: null } }, mergePatch)).status,
    ).toBe(200)
    expect((await api.call('GET', `${prompts}/a`)).status).toBe(404)
  })

  test('preconditions must hold', async () => {
    await using api = await start()
    const { json: made } = await api.call('POST', maps, configMap('a'))
    const wrong = await api.call('DELETE', `${maps}/a`, { preconditions: { uid: 'other' } })
    expect([wrong.status, wrong.json.message]).toEqual([
      409,
      `Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: other, UID in object meta: ${made.metadata.uid}`,
    ])
    expect((await api.call('DELETE', `${maps}/a`, { preconditions: { resourceVersion: '1' } })).status).toBe(
      409,
    )
    const both = { propagationPolicy: 'Orphan', orphanDependents: true }
    expect((await api.call('DELETE', `${maps}/a`, both)).status).toBe(422)
    const { resourceVersion, uid } = made.metadata
    expect((await api.call('DELETE', `${maps}/a`, { preconditions: { resourceVersion, uid } })).status).toBe(
      200,
    )
  })

  test('a collection is deleted by selector, and shown', async () => {
    await using api = await start()
    for (const name of ['a', 'b', 'c'])
      await api.call(
        'POST',
        maps,
        configMap(name, { metadata: { name, labels: { odd: String(name !== 'b') } } }),
      )
    const { json } = await api.call('DELETE', `${maps}?labelSelector=odd=true`)
    expect(json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['a', 'c'])
    expect((await api.call('GET', maps)).json.items).toHaveLength(1)
  })

  test('the standing namespaces can not be deleted', async () => {
    await using api = await start()
    expect((await api.call('DELETE', '/api/v1/namespaces/default')).status).toBe(403)
  })
})
