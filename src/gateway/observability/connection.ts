import type { Clock } from '../../lib/clock.ts'
import type { GatewayUpstream } from '../gateway.ts'

/** Whether the control plane is there, told by the questions that a gateway asks it all the time. */
export interface Connection {
  /** What the gateway asks through, so that its success is seen. */
  upstream: GatewayUpstream
  /** `since` in milliseconds since the epoch. */
  state(): { connected: boolean; since: number }
}

/** How much longer than it promised a control plane may take for an answer. */
const graceMs = 5000

/** A control plane counts as connected from its first answer, until a question fails or stays without an answer. */
export function watchConnection(upstream: GatewayUpstream, clock: Clock): Connection {
  let known = { connected: false, since: clock.now() }
  /** Until when the question that waits now should have been answered. */
  let due: number | undefined
  const set = (connected: boolean): void => {
    if (connected !== known.connected) known = { connected, since: clock.now() }
  }
  const watched = async <T>(asked: Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      const answer = await asked
      set(true)
      return answer
    } catch (error) {
      if (!signal?.aborted) set(false)
      throw error
    }
  }
  return {
    upstream: {
      snapshot: async (gateway, have, waitMs, signal) => {
        due = clock.now() + waitMs + graceMs
        try {
          return await watched(upstream.snapshot(gateway, have, waitMs, signal), signal)
        } finally {
          due = undefined
        }
      },
      applied: (gateway, digest) => watched(upstream.applied(gateway, digest)),
      report: (calls, feedback) => upstream.report(calls, feedback),
      blob: digest => upstream.blob(digest),
    },
    state: () => {
      if (due !== undefined && due < clock.now() && known.connected) known = { connected: false, since: due }
      return known
    },
  }
}
