import type { Key } from '../../store/store.ts'
import type { Backend } from '../backend.ts'
import { removeObject } from '../delete.ts'
import { idOf, keyOf } from './chore-write.ts'
import type { Observer } from './feed.ts'
import type { WorkQueue } from './work-queue.ts'

/** How long events are kept after their last write, in milliseconds. */
const EVENT_TTL = 3_600_000

/** Deletes events an hour after their last write, as Kubernetes' `--event-ttl` does. */
export function eventExpiry(backend: Backend, queue: WorkQueue): Observer & Disposable {
  const { clock, registry } = backend
  const events = registry.byPath('', 'v1', 'events')
  /** In the order they expire, for all have the same time to live. */
  const due = new Map<string, { key: Key; at: number }>()
  let cancel: (() => void) | undefined

  const schedule = () => {
    const [first] = due.values()
    if (cancel || !first) return
    cancel = clock.after(Math.max(0, first.at - clock.now()), () => {
      cancel = undefined
      expire()
      schedule()
    })
  }

  const expire = () => {
    for (const [id, { key, at }] of due) {
      if (at > clock.now()) break
      due.delete(id)
      if (!events) continue
      queue.add(`event ${id}`, async () => {
        await removeObject(backend, events, key, {})
      })
    }
  }

  return {
    present(served, entry) {
      if (served !== events) return
      const id = idOf(entry)
      due.delete(id)
      due.set(id, { key: keyOf(entry), at: clock.now() + EVENT_TTL })
      schedule()
    },
    gone(served, entry) {
      if (served === events) due.delete(idOf(entry))
    },
    [Symbol.dispose]() {
      cancel?.()
      due.clear()
    },
  }
}
