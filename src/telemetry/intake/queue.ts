import type { Clock } from '../../lib/clock.ts'
import type { Signal } from '../signals/signal.ts'
import type { SignalStore } from '../signals/signal-store.ts'
import { StoreBehind } from './source.ts'

/** Between sources and the store: bounded, in order, many batches to one append. */
export interface IntakeQueue {
  /**
   * Resolves when the batch was stored; waits for room first.
   * @throws StoreBehind when it could not be stored, or the queue was closed
   */
  emit(signals: readonly Signal[]): Promise<void>
  /**
   * Like `emit`, for those who can be asked to come back: waits for no room.
   * @throws StoreBehind
   */
  offer(signals: readonly Signal[]): Promise<void>
  /** Seconds after which to come back, when there is no room; to be asked before anything is read. */
  behind(): number | undefined
  /** Bytes that wait, about, and how long the oldest of them has waited, in milliseconds. */
  readonly waitingBytes: number
  readonly waitingMs: number
  /** Takes no more and returns when what waits was stored, or failed. */
  close(): Promise<void>
}

interface Entry {
  signals: readonly Signal[]
  bytes: number
  since: number
  stored: PromiseWithResolvers<void>
}

/**
 * One append at a time; what comes meanwhile is the next. So the slower the store is the larger its batches are, up to
 * `groupBytes`. When an append of several batches fails each of them is tried alone, so that one source's bad batch is
 * not everyone's.
 */
export function createIntakeQueue(options: {
  store: Pick<SignalStore, 'append'>
  clock: Clock
  say: (text: string) => void
  /** Bytes that may wait. */
  capacityBytes?: number
  /** Bytes of one append. */
  groupBytes?: number
}): IntakeQueue {
  const { store, clock, say, capacityBytes = 64 << 20, groupBytes = 16 << 20 } = options
  let waiting: Entry[] = []
  let appending: Entry[] = []
  /** Those who wait for room, in order. */
  let outside: PromiseWithResolvers<void>[] = []
  let waitingBytes = 0
  let running: Promise<void> | undefined
  /** Appends that failed one after the other. */
  let failures = 0
  let closed = false

  const room = () => waitingBytes < capacityBytes
  /** The longer the store fails the later they come back. */
  const pause = () => 1 + Math.min(29, failures * 2)
  const behind = () => (closed || !room() ? pause() : undefined)

  const offer = (signals: readonly Signal[]): Promise<void> => {
    if (signals.length === 0) return Promise.resolve()
    const seconds = behind()
    if (seconds !== undefined) return Promise.reject(new StoreBehind(seconds))
    const stored = Promise.withResolvers<void>()
    const bytes = bytesOf(signals)
    waiting.push({ signals, bytes, since: clock.now(), stored })
    waitingBytes += bytes
    running ??= run()
    return stored.promise
  }

  const emit = async (signals: readonly Signal[]): Promise<void> => {
    if (!room() || outside.length > 0)
      do {
        const turn = Promise.withResolvers<void>()
        outside.push(turn)
        await turn.promise
      } while (!closed && !room())
    return offer(signals)
  }

  const run = async (): Promise<void> => {
    // The batches of one turn of the event loop go together.
    await Promise.resolve()
    while (waiting.length > 0) {
      appending = takeGroup()
      await append(appending)
      for (const { bytes } of appending) waitingBytes -= bytes
      appending = []
      letIn()
    }
    // In the same turn as the last look at what waits, so that nothing can be added unseen.
    running = undefined
  }

  const letIn = (): void => {
    const turns = outside
    outside = []
    for (const turn of turns) turn.resolve()
  }

  const takeGroup = (): Entry[] => {
    let [count, bytes] = [0, 0]
    for (const entry of waiting) {
      if (count > 0 && bytes + entry.bytes > groupBytes) break
      bytes += entry.bytes
      count++
    }
    const group = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return group
  }

  const append = async (group: readonly Entry[]): Promise<void> => {
    try {
      const [first] = group
      await store.append(group.length === 1 && first ? first.signals : group.flatMap(entry => entry.signals))
      if (failures > 0) say('signals are stored again')
      failures = 0
      for (const { stored } of group) stored.resolve()
    } catch (error) {
      if (group.length > 1) {
        for (const entry of group) await append([entry])
        return
      }
      failures++
      if (failures === 1) say(`signals could not be stored: ${(error as Error).message}`)
      for (const { stored } of group) stored.reject(new StoreBehind(pause(), { cause: error }))
    }
  }

  return {
    emit,
    offer,
    behind,
    get waitingBytes() {
      return waitingBytes
    },
    get waitingMs() {
      const oldest = appending[0] ?? waiting[0]
      return oldest ? clock.now() - oldest.since : 0
    },
    async close() {
      closed = true
      letIn()
      await running
    },
  }
}

/** About what signals take in memory: texts count, the rest is a flat sum. */
export function bytesOf(signals: readonly Signal[]): number {
  let bytes = 0
  for (const signal of signals) {
    bytes += 400
    if (signal.kind === 'log') bytes += signal.body.length
    else if (signal.kind === 'event' || signal.kind === 'change') bytes += signal.message.length
    else if (signal.kind === 'span' && signal.events) bytes += signal.events.length * 500
    for (const name in signal.attributes) {
      const value = signal.attributes[name]
      bytes += 16 + (typeof value === 'string' ? value.length : 8)
    }
  }
  return bytes
}
