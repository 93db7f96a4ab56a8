import { symptomKinds } from '../symptoms/symptom.ts'
import { partsOf } from '../symptoms/words.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

/** Behind a flag may be anything. */
const anything: Produces = Object.fromEntries(
  symptomKinds
    .filter(kind => !/^(image|scheduling|node|clock|dns|certificate|unreachable)$/.test(kind))
    .map(kind => [kind, 0.5]),
)
/** What words in the name of a switch tell of what it turns on. */
const meant: readonly (readonly [RegExp, Produces])[] = [
  [
    / (cache|cached|caching|memo) /,
    { 'cache-miss': 0.8, 'stale-data': 0.8, 'wrong-data': 0.6, memory: 0.6, 'database-load': 0.6 },
  ],
  [
    / (retry|retries|hedge|hedging|hedged) /,
    { retries: 0.9, 'traffic-up': 0.7, duplicates: 0.6, 'rate-limit': 0.7 },
  ],
  [
    / (async|parallel|concurrent|batch|bulk|queue|worker|background) /,
    { threads: 0.8, 'wrong-data': 0.6, duplicates: 0.6, 'pool-wait': 0.6, backlog: 0.7, lock: 0.5 },
  ],
  [
    / (auth|strict|audience|token|jwt|mtls|scope|permission|login|session|csrf|cors) /,
    { unauthorized: 0.8, forbidden: 0.8, validation: 0.4 },
  ],
  [
    / (gzip|zstd|compression|encoding|protobuf|json|format|codec|payload|payloads|serializer|schema) /,
    { validation: 0.8, schema: 0.6, cpu: 0.4, 'wrong-data': 0.5, backlog: 0.4 },
  ],
  [
    / (debug|verbose|logging|trace|tracing|log|profiling) /,
    { 'log-volume': 0.9, disk: 0.8, cpu: 0.5, latency: 0.4, cost: 0.5 },
  ],
  [
    / (replica|read|routing|shard|failover|region|primary) /,
    { 'stale-data': 0.8, 'database-load': 0.6, latency: 0.6, 'wrong-data': 0.6, 'pool-wait': 0.4 },
  ],
  [
    / (model|llm|prompt|rag|ai|rerank|embedding) /,
    {
      quality: 0.9,
      tokens: 0.8,
      cost: 0.8,
      latency: 0.7,
      refusal: 0.6,
      'retrieval-empty': 0.6,
      'context-overflow': 0.5,
    },
  ],
  [
    / (planner|query|index|search|join|scan) /,
    { 'slow-query': 0.8, 'database-load': 0.8, latency: 0.6, 'wrong-data': 0.5 },
  ],
  [/ (pricing|price|tax|discount|promo|currency|checkout|fee) /, { 'wrong-data': 0.8 }],
  [/ (limit|limiter|throttle|quota|shedding) /, { 'rate-limit': 0.9, error: 0.5 }],
]

/** A feature flag, or a switch in code or configuration. */
export const switchFlipped: DiffClass = {
  name: 'switch-flipped',
  fault: 'flag',
  find({ change, settings }) {
    const hits: Hit[] = []
    if (change.change === 'flag') {
      const name = change.id.replace(/^flag:/, '').replace(/@.*$/, '')
      hits.push({ says: 'flips a flag', file: name, strength: 0.6, produces: producedBy(name) })
    }
    for (const { name, before, after, file, line } of settings) {
      if (!before || !after || file.role === 'manifest') continue
      const on = /^(true|on|yes|enabled|1)$/i
      const off = /^(false|off|no|disabled|0)$/i
      const flipped =
        (on.test(before.text) && off.test(after.text)) || (off.test(before.text) && on.test(after.text))
      if (flipped && !/replicas|count|size|max|min/i.test(name))
        hits.push({
          says: `turns ${name} ${on.test(after.text) ? 'on' : 'off'}: ${quoted(line)}`,
          file: file.path,
          strength: 0.85,
          produces: raised(producedBy(name)),
        })
    }
    return hits.slice(0, 10)
  },
}

/** What stands in the code itself takes effect for all. */
const raised = (produces: Produces): Produces =>
  Object.fromEntries(Object.entries(produces).map(([kind, fit]) => [kind, Math.max(fit, 0.6)]))

function producedBy(name: string): Produces {
  const words = ` ${partsOf(name).join(' ')} `
  const told = meant.filter(([pattern]) => pattern.test(words))
  if (told.length === 0) return anything
  const produces: Record<string, number> = { ...anything }
  for (const [, more] of told)
    for (const [kind, fit] of Object.entries(more)) produces[kind] = Math.max(produces[kind] ?? 0, fit)
  return produces
}
