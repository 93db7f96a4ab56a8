import type { CallRecord } from '../telemetry.ts'
import { createCallMinutes } from './call-minutes.ts'
import { callSpan } from './call-span.ts'
import { createOutbox } from './outbox.ts'
import { type Source, SourceError } from './source.ts'

/** Where call records come from: whoever stores them tells them here too. */
export interface CallFeed {
  /**
   * Calls the listener with each batch and waits for it, so that the store of signals can hold back.
   * @returns ends it
   */
  subscribe(listener: (calls: readonly CallRecord[]) => Promise<void>): () => void
  /** Calls that ended lately, newest first, from which the minute is made again that a restart interrupted. */
  recent(): Promise<readonly CallRecord[]>
}

export interface GatewayCallSettings {
  feed: CallFeed
  /** Tells a span for each call too, where no gateway exports traces itself. */
  spans?: boolean
}

const LOOK_MS = 5_000

/** Calls of the gateway: for each route, model and release what happened in each minute, and spans where wanted. */
export const gatewayCalls: Source<GatewayCallSettings> = {
  type: 'gateway-calls',
  summary: 'Calls of the gateway: rate, errors, latency, tokens and cost per minute',
  async open({ feed, spans = false }, context) {
    if (typeof feed?.subscribe !== 'function') throw new SourceError('feed is missing: it tells of calls')
    const { clock } = context
    const outbox = createOutbox(context)
    const closing = new AbortController()
    const saved = (await context.load()) as { until?: number } | undefined
    const minutes = createCallMinutes({ from: saved?.until, lose: (count, why) => outbox.lose(count, why) })
    if (saved?.until !== undefined) for (const call of await feed.recent()) minutes.add(call)

    const unsubscribe = feed.subscribe(async calls => {
      for (const call of calls) minutes.add(call)
      if (spans) await outbox.put(calls.flatMap(callSpan))
    })
    const tell = async (now: number) => {
      const { points, until } = minutes.close(now)
      if (points.length > 0) await outbox.put(points, { until })
    }
    const running = (async () => {
      while (!closing.signal.aborted) {
        await tell(clock.now())
        await clock.sleep(LOOK_MS, closing.signal).catch(() => {
          // Closed: the loop ends.
        })
      }
    })()
    return {
      status: () => outbox.status(),
      async close() {
        unsubscribe()
        closing.abort(new Error('the source was closed'))
        // The minute that has not ended is made again from what is recent.
        await outbox.close()
        await running
      },
    }
  },
}
