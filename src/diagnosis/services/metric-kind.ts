/** What a metric measures, as its name tells. */
export type MetricKind =
  | 'cpu'
  | 'memory'
  | 'disk'
  | 'latency'
  | 'errors'
  | 'availability'
  | 'saturation'
  | 'restarts'
  | 'requests'
  | 'other'

/** Words of names, the most telling kind first: `request_error_rate` counts errors, not requests. */
const words: readonly (readonly [MetricKind, string])[] = [
  ['cpu', 'cpu cpus throttled throttling'],
  ['memory', 'memory mem rss heap oom'],
  ['latency', 'latency duration latencies time seconds ms millis milliseconds'],
  ['availability', 'availability available success successes ok uptime'],
  [
    'errors',
    'error errors fault faults failure failures failed exception exceptions 5xx 4xx 500 503 401 403 timeouts rejected dropped loss',
  ],
  [
    'saturation',
    'saturation queue queued backlog lag pending pool threads connections wait waiting inflight depth',
  ],
  ['disk', 'disk io iops filesystem fs inodes storage volume'],
  ['restarts', 'restarts restart restarted evictions'],
  ['requests', 'requests request rps qps rate throughput calls traffic hits messages'],
  ['latency', 'p50 p75 p90 p95 p99 p999'],
]
const kindOfWord = words.map(([kind, text]) => [kind, new Set(text.split(' '))] as const)
/** What is measured of a machine that many services share, or of those that a service calls, is no fault of its own. */
const elsewhere = new Set(['node', 'host', 'client', 'outbound', 'egress', 'upstream', 'downstream'])

/** Words of a metric's name, in lower case: of `dbCpu_p99`, db, cpu and p99. */
export const wordsOf = (name: string): string[] =>
  name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '')

export function kindOf(name: string): MetricKind {
  const found = wordsOf(name)
  if (found.some(word => elsewhere.has(word))) return 'other'
  return kindOfWord.find(([, set]) => found.some(word => set.has(word)))?.[0] ?? 'other'
}

/** Which way is worse: 1 up, -1 down, 0 either. */
export const worse: Readonly<Record<MetricKind, -1 | 0 | 1>> = {
  ...{ cpu: 1, memory: 1, disk: 1, latency: 1, errors: 1, saturation: 1, restarts: 1 },
  ...{ availability: -1, requests: 0, other: 0 },
}

export interface Unit {
  /** The smallest change worth a look, in the metric's unit. */
  floor: number
  /** Of shares: the factor that makes them parts of 1. */
  share?: number
  /** A number with its unit. */
  text(value: number): string
}

const plain = (value: number): string => String(Number(value.toPrecision(3)))
const scaled = (factor: number, unit: string) => (value: number) => `${plain(value * factor)}${unit}`

/**
 * The unit of a metric by its kind, its name and its numbers.
 * @param largest of all services that have a metric of this name
 * @param usual the median over all of them
 */
export function unitOf(kind: MetricKind, name: string, largest: number, usual: number): Unit {
  return units[kind]?.(new Set(wordsOf(name)), largest, usual) ?? { floor: 0, text: plain }
}

const parts = (floor: number): Unit => ({ floor, share: 1, text: scaled(100, ' %') })
const points = (floor: number): Unit => ({ floor, share: 0.01, text: scaled(1, ' %') })
/** Shares stay near 1 or below; 1.5 of something is an amount, or percent. */
const highestShare = 1.5
const bytesFrom = 1e5
/** Of latencies without a unit in the name: a usual one of 5 is no 5 s. */
const millisecondsFrom = 5

type UnitOf = (words: ReadonlySet<string>, largest: number, usual: number) => Unit

const spaceUnit: UnitOf = (_, largest) => {
  if (largest > bytesFrom) return { floor: 1e7, text: scaled(1e-6, ' MB') }
  return largest <= highestShare ? parts(0.05) : { floor: 5, text: plain }
}

const latencyUnit: UnitOf = (found, _, usual) => {
  const inMs = ['ms', 'millis', 'milliseconds'].some(word => found.has(word))
  const inSeconds = found.has('seconds') || found.has('s')
  return inMs || (!inSeconds && usual >= millisecondsFrom)
    ? { floor: 1, text: scaled(1, ' ms') }
    : { floor: 0.001, text: value => (value < 1 ? scaled(1000, ' ms') : scaled(1, ' s'))(value) }
}

const errorUnit: UnitOf = (found, largest) => {
  if (found.has('pct') || found.has('percent')) return points(0.5)
  return found.has('ratio') || largest <= highestShare ? parts(0.005) : { floor: 1, text: plain }
}

const units: Partial<Record<MetricKind, UnitOf>> = {
  cpu: (_, largest) => (largest <= highestShare ? parts(0.05) : points(5)),
  memory: spaceUnit,
  disk: spaceUnit,
  latency: latencyUnit,
  errors: errorUnit,
  availability: (_, largest) => (largest <= highestShare ? parts(0.003) : points(0.3)),
  saturation: () => ({ floor: 1, text: plain }),
  restarts: () => ({ floor: 1, text: plain }),
}
