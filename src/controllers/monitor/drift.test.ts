import { expect, test } from 'vitest'
import { Dataset } from '../../api/kinds/dataset.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { seededRandom } from '../../lib/random.ts'
import { call } from '../../telemetry/telemetry.contract.ts'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import { type MonitorWorld, monitorWorld } from './monitor.world.ts'

const day = 86_400_000
const random = seededRandom(4)
const ready = [{ type: 'Ready', status: 'True', reason: 'Reconciled', message: '', lastTransitionTime: '' }]
const usual = 'where is my parcel please it is late and I want my money back now'.split(' ')
const other = 'cancel the contract at once or my lawyer writes to you about damages'.split(' ')
const sentence = (words: string[]) =>
  Array.from({ length: 8 }, () => words[Math.floor(random() * words.length)]).join(' ')

let ids = 0
/** Calls through a day that begins `ago` days before today. */
const calls = (world: MonitorWorld, ago: number, count: number, fields: () => Partial<CallRecord>) => {
  const begin = Math.floor(world.clock.now() / day) * day - ago * day
  return world.telemetry.append(
    Array.from({ length: count }, (_, i) =>
      call(`${ids++}`, { namespace: 'default', at: begin + (i * day) / count, ...fields() }),
    ),
    [],
  )
}
const plain =
  (words = usual) =>
  () => ({ input: sentence(words), inputTokens: 10 + Math.floor(20 * random()) })
const dataset = async (world: MonitorWorld, rows: object[]) => {
  const digest = await world.blobs.put(Buffer.from(rows.map(row => JSON.stringify(row)).join('\n')))
  const status = { observedGeneration: 1, conditions: ready, digest, rows: rows.length, revision: '' }
  await world.place(Dataset, 'usual', { path: digest, format: 'jsonl' }, status)
}
const drifted = async (world: MonitorWorld) =>
  (await world.read()).status?.drift?.columns.filter(column => column.drifted).map(({ name }) => name)

test('a day is compared with the same day of the week before, once, and told while it differs', async () => {
  await using world = await monitorWorld()
  const monitor = { drift: { route: { ref: 'triage' } } }
  await calls(world, 8, 300, plain())
  await calls(world, 1, 200, plain())
  await calls(world, 7, 300, plain())
  await world.monitor(monitor)
  await world.advance(2 * 60_000)
  expect((await world.read()).status?.drift).toMatchObject({
    from: '2025-12-31T00:00:00Z',
    until: '2026-01-01T00:00:00Z',
    reference: '2025-12-24T00:00:00Z',
    rows: 200,
    referenceRows: 300,
  })
  expect(await drifted(world)).toEqual([])
  expect(await world.condition('Drifted')).toContain(
    'False AsUsual: inputs of triage: none of 3 columns drifted',
  )

  await calls(world, 0, 200, plain(other))
  await world.advance(day)
  expect(await drifted(world)).toContain('text')
  expect(await world.condition('Drifted')).toContain(
    'True Ticket: inputs of triage are not what they were: text',
  )
  await world.restart()
  expect((await world.told()).map(({ reason, severity }) => [reason, severity])).toEqual([
    ['InputDrift', 'warning'],
  ])

  // A day without traffic says nothing, neither that it goes on nor that it is over.
  await world.advance(day)
  expect(await world.condition('Ready')).toContain('TooFewRows: inputs of triage: 0 calls')
  expect(await world.told()).toHaveLength(1)
})

test('what a Model is asked is compared with a dataset, through all routes that it answers', async () => {
  await using world = await monitorWorld()
  for (const name of ['desk', 'mail'])
    await world.place(ModelRoute, name, { model: name, serve: { model: { ref: 'triage' } } }, {})
  await dataset(
    world,
    Array.from({ length: 400 }, (_, i) => ({ text: sentence(usual), label: ['spam', 'ham'][i % 2] })),
  )
  const drift = { model: { ref: 'triage' }, reference: { dataset: { ref: 'usual' } } }
  await calls(world, 1, 100, () => ({ route: 'desk', ...plain()() }))
  await calls(world, 1, 100, () => ({ route: 'mail', ...plain()() }))
  await world.monitor({ drift })
  await world.advance(2 * 60_000)
  expect((await world.read()).status?.drift).toMatchObject({ rows: 200, referenceRows: 400 })
  expect(await drifted(world)).toEqual([])
})

test('what a Model answers is compared label by label', async () => {
  await using world = await monitorWorld()
  await dataset(
    world,
    Array.from({ length: 400 }, (_, i) => ({ label: i % 4 === 0 ? 'spam' : 'ham' })),
  )
  const reference = { dataset: { ref: 'usual' }, column: 'label' }
  await calls(world, 1, 200, () => ({ output: random() < 0.6 ? 'spam' : 'ham' }))
  await world.monitor({ drift: { route: { ref: 'triage' }, of: 'outputs', reference } })
  await world.advance(2 * 60_000)
  expect(await drifted(world)).toEqual(['label'])
  expect((await world.told())[0]?.message).toMatch(
    /^outputs of triage are not what they were: label \("ham" 75 % before, 4\d % now\)/,
  )
})

test('JSON inputs are compared field by field', async () => {
  await using world = await monitorWorld()
  const order = (price: number) => () => ({
    input: JSON.stringify({ item: { price: price + 20 * random() }, rush: random() < 0.5 }),
  })
  await calls(world, 8, 300, order(10))
  await calls(world, 1, 300, order(25))
  await world.monitor({ drift: { route: { ref: 'triage' } } })
  await world.advance(2 * 60_000)
  expect(await drifted(world)).toEqual(['item.price'])
})

test('a window too short and a dataset that is missing are said', async () => {
  await using world = await monitorWorld()
  await world.monitor({ drift: { route: { ref: 'triage' }, window: '1m' } })
  expect(await world.condition('Stalled')).toContain('True BadWindow')
  await using without = await monitorWorld()
  await without.monitor({ drift: { route: { ref: 'triage' }, reference: { dataset: { ref: 'gone' } } } })
  expect(await without.condition('Ready')).toContain('False DatasetNotReady: Dataset gone is missing')
})
