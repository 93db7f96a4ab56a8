import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import type { Signal } from '../signals/signal.ts'
import { createIntakeQueue } from './queue.ts'
import { StoreBehind } from './source.ts'

const log = (body: string): Signal => ({
  kind: 'log',
  resource: { service: 'a' },
  at: 1,
  severity: 9,
  body,
  attributes: {},
})

/** A store whose appends end when they are told to. */
function slowStore() {
  const appends: { bodies: string[]; end: PromiseWithResolvers<void> }[] = []
  return {
    appends,
    append(signals: readonly Signal[]): Promise<void> {
      const end = Promise.withResolvers<void>()
      appends.push({ bodies: signals.map(signal => (signal.kind === 'log' ? signal.body : '')), end })
      return end.promise
    },
  }
}

function world(options: { capacityBytes?: number; groupBytes?: number } = {}) {
  const store = slowStore()
  const clock = new FakeClock()
  const said: string[] = []
  const queue = createIntakeQueue({ store, clock, say: text => void said.push(text), ...options })
  return { store, clock, said, queue }
}

const turn = () => new Promise(setImmediate)

describe('the queue before the store', () => {
  test('stores in order, and together what came while the store was busy', async () => {
    const { store, queue } = world()
    const first = queue.emit([log('1')])
    await turn()
    const later = [queue.emit([log('2')]), queue.offer([log('3'), log('4')])]
    await turn()
    expect(store.appends.map(({ bodies }) => bodies)).toEqual([['1']])
    store.appends[0]?.end.resolve()
    await first
    await turn()
    expect(store.appends[1]?.bodies).toEqual(['2', '3', '4'])
    store.appends[1]?.end.resolve()
    await Promise.all(later)
    expect(queue.waitingBytes).toBe(0)
  })

  test('makes those who ask wait for room, and sends those who are written to away', async () => {
    const { store, queue, clock } = world({ capacityBytes: 500 })
    const first = queue.emit([log('1')])
    expect(queue.behind()).toBeUndefined()
    const second = queue.emit([log('2')])
    expect(queue.behind()).toBe(1)
    await expect(queue.offer([log('no')])).rejects.toBeInstanceOf(StoreBehind)
    const third = queue.emit([log('3')])
    await turn()
    clock.advance(250)
    expect(queue.waitingMs).toBe(250)
    expect(store.appends).toHaveLength(1)
    store.appends[0]?.end.resolve()
    await Promise.all([first, second])
    await turn()
    expect(queue.behind()).toBeUndefined()
    store.appends[1]?.end.resolve()
    await third
    expect(store.appends.map(({ bodies }) => bodies)).toEqual([['1', '2'], ['3']])
  })

  test('tells everyone that a batch could not be stored, and later that it can again', async () => {
    const { store, queue, said } = world()
    const failed = queue.emit([log('1')])
    await turn()
    store.appends[0]?.end.reject(new Error('disk full'))
    await expect(failed).rejects.toMatchObject({ name: 'StoreBehind', retryAfterSeconds: 3 })
    const again = queue.emit([log('1')])
    await turn()
    store.appends[1]?.end.resolve()
    await again
    expect(said).toEqual(['signals could not be stored: disk full', 'signals are stored again'])
  })

  test('keeps a batch that the store refuses from failing others', async () => {
    const { store, queue } = world()
    const first = queue.emit([log('1')])
    await turn()
    const [bad, good] = [queue.emit([log('bad')]), queue.emit([log('good')])]
    const badFails = expect(bad).rejects.toBeInstanceOf(StoreBehind)
    store.appends[0]?.end.resolve()
    await first
    for (const [index, ok] of [
      [1, false],
      [2, false],
      [3, true],
    ] as const) {
      await turn()
      if (ok) store.appends[index]?.end.resolve()
      else store.appends[index]?.end.reject(new Error('a value is too long'))
    }
    await badFails
    await good
    expect(store.appends.map(({ bodies }) => bodies)).toEqual([['1'], ['bad', 'good'], ['bad'], ['good']])
  })

  test('stores what waits when it is closed, and takes no more', async () => {
    const { store, queue } = world({ capacityBytes: 300 })
    const first = queue.emit([log('1')])
    const late = queue.emit([log('2')])
    const refused = expect(late).rejects.toBeInstanceOf(StoreBehind)
    await turn()
    const closing = queue.close()
    await refused
    store.appends[0]?.end.resolve()
    await Promise.all([first, closing])
    await expect(queue.emit([log('3')])).rejects.toBeInstanceOf(StoreBehind)
  })

  test('stores whatever is emitted exactly once and in order, in bounded appends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { maxLength: 40 }),
        fc.integer({ min: 1, max: 5000 }),
        async (sizes, most) => {
          const stored: string[] = []
          const queue = createIntakeQueue({
            store: {
              async append(signals) {
                await turn()
                for (const signal of signals) if (signal.kind === 'log') stored.push(signal.body)
              },
            },
            clock: new FakeClock(),
            say: () => undefined,
            capacityBytes: most,
            groupBytes: most,
          })
          const batches = sizes.map((size, batch) =>
            Array.from({ length: size }, (_, at) => log(`${batch}.${at}`)),
          )
          await Promise.all(batches.map(batch => queue.emit(batch)))
          expect(stored).toEqual(batches.flat().map(signal => (signal.kind === 'log' ? signal.body : '')))
          expect(queue.waitingBytes).toBe(0)
        },
      ),
      { numRuns: 40 },
    )
  })
})
