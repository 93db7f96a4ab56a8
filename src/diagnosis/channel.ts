import type { BundleIncident } from '../telemetry/bundle/incident.ts'
import type { MetricTable } from '../telemetry/bundle/metric-table.ts'
import type { BundleTopology } from '../telemetry/bundle/topology.ts'
import type { Snapshot } from '../telemetry/intake/kubernetes-snapshot/snapshot.ts'
import type { ChangeRecord, EventRecord, LogRecord, SpanRecord } from '../telemetry/signals/signal.ts'
import type { ReviewedCall } from '../telemetry/telemetry.ts'
import type { Cause, Evidence, FaultClass, Rejected, Remedy } from './diagnosis.ts'

/**
 * One kind of evidence and what it tells: analyzers of Kubernetes objects, services by their metrics, traces and logs,
 * changes, calls of models. A channel is a pure function of the case; it does not know the others.
 * Implementations pass `channel.contract.ts`.
 */
export interface Channel {
  name: string
  look(evidence: Case): ChannelAnswer
}

export interface ChannelAnswer {
  /** In any order. */
  findings: readonly Finding[]
  rejected?: readonly Rejected[]
  /** When the symptoms began, if the channel can tell; milliseconds since the epoch. */
  onset?: number
}

/** What one channel holds for a cause. */
export interface Finding {
  /** Name of the rule, such as `service-selects-nothing`; outcomes are counted by it. */
  rule: string
  cause: Cause
  class: FaultClass
  statement: string
  /**
   * 0 to 1: how likely it is the cause by what this channel sees, calibrated on development data: of findings with this
   * figure that stood first in their channel, about this share was right.
   */
  strength: number
  evidence: readonly Evidence[]
  against?: readonly Evidence[]
  /** Services and objects (`Kind/namespace/name`) whose symptoms it explains. */
  explains?: readonly string[]
  /** Whether symptoms at hand were seen, or objects only look wrong (a manifest that nobody ran). */
  observed: boolean
  remedy?: Remedy
}

/** Everything that is known of one incident, in memory and bounded. */
export interface Case {
  incident: BundleIncident
  topology: BundleTopology
  /** Sorted. */
  services: readonly string[]
  tables: readonly MetricTable[]
  /** By time. */
  spans: readonly SpanRecord[]
  /** File by file, in the order of their lines. */
  logs: readonly LogRecord[]
  events: readonly EventRecord[]
  changes: readonly ChangeRecord[]
  /** Calls of models through the gateway, by time. */
  calls: readonly ReviewedCall[]
  cluster: Snapshot
  /** Kinds of which all objects of the cluster are among those of `cluster`. */
  complete: readonly string[]
  /** Parts of the evidence that did not fit, in words. */
  leftOut: readonly string[]
}
