import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { seededRandom } from '../lib/random.ts'
import { echo, type GatewayWorld, gatewayWorld, recorded, release, route, userKey } from './gateway.world.ts'
import { readField, replay } from './replay.ts'

let world: GatewayWorld
afterEach(() => world?.stop())

const rows = [
  { input: 'make money fast', label: 'spam' },
  { input: 'see you at noon', label: 'ham' },
  { input: 'money for lunch', label: 'ham' },
  { input: 'hello', label: 'ham' },
]

async function start(): Promise<void> {
  world = await gatewayWorld()
  await world.publish({
    routes: [route()],
    releases: release('mail-triage-1', echo(world.put('spam-words'))),
  })
}

const options = (fields: object = {}) => ({
  url: world.url,
  key: userKey,
  model: 'mail-triage',
  rows,
  rate: 1000,
  clock: systemClock,
  random: seededRandom(1),
  ...fields,
})

describe('a replay', () => {
  test('says how well each release answered and sends the labels back', async () => {
    await start()
    const summary = await replay(options())
    expect(summary).toEqual({
      sent: 4,
      answered: 4,
      correct: 3,
      accuracy: 0.75,
      errors: {},
      p50Ms: expect.any(Number),
      p99Ms: expect.any(Number),
      byRelease: { 'mail-triage-1': { answered: 4, correct: 3, accuracy: 0.75 } },
    })
    const calls = () => world.telemetry.calls({ limit: 10 })
    await recorded(world, async () => (await calls()).length === 4)
    expect(new Set((await calls()).map(({ unit }) => unit)).size).toBe(4)
    await recorded(world, async () =>
      (await Promise.all((await calls()).map(({ id }) => world.telemetry.call(id)))).every(
        call => call?.feedback.length === 1,
      ),
    )
  })

  test('keeps the rate', async () => {
    await start()
    const begin = performance.now()
    await replay(options({ rows: [...rows, ...rows, ...rows], rate: 50 }))
    expect(performance.now() - begin).toBeGreaterThan((11 / 50) * 1000 - 20)
  })

  test('sends a share of the labels only', async () => {
    await start()
    const many = Array.from({ length: 100 }, () => rows[3] ?? { input: '', label: '' })
    await replay(options({ rows: many, labelShare: 0.3, labelDelayMs: 20 }))
    await recorded(world, async () => (await world.telemetry.calls({ limit: 200 })).length === 100)
    const { feedback } = await world.telemetry.traffic({
      namespace: 'support',
      route: 'mail-triage',
      since: 0,
    })
    expect(feedback).toBeGreaterThan(0.15)
    expect(feedback).toBeLessThan(0.45)
  })

  test('of endless rows ends when it is aborted, with a summary of what was sent', async () => {
    await start()
    const abort = new AbortController()
    const endless = function* () {
      for (;;) yield* rows
    }
    const onProgress = ({ sent }: { sent: number }) => {
      if (sent >= 10) abort.abort()
    }
    const summary = await replay(options({ rows: endless(), signal: abort.signal, onProgress }))
    expect(summary.sent).toBeGreaterThanOrEqual(10)
    expect(summary.answered).toBe(summary.sent)
  })

  test('counts errors by class and goes on', async () => {
    await start()
    expect(await replay(options({ model: 'nope' }))).toMatchObject({
      sent: 4,
      answered: 0,
      accuracy: null,
      p50Ms: null,
      errors: { model_not_found: 4 },
    })
    await world.stop()
    const { errors } = await replay(options())
    expect(Object.values(errors)).toEqual([4])
  })
})

test.each([
  ['{"action":"deny"}', 'action', 'deny'],
  ['{"a":{"b":3}}', 'a.b', '3'],
  ['{"a":1}', 'b', undefined],
  ['not JSON', 'a', undefined],
  [' spam\n', undefined, 'spam'],
])('the field of %j named %s is %s', (text, field, expected) => {
  expect(readField(text, field)).toBe(expected)
})
