import type { Clock } from '../../lib/clock.ts'
import { Malformed } from './fields.ts'
import type { Outbox } from './outbox.ts'
import type { OpenSource } from './source.ts'

export interface RoundsOptions {
  clock: Clock
  outbox: Outbox
  /** Milliseconds between the end of a look and the next one. */
  intervalMs: number
  /** Looks for what is new and puts it into the outbox. What it throws becomes the source's status. */
  look(signal: AbortSignal): Promise<void>
  /** Lets go of what is held, when no look runs any more. */
  release?(): Promise<void>
}

const MAX_PAUSE_MS = 5 * 60_000

/** A source that looks again and again; after failures it waits twice as long each time. */
export function startRounds({ clock, outbox, intervalMs, look, release }: RoundsOptions): OpenSource {
  const closing = new AbortController()
  const running = (async () => {
    let failures = 0
    while (!closing.signal.aborted) {
      try {
        await look(closing.signal)
        failures = 0
        outbox.trouble()
      } catch (error) {
        if (closing.signal.aborted) break
        failures++
        if (error instanceof Malformed) outbox.refuse(1, error.message)
        outbox.trouble(error instanceof Error ? error.message : String(error))
      }
      const pause = Math.min(MAX_PAUSE_MS, intervalMs * 2 ** Math.min(failures, 10))
      await clock.sleep(Math.max(intervalMs, pause), closing.signal).catch(() => {
        // Closed: the loop ends.
      })
    }
    await release?.()
  })()
  return {
    status: () => outbox.status(),
    async close() {
      closing.abort(new Error('the source was closed'))
      const handedOn = outbox.close()
      await running
      await handedOn
    },
  }
}
