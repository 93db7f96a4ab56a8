import type { MetricTable } from '../../telemetry/bundle/metric-table.ts'
import type { Attributes, ChangeRecord, LogRecord, SpanRecord } from '../../telemetry/signals/signal.ts'
import { emptyCase } from '../channel.contract.ts'
import type { Case } from '../channel.ts'

/** Made incidents: nothing in them comes from anywhere. Minutes count from noon; symptoms begin at 60, the alert at 70. */
export const noon = Date.UTC(2026, 2, 3, 12)
export const onset = 60

export interface MadeChange {
  id: string
  message?: string
  service?: string
  /** Minutes; absent of what waits for a later deploy. */
  deployed?: number
  written?: number
  kind?: ChangeRecord['change']
  path?: string
  diff?: string
}

export interface Made {
  service: string
  /** metric: [before, after], of the service or of `other:metric`. */
  metrics: Readonly<Record<string, readonly [number, number]>>
  /** What the logs say from the onset on, each some times; of the service, or `other: text`. */
  says: readonly string[]
  spans?: readonly SpanRecord[]
  outputs?: Readonly<Record<string, string>>
  changes: readonly MadeChange[]
  /** Fields of the failing lines. */
  fields?: Attributes
  calls?: readonly (readonly [string, string])[]
}

/** One that a change made; `did` is its id. */
export interface Family extends Made {
  did: string
}

export const minute = (at: number): number => noon + at * 60_000

/** What everybody else commits meanwhile; none of it did anything. */
export const fillers: readonly MadeChange[] = [
  {
    id: 'filler-docs',
    message: 'docs: explain the release train',
    path: 'docs/release.md',
    diff: '-Releases are weekly.\n+Releases are daily.',
    written: 5,
  },
  {
    id: 'filler-test',
    message: 'test: cover the parser',
    path: 'pkg/parse/parse_test.go',
    diff: '+func TestParse(t *testing.T) {\n+\tt.Parallel()',
    written: 9,
  },
  {
    id: 'filler-health',
    message: 'feat: health endpoint',
    path: 'internal/health/health.go',
    diff: '+func Health(w http.ResponseWriter, _ *http.Request) {\n+\tw.WriteHeader(http.StatusOK)\n+}',
    written: 12,
  },
  {
    id: 'filler-style',
    message: 'style: wider cards',
    path: 'web/src/card.css',
    diff: '-.card { width: 20em; }\n+.card { width: 24em; }',
    written: 15,
  },
  {
    id: 'filler-trace',
    message: 'feat: tenant on spans',
    path: 'internal/trace/attributes.go',
    diff: '+\tspan.SetAttributes(attribute.String("tenant", tenant))',
    written: 18,
  },
  {
    id: 'filler-bump',
    message: 'chore: bump lint',
    path: 'go.mod',
    diff: '-\tgithub.com/stretchr/testify v1.9.0\n+\tgithub.com/stretchr/testify v1.9.1',
    written: 21,
  },
  {
    id: 'filler-refactor',
    message: 'refactor: extract writer',
    path: 'internal/web/writer.go',
    diff: '-\tw.WriteHeader(code)\n-\tenc.Encode(body)\n+\twriteBody(w, code, body)\n+}\n+\n+func writeBody(w http.ResponseWriter, code int, body any) {\n+\tw.WriteHeader(code)\n+\tenc.Encode(body)',
    written: 24,
  },
  {
    id: 'filler-flag',
    message: 'flag banner_colour: off->on',
    kind: 'flag',
    service: 'storefront',
    deployed: 40,
  },
  {
    id: 'filler-late',
    message: 'fix: rounding of totals',
    path: 'services/ledger/total.go',
    diff: '-\treturn math.Round(total)\n+\treturn math.Round(total*100) / 100',
    service: 'ledger',
    deployed: 75,
    written: 74,
  },
]

export function changeRecord({
  id,
  message = id,
  service = '',
  deployed,
  written,
  kind = 'code',
  path,
  diff,
}: MadeChange): ChangeRecord {
  const at = minute(deployed ?? written ?? 50)
  return {
    kind: 'change',
    ...{ resource: { service }, at, change: kind, id, author: 'ada', message },
    ...(path !== undefined && { files: [{ path, ...(diff !== undefined && { diff }) }] }),
    attributes:
      deployed === undefined
        ? {}
        : { 'change.committed_at': new Date(minute(written ?? deployed - 3)).toISOString() },
  }
}

/** A case of two hours by the minute, with what a quiet system says before. */
export function madeCase({
  service,
  metrics,
  says,
  spans = [],
  outputs = {},
  changes,
  fields = {},
  calls = [],
}: Made): Case {
  const named = Object.entries(metrics).map(([name, levels]) => {
    const [owner, metric] = name.includes(':') ? (name.split(':') as [string, string]) : [service, name]
    return { owner, metric, levels }
  })
  const owners = [...new Set(named.map(({ owner }) => owner))]
  const tables = owners.map(owner =>
    tableOf(
      owner,
      named.filter(one => one.owner === owner),
    ),
  )
  const logs = says.flatMap((text, index) => linesOf(text, service, index, fields))
  const usual = Array.from({ length: 20 }, (_, index) =>
    line('request served', service, minute(index * 3), 9, {}),
  )
  const services = [...new Set([service, ...owners, ...logs.map(({ resource }) => resource.service)])].sort()
  const summary = `${service} ${named[0]?.metric.replaceAll('_', ' ') ?? 'failing'} above its threshold`
  return {
    ...emptyCase(),
    incident: {
      detectedAt: minute(70),
      service,
      summary,
      alerts: [{ service, metric: named[0]?.metric ?? '' }],
    },
    topology: {
      services,
      calls: calls.map(([from, to]) => ({ from, to, calls: 0, errors: 0, p50Ms: 0, p95Ms: 0 })),
    },
    ...{ services, tables, spans, logs: [...usual, ...logs] },
    changes: [...changes, ...fillers].map(changeRecord).sort((a, b) => a.at - b.at),
    cluster: {
      ...emptyCase().cluster,
      outputs: Object.entries(outputs).map(([file, text]) => ({ file, command: '', flags: {}, text })),
    },
  }
}

function tableOf(
  owner: string,
  named: readonly { metric: string; levels: readonly [number, number] }[],
): MetricTable {
  const at = Float64Array.from({ length: 100 }, (_, index) => minute(index))
  const wobble = (index: number) => 1 + 0.02 * Math.sin(index * 2.3)
  return {
    ...{ service: owner, columns: named.map(({ metric }) => metric), at },
    values: named.map(({ levels: [before, after] }) =>
      Float64Array.from({ length: 100 }, (_, index) => (index < onset ? before : after) * wobble(index)),
    ),
  }
}

function linesOf(text: string, service: string, index: number, fields: Attributes): LogRecord[] {
  const named = /^([a-z][a-z0-9-]*): (.*)$/s.exec(text)
  const [owner, said] =
    named && !/^(panic|error|fatal|warning|caused|java|x509)$/.test(named[1] ?? '')
      ? [named[1] ?? '', named[2] ?? '']
      : [service, text]
  return Array.from({ length: 12 }, (_, times) =>
    line(said, owner, minute(onset + 1) + (times * 45 + index) * 1000, 17, fields),
  )
}

const line = (
  body: string,
  service: string,
  at: number,
  severity: number,
  attributes: Attributes,
): LogRecord => ({
  kind: 'log',
  ...{ resource: { service }, at, severity, body, attributes },
})
