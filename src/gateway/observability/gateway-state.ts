import type { Clock } from '../../lib/clock.ts'
import type { Reporter } from '../reporter.ts'
import type { Connection } from './connection.ts'
import type { Gauges } from './metrics.ts'

/** What is known of a gateway process beyond the calls it answers. */
export interface GatewayState {
  clock: Clock
  connection: Connection
  reporter: Pick<Reporter, 'buffered' | 'spooled' | 'dropped'>
  /** When the snapshot that serves was published; undefined before the first. */
  snapshotAt(): number | undefined
  /** Requests in progress. */
  open(): number
  shadowDropped(): number
  spansDropped(): number
  /** Which of how many processes this is, and the id of all of them together. */
  place: { index: number; count: number; id: string }
}

/** What `/healthz` says: a gateway that serves is well, and says so when nobody tells it of changes any more. */
export function healthOf(state: GatewayState): Record<string, unknown> {
  const { connected, since } = state.connection.state()
  const at = state.snapshotAt()
  const { index, count, id } = state.place
  return {
    id,
    controlPlane: { state: connected ? 'connected' : 'gone', since: new Date(since).toISOString() },
    snapshotAgeSeconds: at === undefined ? null : ageOf(state, at),
    records: {
      waiting: state.reporter.buffered,
      spooledBytes: state.reporter.spooled,
      dropped: state.reporter.dropped,
    },
    worker: { index, count, pid: process.pid },
  }
}

export function gaugesOf(state: GatewayState): Gauges {
  const at = state.snapshotAt()
  return {
    ...(at === undefined ? {} : { snapshotAge: ageOf(state, at) }),
    connected: state.connection.state().connected ? 1 : 0,
    recordsWaiting: state.reporter.buffered,
    spool: state.reporter.spooled,
    recordsDropped: state.reporter.dropped,
    shadowDropped: state.shadowDropped(),
    spansDropped: state.spansDropped(),
    open: state.open(),
    workers: 1,
  }
}

const ageOf = ({ clock }: GatewayState, at: number): number => Math.max(0, (clock.now() - at) / 1000)
