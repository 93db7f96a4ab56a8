import type { Edit } from '../diff/edit.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

const manyCalls: Produces = {
  'calls-per-request': 1,
  'database-load': 1,
  latency: 0.9,
  'slow-query': 0.6,
  'pool-wait': 0.7,
  timeout: 0.7,
  cpu: 0.5,
  'rate-limit': 0.7,
  'traffic-up': 0.5,
  'cache-miss': 0.2,
  error: 0.3,
  cost: 0.3,
}
const slow: Produces = {
  'slow-query': 1,
  'database-load': 1,
  latency: 0.9,
  cpu: 0.7,
  timeout: 0.8,
  lock: 0.5,
  'pool-wait': 0.7,
  memory: 0.4,
  error: 0.3,
}
const large: Produces = {
  memory: 0.9,
  oom: 0.8,
  latency: 0.8,
  'database-load': 0.7,
  'slow-query': 0.8,
  timeout: 0.6,
  cpu: 0.5,
  'context-overflow': 0.4,
  tokens: 0.4,
}

const loop =
  /^\s*(for|foreach|while)\b|\.(map|forEach|flatMap|each|stream)\(|\bfor\s+\w+(,\s*\w+)?\s+(in|of|:=\s*range)\b|\bfor\s*\(|=>\s*\{?$|\bfor \w+ in\b/
const asks =
  /\b(db|tx|conn|session|repo\w*|dao|store|pool|client|cursor|em|entitymanager|prisma|knex|mongo|collection|redis|http|axios|api|grpc|stub|svc|service)\w*\.\w*(query|find|get|fetch|select|load|exec|execute|first|one|lookup|call|request|read|scan|retrieve|list|post)\w*\(|\b(SELECT|INSERT|UPDATE|DELETE)\b|\bfetch\(|await \w+\.(get|find|fetch|load|query)\w*\(|\.(queryrow|findbyid|findone|getbyid|findunique|objects\.get)\w*\(|requests\.(get|post)|\.\w*(get|find|fetch|load|query|lookup|select|list|read)\w*\(\s*(ctx|context|await|tx|conn)\b|await [\w.]+\.(get|find|fetch|load|query|lookup|select)\w*\(/i
const together =
  /(preload|eager|include|join(ed)?load|select_?related|prefetch_?related|with\(\[|populate|joinedload|selectinload|batch\w*(get|load|fetch)|getall|mget|in_?bulk|findall(by)?id|where\w*in\b|\bIN\s*\(|\bANY\s*\(|\bJOIN\b|multi_?get|dataloader|findmany|byids|\.(get|find|load|fetch|list|lookup|query|read)(many|all|batch|multi|bulk|list)\w*\()/i

/** A question to a database or service for each thing instead of one for all; and questions without index or end. */
export const queryChanged: DiffClass = {
  name: 'query-changed',
  fault: 'code',
  find: edit => [
    ...inLoop(edit),
    ...notTogether(edit),
    ...indexGone(edit),
    ...withoutEnd(edit),
    ...otherCondition(edit),
  ],
}

const inLoop = ({ files }: Edit): Hit[] =>
  files.flatMap(file => {
    if (file.role !== 'code') return []
    const asked = file.added.findIndex(line => asks.test(line))
    if (asked < 0) return []
    const line = file.added[asked] ?? ''
    const looped =
      loop.test(line) ||
      file.added.slice(Math.max(0, asked - 6), asked).some(before => loop.test(before)) ||
      (file.context.some(before => loop.test(before)) && file.removed.length <= file.added.length)
    if (
      !looped ||
      file.removed.some(old => asks.test(old) && !together.test(old) && loop.test(file.removed.join('\n')))
    )
      return []
    const sure = loop.test(file.added.slice(0, asked + 1).join('\n')) ? 0.9 : 0.7
    return [
      {
        says: `asks once for each item: ${quoted(line)} within a loop`,
        file: file.path,
        strength: sure,
        produces: manyCalls,
      },
    ]
  })

const notTogether = ({ files }: Edit): Hit[] =>
  files.flatMap((file): Hit[] => {
    const lost = file.removed.find(line => together.test(line))
    if (file.role !== 'code' || lost === undefined || file.added.some(line => together.test(line))) return []
    return [
      {
        says: `no longer loads together what belongs together: ${quoted(lost)} is gone`,
        file: file.path,
        strength: 0.75,
        produces: manyCalls,
      },
    ]
  })

const indexGone = ({ files }: Edit): Hit[] =>
  files.flatMap((file): Hit[] => {
    const dropped =
      file.added.find(line => /drop\s+index|remove_?index|dropindex|drop_index/i.test(line)) ??
      file.removed.find(line =>
        /create\s+(unique\s+)?index|add_?index|createindex|create_index|@@?index|index:\s*true|db_index\s*=\s*true/i.test(
          line,
        ),
      )
    if (dropped === undefined || file.added.some(line => /create\s+(unique\s+)?index|add_?index/i.test(line)))
      return locking(file)
    return [
      { says: `takes an index away: ${quoted(dropped)}`, file: file.path, strength: 0.95, produces: slow },
    ]
  })

/** Altering a large table, or building an index while it is written, locks it. */
function locking(file: FileEdit): Hit[] {
  if (file.role !== 'migration') return []
  const lock = file.added.find(line =>
    /lock table|alter table .{1,80}(add column .{1,80}(default|not null)|alter column|type|add constraint|add foreign)|update \w+ set|vacuum full|reindex|create\s+(unique\s+)?index(?!.{0,20}concurrently)/i.test(
      line,
    ),
  )
  if (lock === undefined) return []
  return [
    {
      says: `locks a table while it runs: ${quoted(lock)}`,
      file: file.path,
      strength: 0.7,
      produces: {
        lock: 1,
        latency: 0.8,
        timeout: 0.8,
        'database-load': 0.7,
        'slow-query': 0.7,
        'pool-wait': 0.7,
        error: 0.4,
      },
    },
  ]
}

const end =
  /\blimit\b|\.take\(|\.limit\(|page_?size|pagination|paginate|per_?page|maxresults|\bTOP \d|fetch first|\bslice\(/i

const withoutEnd = ({ files }: Edit): Hit[] =>
  files.flatMap((file): Hit[] => {
    const lost = file.removed.find(line => end.test(line))
    if (
      lost !== undefined &&
      !file.added.some(line => end.test(line)) &&
      (file.role === 'code' || file.role === 'migration')
    )
      return [
        {
          says: `reads without a limit: ${quoted(lost)} is gone`,
          file: file.path,
          strength: 0.75,
          produces: large,
        },
      ]
    const all = file.added.find(line =>
      /readall\(|\.readlines\(|tolist\(\)|collect\(collectors|fetchall\(|findall\(\)|select \* from \w+["';`)]*$|\.all\(\)/i.test(
        line,
      ),
    )
    const streamed = file.removed.some(line =>
      /stream|scanner|iterator|cursor|chunk|paginat|batch|yield/i.test(line),
    )
    if (all === undefined || !streamed) return []
    return [
      { says: `reads everything at once: ${quoted(all)}`, file: file.path, strength: 0.8, produces: large },
    ]
  })

const where = /\bwhere\b|\.where\(|\.filter\(|order by|group by|\blike\b|ilike|\.sort\(/i

/** A condition of a query that no index may serve. */
const otherCondition = ({ files }: Edit): Hit[] =>
  files.flatMap((file): Hit[] => {
    if (file.role !== 'code' && file.role !== 'migration') return []
    const fresh = file.added.find(
      line => where.test(line) && /select|from|where|query|like|order by|like/i.test(line),
    )
    if (fresh === undefined) return []
    const unserved =
      /lower\(|upper\(|like\s+["'`]?%|ilike|cast\(|date\(|coalesce\(|\bor\b|::\w+|order by|not in|random\(\)|regexp|->>/i.test(
        fresh,
      )
    const had = file.removed.some(line => where.test(line))
    return [
      {
        says: `asks the database by another condition: ${quoted(fresh)}`,
        file: file.path,
        strength: unserved ? 0.75 : had ? 0.55 : 0.35,
        produces: { ...slow, 'wrong-data': 0.6 },
      },
    ]
  })
