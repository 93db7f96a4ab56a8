import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { CallRecord, Feedback } from '../telemetry/telemetry.ts'
import type { GatewayUpstream } from './gateway.ts'

export interface Reporter {
  call(record: CallRecord): void
  feedback(feedback: Feedback): void
  /** Sends what is buffered now; resolves when it was taken or the control plane refused it. */
  flush(): Promise<void>
  /** Records thrown away because the control plane was gone for too long. */
  readonly dropped: number
  readonly buffered: number
  /** Flushes once and stops. */
  stop(): Promise<void>
}

type Entry = { call: CallRecord } | { feedback: Feedback }

/**
 * Sends call records and feedback to the control plane in batches, in order, one batch at a time. While the control
 * plane is gone they wait in memory up to `capacity`; then the oldest are dropped and counted.
 */
export function createReporter(options: {
  report: GatewayUpstream['report']
  clock: Clock
  random: Random
  say: (text: string) => void
  maxBatch?: number
  maxDelayMs?: number
  capacity?: number
}): Reporter {
  const { report, clock, random, say, maxBatch = 500, maxDelayMs = 150, capacity = 50_000 } = options
  let buffer: Entry[] = []
  let sending: Promise<void> | undefined
  let cancel: (() => void) | undefined
  let failures = 0
  let dropped = 0
  let stopped = false

  const schedule = (ms: number): void => {
    if (stopped) return
    cancel ??= clock.after(ms, () => {
      cancel = undefined
      void send()
    })
  }
  const send = (): Promise<void> => {
    sending ??= sendBatch().finally(() => {
      sending = undefined
    })
    return sending
  }
  const sendBatch = async (): Promise<void> => {
    while (buffer.length > 0) {
      const batch = buffer.splice(0, maxBatch)
      try {
        await report(
          batch.flatMap(entry => ('call' in entry ? [entry.call] : [])),
          batch.flatMap(entry => ('feedback' in entry ? [entry.feedback] : [])),
        )
        if (failures > 0) say(`call records are reported again; ${dropped} were dropped so far`)
        failures = 0
      } catch (error) {
        failures++
        if (failures === 1)
          say(`call records wait here, the control plane did not take them: ${(error as Error).message}`)
        buffer = [...batch, ...buffer]
        trim()
        schedule(backoffMs(failures, random, { baseMs: maxDelayMs, maxMs: 2000 }))
        return
      }
    }
  }
  const trim = (): void => {
    const over = buffer.length - capacity
    if (over <= 0) return
    // A tenth at a time, so that a full buffer does not move with every record.
    const cut = Math.max(over, Math.ceil(capacity / 10))
    buffer.splice(0, cut)
    dropped += cut
  }
  const add = (entry: Entry): void => {
    buffer.push(entry)
    if (buffer.length > capacity) trim()
    if (failures === 0 && buffer.length >= maxBatch) void send()
    else schedule(maxDelayMs)
  }

  return {
    call: call => add({ call }),
    feedback: feedback => add({ feedback }),
    flush: send,
    get dropped() {
      return dropped
    },
    get buffered() {
      return buffer.length
    },
    stop: async () => {
      await sending
      await send()
      stopped = true
      cancel?.()
    },
  }
}
