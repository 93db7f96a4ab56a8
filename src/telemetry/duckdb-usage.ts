import type { DuckDBValue } from '@duckdb/node-api'
import type { Telemetry, UsageQuery, UsageRow } from './telemetry.ts'

const groups: Record<UsageQuery['by'], string> = {
  key: 'c."accessKey"',
  route: 'c.route',
  model: `c.provider || '/' || c.model`,
  release: 'c.release',
}

const bucket = (name: string): string => `coalesce((c.usage->>'${name}')::bigint, 0)`
const total = (expression: string): string => `coalesce(sum(${expression}), 0)::double`
const count = (condition: string): string => `count(*) filter (${condition})`

const used = 'coalesce(c."inputTokens", 0) + coalesce(c."outputTokens", 0) > 0'
/** A call without buckets counts as plain input and output. */
const plain = (name: string, otherwise: string): string =>
  total(`case when c.usage is null then coalesce(c."${otherwise}", 0) else ${bucket(name)} end`)
const inputSum = ['input', 'cacheRead', 'cacheWrite', 'inputAudio'].map(bucket).join(' + ')
const outputSum = ['output', 'reasoning', 'outputAudio'].map(bucket).join(' + ')

/** Sums over calls in the database. */
export const duckDbUsage = (
  rows: <T>(sql: string, values: DuckDBValue[]) => Promise<T[]>,
): Pick<Telemetry, 'usage'> => ({
  usage: ({ namespace, by, since, until }) =>
    rows<UsageRow>(
      `select to_json({
         'namespace': c.namespace, 'group': ${groups[by]}, 'calls': count(*),
         'tokens': {'input': ${plain('input', 'inputTokens')}, 'cacheRead': ${total(bucket('cacheRead'))},
           'cacheWrite': ${total(bucket('cacheWrite'))}, 'cacheWriteLong': ${total(bucket('cacheWriteLong'))},
           'inputAudio': ${total(bucket('inputAudio'))}, 'output': ${plain('output', 'outputTokens')},
           'reasoning': ${total(bucket('reasoning'))}, 'outputAudio': ${total(bucket('outputAudio'))}},
         'inputTokens': ${total('c."inputTokens"')}, 'outputTokens': ${total('c."outputTokens"')},
         'costUsd': ${total('c."costUsd"')}, 'unpriced': ${count(`c."costUsd" is null and ${used}`)},
         'estimated': ${count(`c."usageSource" = 'estimated'`)},
         'cached': ${count(`c.cache = 'hit'`)}, 'savedUsd': ${total('c."savedUsd"')},
         'unreconciled': ${count(`c.usage is not null and (${inputSum} <> coalesce(c."inputTokens", 0)
           or ${outputSum} <> coalesce(c."outputTokens", 0))`)}
       })::varchar as row
       from calls c where c."at" >= $1 and c."at" < $2 ${namespace === undefined ? '' : 'and c.namespace = $3'}
       group by c.namespace, ${groups[by]} order by c.namespace, ${groups[by]}`,
      [BigInt(Math.floor(since)), BigInt(Math.ceil(until)), ...(namespace === undefined ? [] : [namespace])],
    ),
})
