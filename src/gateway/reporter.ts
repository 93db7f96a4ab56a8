import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { CallRecord, Feedback } from '../telemetry/telemetry.ts'
import type { GatewayUpstream } from './gateway.ts'
import type { Entry, Spool } from './spool.ts'

export interface Reporter {
  call(record: CallRecord): void
  feedback(feedback: Feedback): void
  /** Sends what is buffered now; resolves when it was taken or the control plane refused it. */
  flush(): Promise<void>
  /** Records thrown away because the control plane was gone for too long. */
  readonly dropped: number
  /** Records in memory. */
  readonly buffered: number
  /** Bytes of records on disk. */
  readonly spooled: number
  /** Flushes once and stops; what is not taken waits on disk for the next start. */
  stop(): Promise<void>
}

/** A control plane that takes longer is as good as gone; what it takes after all it knows when it comes again. */
const reportMs = 10_000

/**
 * Sends call records and feedback to the control plane in batches, in order, one batch at a time. While the control
 * plane is gone they wait in the spool, or without one in memory up to `capacity`; then the oldest are dropped and
 * counted. A batch may arrive twice: telemetry tells calls by their id.
 * @param prepare makes of records what may leave the process, off the path of any call
 */
export function createReporter(options: {
  report: GatewayUpstream['report']
  clock: Clock
  random: Random
  say: (text: string) => void
  prepare?: (calls: readonly CallRecord[]) => Promise<readonly CallRecord[]>
  spool?: Spool
  maxBatch?: number
  maxDelayMs?: number
  capacity?: number
}): Reporter {
  const { report, clock, random, say, spool, maxBatch = 500, maxDelayMs = 150, capacity = 50_000 } = options
  const { prepare = async calls => calls } = options
  /** As they came, and made ready to leave. */
  const fresh: Entry[] = []
  let ready: Entry[] = []
  let sending: Promise<void> | undefined
  let cancel: (() => void) | undefined
  let failures = 0
  let dropped = 0
  let stopped = false
  let spoolBroken = false
  /** Somebody waits until nothing is left. */
  let draining = false

  const schedule = (ms: number): void => {
    if (stopped) return
    cancel ??= clock.after(ms, () => {
      cancel = undefined
      void send()
    })
  }
  const send = (): Promise<void> => {
    sending ??= sendAll().finally(() => {
      sending = undefined
      draining = false
      if (failures === 0 && fresh.length > 0) schedule(maxDelayMs)
    })
    return sending
  }
  const sendAll = async (): Promise<void> => {
    try {
      await sendSpooled()
      await sendReady()
      if (failures > 0) say(`call records are reported again; ${droppedInAll()} were dropped so far`)
      failures = 0
    } catch (error) {
      failures++
      if (failures === 1)
        say(`call records wait here, the control plane did not take them: ${(error as Error).message}`)
      await spill()
      trim()
      schedule(backoffMs(failures, random, { baseMs: maxDelayMs, maxMs: 2000 }))
    }
  }
  const sendSpooled = async (): Promise<void> => {
    while (spool && spool.bytes > 0) {
      const batch = await spool.next(maxBatch)
      if (!batch) return
      await deliver(batch.entries)
      await batch.done()
    }
  }
  /** What was there when it began. What came meanwhile waits, so that a busy gateway does not send one small batch after the other. */
  const sendReady = async (): Promise<void> => {
    let left = ready.length + fresh.length
    while ((left > 0 || draining || fresh.length >= maxBatch) && (await makeReady(maxBatch))) {
      const batch = ready.splice(0, maxBatch)
      left -= batch.length
      try {
        await deliver(batch)
      } catch (error) {
        ready = [...batch, ...ready]
        throw error
      }
    }
  }
  const deliver = async (batch: readonly Entry[]): Promise<void> => {
    const waited = new AbortController()
    const tooLong = clock.sleep(reportMs, waited.signal).then(
      () => Promise.reject(new Error(`no answer within ${reportMs / 1000} s`)),
      () => undefined,
    )
    const taken = report(
      batch.flatMap(entry => ('call' in entry ? [entry.call] : [])),
      batch.flatMap(entry => ('feedback' in entry ? [entry.feedback] : [])),
    )
    try {
      await Promise.race([taken, tooLong])
    } finally {
      waited.abort()
    }
  }
  /** @returns whether anything is ready */
  const makeReady = async (count: number): Promise<boolean> => {
    if (ready.length === 0 && fresh.length > 0) {
      const taken = fresh.splice(0, count)
      const calls = await prepare(taken.flatMap(entry => ('call' in entry ? [entry.call] : [])))
      ready.push(
        ...calls.map(call => ({ call })),
        ...taken.filter((entry): entry is { feedback: Feedback } => 'feedback' in entry),
      )
    }
    return ready.length > 0
  }
  /** Moves what waits in memory to the disk. */
  const spill = async (): Promise<void> => {
    if (!spool) return
    try {
      while (await makeReady(maxBatch)) {
        await spool.append(ready)
        ready = []
      }
      spoolBroken = false
    } catch (error) {
      if (!spoolBroken) say(`call records can not be kept on disk: ${(error as Error).message}`)
      spoolBroken = true
    }
  }
  const trim = (): void => {
    const over = ready.length + fresh.length - capacity
    if (over <= 0) return
    // A tenth at a time, so that a full buffer does not move with every record.
    const cut = Math.max(over, Math.ceil(capacity / 10))
    const old = Math.min(cut, ready.length)
    ready.splice(0, old)
    fresh.splice(0, cut - old)
    dropped += cut
  }
  const add = (entry: Entry): void => {
    fresh.push(entry)
    if (fresh.length + ready.length > capacity) trim()
    if (failures === 0 && fresh.length >= maxBatch) void send()
    else schedule(maxDelayMs)
  }
  const flush = async (): Promise<void> => {
    if (sending) {
      draining = true
      await sending
      if (failures > 0) return
    }
    draining = true
    await send()
  }
  const droppedInAll = (): number => dropped + (spool?.dropped ?? 0)

  // What an earlier process left.
  if (spool && spool.bytes > 0) schedule(maxDelayMs)
  return {
    call: call => add({ call }),
    feedback: feedback => add({ feedback }),
    flush,
    get dropped() {
      return droppedInAll()
    },
    get buffered() {
      return fresh.length + ready.length
    },
    get spooled() {
      return spool?.bytes ?? 0
    },
    stop: async () => {
      await sending
      await flush()
      stopped = true
      cancel?.()
    },
  }
}
