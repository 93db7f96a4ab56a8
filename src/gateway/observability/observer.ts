import type { Clock } from '../../lib/clock.ts'
import type { Random } from '../../lib/random.ts'
import type { CallRecord, Feedback } from '../../telemetry/telemetry.ts'
import type { GatewayUpstream } from '../gateway.ts'
import { createReporter } from '../reporter.ts'
import { openSpool } from '../spool.ts'
import { watchConnection } from './connection.ts'
import { keepInSlices } from './content.ts'
import { type GatewayState, gaugesOf, healthOf } from './gateway-state.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { Convention } from './names.ts'
import type { OtlpSettings } from './settings.ts'
import { createSpanExport } from './span-export.ts'

/** How a gateway tells what it does. */
export interface ObserverSettings {
  convention?: Convention
  /** Without it no spans are made. */
  otlp?: OtlpSettings
  /** Memory, CPU and event loop of the process in its metrics. */
  processMetrics?: boolean
  /** Bound of the records that wait on disk, in bytes, for all workers together. */
  spoolBytes?: number
}

/** Everything that watches a gateway: metrics, spans, records, and how it stands with its control plane. */
export interface Observer {
  /** The control plane, watched: the gateway asks through this one. */
  upstream: GatewayUpstream
  /** @param chunks pieces its answer was streamed in */
  call(record: CallRecord, chunks?: number): void
  feedback(feedback: Feedback): void
  /** A request begins, or ends. */
  begin(): void
  end(): void
  /** What `/healthz` says of this process. */
  health(): Record<string, unknown>
  metrics: Metrics
  readonly dropped: number
  stop(): Promise<void>
}

const defaultSpoolBytes = 256 << 20

/**
 * @param options.keep what a record may hold of content; applied in batches, off the path of calls, before anything
 * leaves the process
 * @param options.spool folder for records that wait; without it they wait in memory
 */
export async function openObserver(
  options: {
    upstream: GatewayUpstream
    clock: Clock
    random: Random
    say: (text: string) => void
    keep: (call: CallRecord) => CallRecord
    spool: string | undefined
    settings: ObserverSettings
  } & Pick<GatewayState, 'place' | 'snapshotAt' | 'shadowDropped'>,
): Promise<Observer> {
  const { clock, random, say, settings, place, snapshotAt, shadowDropped } = options
  const connection = watchConnection(options.upstream, clock)
  const instance = place.count === 1 ? place.id : `${place.id}/${place.index}`
  const spans = settings.otlp && createSpanExport({ settings: settings.otlp, instance, random, say })
  const spoolBytes = Math.floor((settings.spoolBytes ?? defaultSpoolBytes) / place.count)
  const keep = keepInSlices(options.keep)
  const reporter = createReporter({
    report: connection.upstream.report,
    prepare: async calls => {
      const kept = await keep(calls)
      // A collector that is slow holds up no records.
      void spans?.send(kept)
      return kept
    },
    ...(options.spool === undefined ? {} : { spool: await openSpool(options.spool, spoolBytes) }),
    clock,
    random,
    say,
  })
  let open = 0
  const state: GatewayState = {
    clock,
    connection,
    reporter,
    place,
    snapshotAt,
    shadowDropped,
    open: () => open,
    spansDropped: () => spans?.dropped ?? 0,
  }
  const metrics = createMetrics({
    gauges: () => gaugesOf(state),
    processMetrics: settings.processMetrics === true,
    ...(settings.convention === undefined ? {} : { convention: settings.convention }),
  })
  return {
    upstream: connection.upstream,
    call: (record, chunks) => {
      metrics.observe(record, chunks)
      reporter.call(record)
    },
    feedback: reporter.feedback,
    begin: () => {
      open++
    },
    end: () => {
      open--
    },
    health: () => healthOf(state),
    metrics,
    get dropped() {
      return reporter.dropped
    },
    stop: async () => {
      await reporter.stop()
      await spans?.stop()
    },
  }
}
