import type { Case } from '../channel.ts'
import { type Graph, graphOf } from './graph.ts'
import { kindOf, type MetricKind } from './metric-kind.ts'
import { onsetOf } from './onset.ts'
import { seriesOf } from './series.ts'
import { type Shift, shiftOf } from './shift.ts'
import { type Statements, statementsOf } from './statements.ts'
import { type Traces, tracesOf } from './traces.ts'

/** A case as the views see it: what is compared with what is decided once, for all of them. */
export interface Scene {
  evidence: Case
  /** Milliseconds since the epoch; what is later is the incident's. */
  onset: number
  shifts: readonly Shift[]
  traces: Traces
  statements: Statements
  graph: Graph
  /** Who reported it, where it is a service that is known. */
  paged?: string
  /** What the alerts are about, as their metrics tell. */
  alerted: ReadonlySet<MetricKind>
}

/** Undefined when nothing tells when it began. */
export function sceneOf(evidence: Case): Scene | undefined {
  const { incident } = evidence
  const series = seriesOf(evidence.tables)
  const onset = onsetOf(incident, series)
  if (onset === undefined) return undefined
  const traces = tracesOf(evidence.spans, onset)
  const paged = incident.service ?? incident.alerts.map(({ service }) => service).find(isText)
  return {
    ...{ evidence, onset, traces },
    shifts: series.flatMap(one => shiftOf(one, onset) ?? []),
    statements: statementsOf(evidence.logs, traces, onset),
    graph: graphOf(evidence, traces),
    ...(paged !== undefined && evidence.services.includes(paged) && { paged }),
    alerted: new Set(
      incident.alerts
        .flatMap(({ metric }) => (isText(metric) ? kindOf(metric) : []))
        .filter(kind => kind !== 'other'),
    ),
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** A departure of the metric that was reported by which it is believed. */
const suffering = 1.5

/** Whether what was reported is to be seen; where nothing tells what it was, it is believed. */
export function pagedSuffers({ paged, alerted, shifts }: Scene): boolean {
  const reported = shifts.filter(({ series }) => series.service === paged && alerted.has(series.kind))
  return reported.length === 0 || reported.some(({ spreads }) => spreads >= suffering)
}
