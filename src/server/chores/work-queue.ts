import { isConflict, isNotFound } from '../../api/errors.ts'
import type { Clock } from '../../lib/clock.ts'

/** Runs one task per key at a time and a few keys at once; a key added while it runs is run once more. */
export interface WorkQueue extends AsyncDisposable {
  add(key: string, task: () => Promise<void>): void
}

/** Enough for the store to commit in groups. */
const atOnce = 16
const firstDelayMs = 20
const longestDelayMs = 30_000

/** @param onError told of failures that are neither a conflict nor a missing object; the task is tried again anyway */
export function workQueue(clock: Clock, onError: (error: unknown) => void): WorkQueue {
  const waiting = new Map<string, () => Promise<void>>()
  const running = new Map<string, Promise<void>>()
  const failures = new Map<string, number>()
  let open = true

  const next = () => {
    for (const [key, task] of waiting) {
      if (running.size >= atOnce || !open) return
      if (running.has(key)) continue
      waiting.delete(key)
      running.set(key, run(key, task))
    }
  }

  const run = async (key: string, task: () => Promise<void>): Promise<void> => {
    try {
      // In a turn of its own, so that a key never runs within the change that added it.
      await new Promise(resolve => setImmediate(resolve))
      await task()
      failures.delete(key)
    } catch (error) {
      if (open && !isNotFound(error)) retry(key, task, error)
    } finally {
      running.delete(key)
      next()
    }
  }

  const retry = (key: string, task: () => Promise<void>, error: unknown) => {
    const again = () => {
      if (!waiting.has(key)) add(key, task)
    }
    // Another write came first: looking again is all it takes.
    if (isConflict(error)) {
      setImmediate(again)
      return
    }
    onError(error)
    const count = failures.get(key) ?? 0
    failures.set(key, count + 1)
    clock.after(Math.min(longestDelayMs, firstDelayMs * 2 ** count), again)
  }

  const add = (key: string, task: () => Promise<void>) => {
    if (!open) return
    waiting.set(key, task)
    next()
  }

  return {
    add,
    async [Symbol.asyncDispose]() {
      open = false
      waiting.clear()
      await Promise.all(running.values())
    },
  }
}
