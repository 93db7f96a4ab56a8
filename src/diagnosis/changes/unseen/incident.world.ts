import type { MetricTable } from '../../../telemetry/bundle/metric-table.ts'
import type { ChangeRecord, LogRecord, SpanRecord } from '../../../telemetry/signals/signal.ts'
import { emptyCase } from '../../channel.contract.ts'
import type { Case } from '../../channel.ts'
import { fillers } from './fillers.world.ts'

/**
 * Incidents of families that nobody had written a rule for when they were written: all of a batch before any of it ran.
 * Minutes count from noon; nothing in them comes from anywhere.
 */
export interface Incident {
  /** The id of the change that made it; absent of what came from outside. */
  did?: string
  /** Service, metric and summary of the alert. */
  alert: readonly [service: string, metric: string, summary: string]
  /** Minute; 60 unless told. The alert is 6 minutes later. */
  onset?: number
  /** `service metric`: level before and after; `ramp` climbs from the minute on to the end. */
  metrics: Readonly<Record<string, readonly [before: number, after: number, ramp?: number]>>
  /** `service LEVEL text` from the onset on; `{n}` is another number each time. */
  logs: readonly string[]
  /** `service text` that stands in quiet times. */
  usual: readonly string[]
  /** `service operation ms ok|error`, each the parent of the next. */
  spans?: readonly string[]
  /** What the status pages of providers say, from `kubectl/status-feed.txt`. */
  status?: string
  changes: readonly MadeChange[]
}

export interface MadeChange {
  id: string
  message?: string
  service?: string
  /** Minute; absent of what waits for a later deploy. */
  deployed?: number
  written?: number
  kind?: ChangeRecord['change']
  /** Path: diff. */
  files?: Readonly<Record<string, string>>
}

const noon = Date.UTC(2026, 4, 12, 12)
const minute = (at: number): number => noon + at * 60_000
const minutes = 120

/** The case as the bundle of such an incident is read, with a dozen commits that did nothing. */
export function caseOfIncident(name: string, incident: Incident): Case {
  const { alert, metrics, logs, usual, spans = [], status, changes, onset = 60 } = incident
  const [service, metric, summary] = alert
  const lines = [...usual.flatMap(usualLines), ...logs.flatMap((text, index) => failing(text, onset, index))]
  const tables = tablesOf(metrics, onset)
  const services = [
    ...new Set([service, ...tables.map(one => one.service), ...lines.map(one => one.resource.service)]),
  ].sort()
  const outputs = [
    { file: 'kubectl/log-patterns.txt', command: 'log-patterns --since-baseline', text: patterns(incident) },
    ...(status === undefined
      ? []
      : [{ file: 'kubectl/status-feed.txt', command: 'provider-status-feed', text: status }]),
  ]
  return {
    ...emptyCase(),
    incident: {
      detectedAt: minute(onset + 6),
      service,
      summary,
      alerts: [{ service, metric, summary, monitor: `${service}-${metric}` }],
    },
    ...{ services, tables, topology: { services, calls: [] } },
    logs: lines,
    spans: spansOf(spans, onset),
    changes: [...changes, ...fillers(name)].map(recordOf).sort((a, b) => a.at - b.at),
    cluster: { ...emptyCase().cluster, outputs: outputs.map(one => ({ ...one, flags: {} })) },
  }
}

function recordOf({ id, message = id, service = '', deployed, written, kind = 'code', files }: MadeChange) {
  const record: ChangeRecord = {
    kind: 'change',
    ...{
      resource: { service },
      at: minute(deployed ?? written ?? 50),
      change: kind,
      id,
      author: 'ada',
      message,
    },
    ...(files && {
      files: Object.entries(files).map(([path, diff]) => ({ path, ...(diff !== '' && { diff }) })),
    }),
    attributes:
      deployed === undefined
        ? {}
        : { 'change.committed_at': new Date(minute(written ?? deployed - 3)).toISOString() },
  }
  return record
}

function tablesOf(metrics: Incident['metrics'], onset: number): MetricTable[] {
  const named = Object.entries(metrics).map(([name, levels]) => {
    const [owner = '', metric = ''] = name.split(' ')
    return { owner, metric, levels }
  })
  return [...new Set(named.map(({ owner }) => owner))].map(owner => {
    const own = named.filter(one => one.owner === owner)
    return {
      ...{ service: owner, columns: own.map(one => one.metric) },
      at: Float64Array.from({ length: minutes }, (_, index) => minute(index)),
      values: own.map(({ levels: [before, after, ramp] }, column) =>
        Float64Array.from({ length: minutes }, (_, index) => {
          const climbed =
            ramp === undefined ? Number(index >= onset) : Math.max(0, (index - ramp) / (minutes - ramp))
          return (before + (after - before) * climbed) * (1 + 0.03 * Math.sin(index * 2.3 + column))
        }),
      ),
    }
  })
}

const levels = { INFO: 9, WARN: 13, ERROR: 17 } as const
const numberAt = (index: number): string => String(1000 + ((index * 7919) % 8000))

const lineAt = (service: string, severity: number, body: string, at: number): LogRecord => ({
  kind: 'log',
  ...{ resource: { service }, at, severity, body, attributes: {} },
})

function usualLines(text: string): LogRecord[] {
  const [, service = '', body = ''] = /^(\S+) (.*)$/s.exec(text) ?? []
  return Array.from({ length: 20 }, (_, index) =>
    lineAt(service, 9, body.replaceAll('{n}', numberAt(index)), minute(index * 3)),
  )
}

function failing(text: string, onset: number, nth: number): LogRecord[] {
  const [, service = '', level = 'ERROR', body = ''] = /^(\S+) (INFO|WARN|ERROR) (.*)$/s.exec(text) ?? []
  return Array.from({ length: 12 }, (_, index) =>
    lineAt(
      service,
      levels[level as keyof typeof levels],
      body.replaceAll('{n}', numberAt(index + nth)),
      minute(onset) + 20_000 + (index * 45 + nth * 5) * 1000,
    ),
  )
}

function patterns({ logs, usual }: Incident): string {
  const rows = logs.map((text, index) => {
    const [, service = '', level = '', body = ''] = /^(\S+) (\S+) (.*)$/s.exec(text) ?? []
    const count = 400 - index * 60
    return `${count}\t+${count}\t${level === 'INFO' ? 'neutral' : 'negative'}\t${service}\t${body.replaceAll('{n}', '<N>')}`
  })
  const quiet = usual.map(text => {
    const [, service = '', body = ''] = /^(\S+) (.*)$/s.exec(text) ?? []
    return `120\t-900\tneutral\t${service}\t${body.replaceAll('{n}', '<N>')}`
  })
  return ['COUNT\tDELTA\tSENTIMENT\tSERVICE\tSIGNATURE', ...rows, ...quiet].join('\n')
}

function spansOf(spans: readonly string[], onset: number): SpanRecord[] {
  return spans.map((text, index) => {
    const [, service = '', name = '', ms = '0', end = ''] = /^(\S+) (.*) (\d+) (ok|error)$/s.exec(text) ?? []
    return {
      kind: 'span',
      ...{ resource: { service }, at: minute(onset + 2), traceId: 'a1', spanId: `s${index}` },
      ...(index > 0 && { parentSpanId: `s${index - 1}` }),
      ...{ name, spanKind: 'internal', durationMs: Number(ms), error: end === 'error', attributes: {} },
    }
  })
}
