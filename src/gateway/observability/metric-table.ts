import type { Convention } from './names.ts'

/**
 * OBSERVE: every metric a gateway exposes: name, unit, labels and bucket bounds of OpenTelemetry's GenAI conventions,
 * and Keelway's own where they have none.
 */
export interface MetricRow {
  name: string
  /** Its name in the conventions `genai`, where it differs. */
  genai?: string
  type: 'histogram' | 'counter' | 'gauge'
  /** UCUM unit of OpenTelemetry. */
  unit: 's' | 'By' | 'usd' | '1' | '{token}'
  help: string
  labels: readonly string[]
  /** Upper bounds of a histogram. */
  buckets?: readonly number[]
  /** How values of several workers become one. */
  join?: 'sum' | 'min' | 'max'
}

const doubled = (from: number, times: number, factor = 2): number[] =>
  Array.from({ length: times }, (_, i) => Number((from * factor ** i).toPrecision(12)))

/** 0.01 s to 81.92 s. */
const durations = doubled(0.01, 14)
/** 1 to 67108864. */
const tokens = doubled(1, 14, 4)
const firstToken = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const perToken = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]

/** What every series of a call is told by. */
export const callLabels = [
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'keelway.namespace',
  'keelway.route',
  'keelway.arm',
] as const
const routeLabels = ['keelway.namespace', 'keelway.route'] as const
const guardLabels = [
  ...routeLabels,
  'keelway.guardrail',
  'keelway.guardrail.rule',
  'keelway.guardrail.zone',
  'keelway.guardrail.verdict',
  'keelway.guardrail.action',
] as const
const gauge = (name: string, unit: MetricRow['unit'], help: string, join: 'sum' | 'min' | 'max' = 'sum') =>
  ({ name, type: 'gauge', unit, help, labels: [], join }) as const
const counter = (name: string, unit: MetricRow['unit'], help: string, labels: readonly string[]) =>
  ({ name, type: 'counter', unit, help, labels }) as const
const histogram = (
  name: string,
  unit: MetricRow['unit'],
  help: string,
  buckets: number[],
  labels: readonly string[],
) => ({ name, type: 'histogram', unit, help, buckets, labels }) as const

export const metricTable = {
  inputTokens: {
    ...histogram('gen_ai.client.token.usage', '{token}', 'Tokens used by a call.', tokens, [
      ...callLabels,
      'gen_ai.token.type',
    ]),
    genai: 'gen_ai.client.inference.usage.operation.input_tokens',
  },
  outputTokens: {
    ...histogram('gen_ai.client.token.usage', '{token}', 'Tokens used by a call.', tokens, [
      ...callLabels,
      'gen_ai.token.type',
    ]),
    genai: 'gen_ai.client.inference.usage.operation.output_tokens',
  },
  duration: histogram(
    'gen_ai.client.operation.duration',
    's',
    'Time from the arrival of a call to the end of its answer.',
    durations,
    [...callLabels, 'error.type'],
  ),
  firstChunk: histogram(
    'gen_ai.client.operation.time_to_first_chunk',
    's',
    'Time to the first chunk of a streamed answer.',
    durations,
    callLabels,
  ),
  perChunk: histogram(
    'gen_ai.client.operation.time_per_output_chunk',
    's',
    'Mean time between the chunks of a streamed answer after the first.',
    durations,
    callLabels,
  ),
  serverDuration: histogram(
    'gen_ai.server.request.duration',
    's',
    'Time a model that runs in the gateway took for an answer.',
    durations,
    [...callLabels, 'error.type'],
  ),
  serverFirstToken: histogram(
    'gen_ai.server.time_to_first_token',
    's',
    'Time to the first token of a streamed answer, as the client of the gateway sees it.',
    firstToken,
    callLabels,
  ),
  serverPerToken: histogram(
    'gen_ai.server.time_per_output_token',
    's',
    'Time per output token of a streamed answer after the first.',
    perToken,
    callLabels,
  ),
  tokens: counter('keelway.tokens', '1', 'Tokens by bucket; buckets do not overlap.', [
    ...callLabels,
    'keelway.token.bucket',
  ]),
  cost: counter('keelway.cost', 'usd', 'Cost of calls whose price is known.', callLabels),
  unpriced: counter('keelway.calls.unpriced', '1', 'Answered calls whose cost is unknown.', callLabels),
  saved: counter(
    'keelway.cache.saved',
    'usd',
    'Cost of the first answers that hits were answered with.',
    callLabels,
  ),
  usageSource: counter('keelway.calls.usage', '1', 'Calls by where their token counts come from.', [
    ...callLabels,
    'keelway.usage.source',
  ]),
  cache: counter('keelway.cache.calls', '1', 'Calls by what the cache had.', [
    ...callLabels,
    'keelway.cache',
  ]),
  refused: counter('keelway.calls.refused', '1', 'Calls the gateway refused by a budget or a rate limit.', [
    ...routeLabels,
    'error.type',
  ]),
  attempts: counter('keelway.attempts.failed', '1', 'Tries of a provider that failed.', [
    ...routeLabels,
    'gen_ai.provider.name',
    'gen_ai.request.model',
    'error.type',
  ]),
  guards: counter(
    'keelway.guard.verdicts',
    '1',
    'What rules of guardrails said and what was done.',
    guardLabels,
  ),
  recordsDropped: counter(
    'keelway.records.dropped',
    '1',
    'Call records that were lost: too many waited.',
    [],
  ),
  spansDropped: counter(
    'keelway.spans.dropped',
    '1',
    'Spans that were lost: the collector did not take them.',
    [],
  ),
  shadowDropped: counter('keelway.shadow.dropped', '1', 'Shadow answers left out: too many waited.', []),
  recordsWaiting: gauge('keelway.records.waiting', '1', 'Call records in memory that wait to be reported.'),
  spool: gauge('keelway.records.spooled', 'By', 'Call records on disk that wait to be reported.'),
  open: gauge('keelway.requests.open', '1', 'Requests in progress, streams among them.'),
  snapshotAge: gauge(
    'keelway.snapshot.age',
    's',
    'Time since the snapshot that serves was published.',
    'max',
  ),
  connected: gauge('keelway.control_plane.connected', '1', '1 while the control plane answers.', 'min'),
  workers: gauge('keelway.workers', '1', 'Processes that serve.'),
} as const satisfies Record<string, MetricRow>

export type MetricKey = keyof typeof metricTable

const suffixes: Readonly<Record<MetricRow['unit'], string>> = {
  s: '_seconds',
  By: '_bytes',
  usd: '_usd',
  '1': '',
  '{token}': '',
}

/** The name at `/metrics`, by the rules OpenTelemetry has for Prometheus: dots become `_`, the unit a suffix. */
export function prometheusName(key: MetricKey, convention: Convention): string {
  const row: MetricRow = metricTable[key]
  const name = (convention === 'genai' ? row.genai : undefined) ?? row.name
  return `${name.replaceAll('.', '_')}${suffixes[row.unit]}${row.type === 'counter' ? '_total' : ''}`
}

export const labelName = (name: string): string => name.replaceAll('.', '_')
