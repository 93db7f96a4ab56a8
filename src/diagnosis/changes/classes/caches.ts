import type { Edit } from '../diff/edit.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

const missed: Produces = {
  'cache-miss': 1,
  'database-load': 0.9,
  latency: 0.8,
  'slow-query': 0.6,
  'calls-per-request': 0.7,
  timeout: 0.5,
  cpu: 0.6,
  'rate-limit': 0.5,
  'traffic-up': 0.4,
  'pool-wait': 0.5,
}
const unbounded: Produces = { memory: 1, oom: 1, restarts: 0.7, latency: 0.5, cpu: 0.4, disk: 0.2 }
const confused: Produces = {
  'cache-miss': 0.9,
  'wrong-data': 0.9,
  'stale-data': 0.8,
  forbidden: 0.3,
  'database-load': 0.6,
  latency: 0.5,
  unauthorized: 0.3,
  memory: 0.4,
}

const cached = /\b\w*(cache|memo|lru|redis|memcache)\w*/i
const taken =
  /\.(get|getorload|getifpresent|fetch|remember|lookup|load|mget)\w*\(|@cacheable|@cached?\b|lru_cache|usememo|memoize|cache_page/i
const bound =
  /max(imum)?_?(size|entries|items|weight|keys|len)|evict|lru|expire|ttl|capacity|maxmemory|prune|trim|delete\(|\.remove\(|cleanup|clear\(|\.pop\(|shift\(/i
const store =
  /(?:\b|\W)(new (Map|HashMap|ConcurrentHashMap|Dictionary|WeakMap)|make\(map\[|map\[[\w.*]+\]|=\s*\{\}|dict\(|defaultdict|HashMap::new|sync\.Map|new Set|ConcurrentDictionary)/
const grows =
  /\b\w*(cache|memo|seen|registry|history|listeners?|subscribers?|buffer|pending|sessions?|visited|store|index|entries)\w*(\[[^\]]{1,80}\]\s*=[^=]|\.(set|put|add|push|append|store|offer)\(|\s*=\s*append\()/i
const key = /\b\w*(cache)?_?key\w*\s*(:?=|\()|(get|set|getorload|put|fetch)\(\s*(ctx,\s*)?[`"'f]/i

/** A cache that is gone, has lost its bound, or looks under another key. */
export const cacheChanged: DiffClass = {
  name: 'cache-changed',
  fault: 'code',
  find: edit => [...bypassed(edit), ...withoutBound(edit), ...otherKey(edit), ...manyLabels(edit)],
}

function bypassed({ files }: Edit): Hit[] {
  return files.flatMap(file => {
    const uses = (lines: readonly string[]) => lines.filter(line => cached.test(line) && taken.test(line))
    const [gone, fresh] = [uses(file.removed), uses(file.added)]
    const off = file.added.find(line =>
      /(no-?cache|no-?store|cache[\w.]{0,30}(enabled)?["']?\s*[:=]\s*(false|off|none|null|0)\b|skip_?cache|bypass_?cache|disable\w{0,10}cache)/i.test(
        line,
      ),
    )
    if (off !== undefined)
      return [
        { says: `turns a cache off: ${quoted(off)}`, file: file.path, strength: 0.85, produces: missed },
      ]
    if (gone.length === 0 || fresh.length >= gone.length) return []
    return [
      {
        says: `no longer looks into the cache: ${quoted(gone[0] ?? '')} is gone`,
        file: file.path,
        strength: 0.85,
        produces: missed,
      },
    ]
  })
}

function withoutBound({ files }: Edit): Hit[] {
  return files.flatMap((file): Hit[] => {
    const lost = file.removed.find(
      line =>
        bound.test(line) && (cached.test(line) || /max_?(size|entries|items)|maximumSize|evict/i.test(line)),
    )
    if (lost !== undefined && !file.added.some(line => bound.test(line)))
      return [
        {
          says: `takes the bound of a cache away: ${quoted(lost)} is gone`,
          file: file.path,
          strength: 0.9,
          produces: unbounded,
        },
      ]
    if (file.role !== 'code' || [...file.added, ...file.context].some(line => bound.test(line))) return []
    const kept = filledStore(file)
    const grown = kept ?? file.added.find(line => grows.test(line))
    if (grown === undefined) return []
    return [
      {
        says: `keeps what it has seen without a bound: ${quoted(grown)}`,
        file: file.path,
        strength: kept === undefined ? 0.6 : 0.85,
        produces: unbounded,
      },
    ]
  })
}

/** A line that puts something into a map or list that the change brings along. */
function filledStore({ added, context }: FileEdit): string | undefined {
  for (const line of added) {
    const name = store.test(line) ? /([A-Za-z_]\w*)\s*(?::[^=]{1,60})?:?=/.exec(line)?.[1] : undefined
    if (name === undefined) continue
    const fills = (other: string) => {
      const at = other.indexOf(name)
      return (
        at >= 0 &&
        other !== line &&
        /^\w*(\[[^\]]{1,80}\]\s*=[^=]|\.(set|put|add|push|append|store|offer|compute\w*|setdefault|insert|getorcreate)\(|\s*=\s*append\()/i.test(
          other.slice(at + name.length),
        )
      )
    }
    const filled = [...added, ...context].find(fills)
    if (filled !== undefined) return filled
  }
  return undefined
}

function otherKey({ files }: Edit): Hit[] {
  return files.flatMap((file): Hit[] => {
    const about = (line: string) => key.test(line) && /cache|key/i.test(line)
    const [gone, fresh] = [file.removed.find(about), file.added.find(about)]
    if (
      gone === undefined ||
      fresh === undefined ||
      !cached.test(`${gone} ${fresh} ${file.path} ${file.context.join(' ')}`)
    )
      return []
    return [
      {
        says: `looks under another key: ${quoted(fresh)}`,
        file: file.path,
        strength: 0.75,
        produces: confused,
      },
    ]
  })
}

const labels =
  /vec\(|labels?\(|withlabel|labelnames|tags?[\s:=(]|\.tag\(|metric|counter|gauge|histogram|dimension/i
const endlessValues =
  /["'`](\w*_)?(user|session|request|trace|customer|account|order|cart|device|email|ip|url|path|query|uuid|token|message)(_?id|_?name|_?key)?["'`]/i

/** A label of a metric with a value for each user or request: as many series as there are of them. */
function manyLabels({ files }: Edit): Hit[] {
  return files.flatMap((file): Hit[] => {
    if (file.role !== 'code') return []
    const fresh = file.added.find(
      line => labels.test(line) && endlessValues.test(line) && !/span|logger|log\./i.test(line),
    )
    if (fresh === undefined || file.removed.some(line => labels.test(line) && endlessValues.test(line)))
      return []
    return [
      {
        says: `counts by a label that has endless values: ${quoted(fresh)}`,
        file: file.path,
        strength: 0.8,
        produces: { ...unbounded, cpu: 0.6, 'log-volume': 0.6, disk: 0.6, cost: 0.7 },
      },
    ]
  })
}
