import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeClock } from './clock.fake.ts'
import { WorkQueue } from './queue.ts'

function queue() {
  const clock = new FakeClock()
  let woken = 0
  const made = new WorkQueue({
    clock,
    random: () => 0,
    onReady: () => {
      woken++
    },
  })
  return { clock, queue: made, woken: () => woken }
}

const drain = (from: WorkQueue): string[] => {
  const keys: string[] = []
  for (let taken = from.take(); taken; taken = from.take()) {
    keys.push(taken.key)
    from.done(taken.key)
  }
  return keys
}

test('a key waits once, and a key added during its work comes back once', () => {
  const { queue: work } = queue()
  work.add('a')
  work.add('a')
  expect(work.take()).toEqual({ key: 'a', waitedMs: 0 })
  work.add('a')
  work.add('a')
  expect(work.take()).toBeUndefined()
  work.done('a')
  expect(drain(work)).toEqual(['a'])
})

test('real events go before a resync, and raise a key that waits for one', () => {
  const { queue: work, clock } = queue()
  for (const key of ['a', 'b', 'c']) work.add(key, 'resync')
  clock.advance(7)
  work.add('d')
  work.add('c')
  expect(work.take()).toEqual({ key: 'd', waitedMs: 0 })
  expect(work.take()).toEqual({ key: 'c', waitedMs: 7 })
  expect(drain(work)).toEqual(['a', 'b'])
})

test('the earliest of several delays counts, and work on the key serves them all', () => {
  const { queue: work, clock } = queue()
  work.addAfter('a', 100)
  work.addAfter('a', 50)
  work.addAfter('a', 200)
  clock.advance(49)
  expect(work.depth).toBe(0)
  clock.advance(1)
  expect(work.depth).toBe(1)
  work.addAfter('a', 100)
  expect(drain(work)).toEqual(['a'])
  clock.advance(1_000)
  expect(work.depth).toBe(0)
})

test('retries of a key wait ever longer until it is forgotten', () => {
  const { queue: work, clock } = queue()
  const waits: number[] = []
  for (let failure = 0; failure < 6; failure++) {
    if (failure === 4) work.forget('a')
    work.retry('a')
    const wait = clock.next() ?? 0
    waits.push(wait)
    clock.advance(wait)
    expect(drain(work)).toEqual(['a'])
  }
  expect(waits).toEqual([5, 10, 20, 40, 5, 10])
})

test('a closed queue takes nothing and leaves no timer', () => {
  const { queue: work, clock } = queue()
  work.add('a')
  work.addAfter('b', 10)
  work.close()
  work.add('c')
  expect(work.take()).toBeUndefined()
  expect(clock.next()).toBeUndefined()
})

test('no key is ever lost, worked on twice at a time, or waiting twice', () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ do: fc.constant('resync' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ do: fc.constant('later' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ do: fc.constant('take' as const), key: fc.constant('') }),
    fc.record({ do: fc.constant('done' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ do: fc.constant('pass' as const), key: fc.constant('') }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), actions => {
      const { queue: work, clock } = queue()
      const owed = new Set<string>()
      const taken = new Set<string>()
      const want = (key: string, ask: () => void) => {
        ask()
        owed.add(key)
      }
      const perform: Record<(typeof actions)[number]['do'], (key: string) => void> = {
        add: key => want(key, () => work.add(key)),
        resync: key => want(key, () => work.add(key, 'resync')),
        later: key => want(key, () => work.addAfter(key, 10)),
        pass: () => clock.advance(5),
        done: key => taken.delete(key) && work.done(key),
        take: () => {
          const next = work.take()
          if (!next) return
          expect(taken.has(next.key)).toBe(false)
          taken.add(next.key)
          owed.delete(next.key)
        },
      }
      for (const { do: what, key } of actions) perform[what](key)
      for (const key of taken) work.done(key)
      clock.advance(1_000)
      expect(new Set(drain(work))).toEqual(owed)
    }),
  )
})
