import { closed } from './write-errors.ts'

/**
 * Group commit: everything pushed in one turn of the event loop is applied together in the next, so that concurrent
 * writers share one disk sync while a lone writer waits for nobody.
 */
export interface CommitQueue<Item, Result> {
  push(item: Item): Promise<Result>
  /** Applies what is queued and refuses everything after. */
  close(): void
}

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/** Bounds the time one group keeps the event loop. */
const largestGroup = 512

/**
 * @param apply makes a group durable and tells each item's outcome, in order; when it throws, none was applied
 */
export function commitQueue<Item, Result>(
  apply: (items: Item[]) => PromiseSettledResult<Result>[],
): CommitQueue<Item, Result> {
  const queue: Waiting<Item, Result>[] = []
  let open = true

  const flush = () => {
    const group = queue.splice(0, largestGroup)
    if (group.length === 0) return
    if (queue.length > 0) setImmediate(flush)
    try {
      settle(group, apply(group.map(({ item }) => item)))
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  return {
    push(item) {
      if (!open) return Promise.reject(closed())
      if (queue.length === 0) setImmediate(flush)
      return new Promise((resolve, reject) => queue.push({ item, resolve, reject }))
    },
    close() {
      open = false
      while (queue.length > 0) flush()
    },
  }
}

function settle<Item, Result>(
  group: Waiting<Item, Result>[],
  outcomes: PromiseSettledResult<Result>[],
): void {
  for (const [index, { resolve, reject }] of group.entries()) {
    const outcome = outcomes[index]
    if (outcome?.status === 'fulfilled') resolve(outcome.value)
    else reject(outcome?.reason)
  }
}
