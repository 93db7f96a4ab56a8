/**
 * OBSERVE: everything that is known of a running system, in one form whatever it came from. Signals meet at their
 * resource: a deploy, a span and a log line of one service name the same one (OpenTelemetry resource attributes).
 */
export interface Resource {
  /** `service.name`; of Kubernetes objects the workload that owns them; empty when nothing tells it. */
  service: string
  /** `service.namespace` or `k8s.namespace.name`. */
  namespace?: string
  /** Kind and name of the Kubernetes workload, such as `Deployment/checkout`. */
  workload?: string
  /** `service.version`, or the image's tag. */
  version?: string
  /** `service.instance.id`, `k8s.pod.name` or host. */
  instance?: string
}

export type Attributes = Readonly<Record<string, string | number | boolean>>

/** Times are milliseconds since the epoch, with fractions where the source has them. */
export interface MetricPoint {
  kind: 'metric'
  resource: Resource
  at: number
  /** Name as the source gives it, such as `http.server.request.duration`. */
  name: string
  /** UCUM, such as `s` or `By`. */
  unit?: string
  /** counter: running total since `start`; delta: since the last point; histogram and summary carry `distribution`. */
  type: 'gauge' | 'counter' | 'delta' | 'histogram'
  value: number
  start?: number
  distribution?: Distribution
  attributes: Attributes
}

/** Counts between ascending bounds; the last bucket is above the last bound. */
export interface Distribution {
  bounds: readonly number[]
  counts: readonly number[]
  sum: number
}

export interface LogRecord {
  kind: 'log'
  resource: Resource
  at: number
  /** OpenTelemetry severity number, 1 to 24; 0 when nothing tells it. */
  severity: number
  body: string
  /** Set by the store: hash of the template text, and the text. */
  template?: string
  traceId?: string
  spanId?: string
  attributes: Attributes
}

export interface SpanRecord {
  kind: 'span'
  resource: Resource
  at: number
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  spanKind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  durationMs: number
  error: boolean
  /** What it called, as far as it says (peer.service, server.address, rpc.service, db.system, messaging.destination). */
  peer?: string
  attributes: Attributes
  /** Exceptions and the like. */
  events?: readonly { at: number; name: string; attributes: Attributes }[]
}

/** Something that happened and was told: a Kubernetes Event, an alert, a failed CI job, a finding of a scan. */
export interface EventRecord {
  kind: 'event'
  resource: Resource
  at: number
  /**
   * `kubernetes`, `ci`, `scan`; and the symptoms that open incidents: `alert` (told by an Alertmanager), `slo` (a Monitor's
   * burn rate), `anomaly` (series that left their usual level). A symptom that goes on is told again with the same key;
   * one that ended has `until`.
   */
  source: string
  /** Machine word, such as `BackOff`; of alerts their name. */
  reason: string
  severity: 'info' | 'warning' | 'error'
  message: string
  /** Same thing told again has the same key. */
  key: string
  /** How often so far. */
  count: number
  /** Of things that end: when. */
  until?: number
  attributes: Attributes
}

/** Something that somebody or something changed. */
export interface ChangeRecord {
  kind: 'change'
  resource: Resource
  at: number
  change:
    | 'code'
    | 'config'
    | 'flag'
    | 'scale'
    | 'prompt'
    | 'model'
    | 'route'
    | 'policy'
    | 'data'
    | 'deploy'
    | 'infrastructure'
  /** Commit, version or other identity of what it is now. */
  id: string
  before?: string
  author?: string
  message: string
  /** Where it can be looked up: `Delivery/default/desk`, `RouteRelease/…`, a URL. */
  reference?: string
  files?: readonly { path: string; diff?: string }[]
  attributes: Attributes
}

export interface CostRecord {
  kind: 'cost'
  resource: Resource
  /** The window it is for. */
  at: number
  until: number
  usd: number
  /** compute, memory, storage, network, tokens, … */
  category: string
  owner?: string
  attributes: Attributes
}

export type Signal = MetricPoint | LogRecord | SpanRecord | EventRecord | ChangeRecord | CostRecord
export type SignalKind = Signal['kind']
