import { expect, test } from 'vitest'
import { GroupCommit } from './group-commit.ts'

/** Batches of numbers; a write takes until it is let go. */
function recorded() {
  const written: number[][] = []
  const waiting: PromiseWithResolvers<void>[] = []
  let running = 0
  const alone = async (batch: number[]) => {
    expect(++running).toBe(1)
    const turn = Promise.withResolvers<void>()
    waiting.push(turn)
    await turn.promise.finally(() => running--)
    written.push(batch)
  }
  const commits = new GroupCommit<number[]>(() => [], alone)
  const add = (number: number) => {
    commits.pending.push(number)
    return commits.flush()
  }
  const next = async () => {
    for (let turns = 0; waiting.length === 0; turns++) {
      expect(turns).toBeLessThan(1000)
      await Promise.resolve()
    }
    return waiting.shift()
  }
  return { commits, add, alone, next, written }
}

test('what comes while a batch is written is one batch, and each is told when its own is', async () => {
  const { add, next, written } = recorded()
  const first = add(1)
  const turn = await next()
  const others = [add(2), add(3)]
  turn?.resolve()
  await first
  expect(written).toEqual([[1]])
  ;(await next())?.resolve()
  await Promise.all(others)
  expect(written).toEqual([[1], [2, 3]])
})

test('a failed write is told to those whose it is, and the next goes on', async () => {
  const { add, next, written } = recorded()
  const first = add(1)
  const turn = await next()
  const second = add(2)
  turn?.reject(new Error('disk full'))
  await expect(first).rejects.toThrow('disk full')
  ;(await next())?.resolve()
  await second
  expect(written).toEqual([[2]])
})

test('a task runs after what was added before it and never beside a write', async () => {
  const { add, alone, commits, next, written } = recorded()
  const work = [add(1), commits.after(() => alone([99])), add(2), commits.after(() => alone([100])), add(3)]
  const all = Promise.all(work)
  // One and two are one batch, and so is three: both were added before the first turn came.
  for (const _ of [1, 2, 3]) (await next())?.resolve()
  await all
  expect(written).toEqual([[1, 2, 3], [99], [100]])
})
