import type { CallRecord, TokenBuckets, UsageQuery, UsageRow } from './telemetry.ts'

const noTokens: Required<TokenBuckets> = {
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteLong: 0,
  inputAudio: 0,
  output: 0,
  reasoning: 0,
  outputAudio: 0,
}

/** Sums over calls. */
export function usageOfCalls(calls: Iterable<CallRecord>, query: UsageQuery): UsageRow[] {
  const rows = new Map<string, UsageRow>()
  for (const call of calls) {
    if (call.at < query.since || call.at >= query.until) continue
    if (query.namespace !== undefined && call.namespace !== query.namespace) continue
    const group = groupOf(call, query.by)
    const id = `${call.namespace}/${group}`
    const row = rows.get(id) ?? empty(call.namespace, group)
    rows.set(id, row)
    add(row, call)
  }
  return [...rows.values()].sort((a, b) => compare(a.namespace, b.namespace) || compare(a.group, b.group))
}

function groupOf(call: CallRecord, by: UsageQuery['by']): string {
  if (by === 'key') return call.accessKey
  return by === 'model' ? `${call.provider}/${call.model}` : call[by]
}

const empty = (namespace: string, group: string): UsageRow => ({
  namespace,
  group,
  calls: 0,
  tokens: { ...noTokens },
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
  unpriced: 0,
  estimated: 0,
  cached: 0,
  savedUsd: 0,
  unreconciled: 0,
})

function add(row: UsageRow, call: CallRecord): void {
  const { usage, inputTokens = 0, outputTokens = 0 } = call
  const tokens = { ...noTokens, ...(usage ?? { input: inputTokens, output: outputTokens }) }
  for (const name of Object.keys(noTokens) as (keyof TokenBuckets)[]) row.tokens[name] += tokens[name]
  row.calls++
  row.inputTokens += inputTokens
  row.outputTokens += outputTokens
  row.costUsd += call.costUsd ?? 0
  row.savedUsd += call.savedUsd ?? 0
  row.unpriced += Number(call.costUsd === undefined && inputTokens + outputTokens > 0)
  row.estimated += Number(call.usageSource === 'estimated')
  row.cached += Number(call.cache === 'hit')
  const input = tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.inputAudio
  const output = tokens.output + tokens.reasoning + tokens.outputAudio
  row.unreconciled += Number(input !== inputTokens || output !== outputTokens)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
