import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { GatewayIdentity, GatewayUpstream } from './gateway.ts'
import { checkSnapshot, type Snapshot } from './snapshot.ts'

/** How long one question for a new snapshot waits at the control plane. */
const waitMs = 10_000
/** How soon a refused snapshot is tried again, so that content which arrives late is picked up. */
const retryMs = 500

/**
 * Follows the control plane's snapshot until `signal` aborts. A snapshot is applied whole or not at all; while one
 * is refused the last good one serves, and a newer one is taken as soon as it is published. With the control plane
 * gone it asks again and again, with growing pauses.
 * @param apply makes the snapshot the one that serves; rejects when it cannot
 * @param serving digest of what serves now, such as one restored from disk
 */
export async function followSnapshots(options: {
  upstream: GatewayUpstream
  gateway: GatewayIdentity
  apply: (snapshot: Snapshot) => Promise<void>
  serving: string | undefined
  clock: Clock
  random: Random
  say: (text: string) => void
  signal: AbortSignal
}): Promise<void> {
  const { upstream, gateway, apply, clock, random, say, signal } = options
  let { serving } = options
  let told: string | undefined
  let refused: string | undefined
  let failures = 0
  while (!signal.aborted) {
    try {
      if (serving && told !== serving) {
        await upstream.applied(gateway, serving)
        told = serving
      }
      const snapshot = await upstream.snapshot(
        gateway,
        refused ?? serving,
        refused ? retryMs : waitMs,
        signal,
      )
      if (failures > 0) say('connected to the control plane again')
      failures = 0
      const again = snapshot !== undefined && snapshot.digest === refused
      refused = snapshot && (await take(snapshot))
      // It was asked for another one than this; a control plane that does not wait must not be asked without end.
      if (again && refused) await clock.sleep(retryMs, signal)
      if (snapshot && !refused) serving = snapshot.digest
    } catch (error) {
      if (signal.aborted) return
      failures++
      // A control plane that was restarted does not know what is served.
      told = undefined
      if (failures === 1)
        say(
          `the control plane does not answer, going on with the last good snapshot: ${(error as Error).message}`,
        )
      await clock
        .sleep(backoffMs(failures, random, { baseMs: 50, maxMs: 1000 }), signal)
        .catch(() => undefined)
    }
  }

  /** @returns the digest when it was refused */
  async function take(snapshot: Snapshot): Promise<string | undefined> {
    try {
      await apply(checkSnapshot(snapshot))
      return undefined
    } catch (error) {
      if (refused !== snapshot.digest) say(`snapshot not applied: ${(error as Error).message}`)
      return snapshot.digest
    }
  }
}
