import type { Edit } from '../diff/edit.ts'
import type { DiffClass, Hit, Produces } from './diff-class.ts'
import { numbersChanged } from './number-changed.ts'

const pool = / (pool|conns?|connections?|clients?|sessions?|idle) /
const count = / (max|limit|size|capacity|ceiling|count|open|active|total|min|num|number|pool|cap|maximum) /
const workers =
  / (workers?|threads?|concurrency|parallel|parallelism|goroutines?|executors?|consumers?|prefetch|inflight|in_flight|semaphore|permits|acceptors?|processes) /
const queue = / (queue|buffer|channel|make|backlog|mailbox|capacity) /
const rate =
  / (rate|rps|qps|tps|burst|quota|throttle|limiter|requests per|per minute|per second|bucket|tokens per) /
const other =
  / (timeout|deadline|ttl|expiry|expire|retry|retries|attempts|interval|period|backoff|delay|age|lifetime|temperature|top|sample|sampling|sampler|weight|tax|discount|price) /
const idle = / (idle|lifetime|age) /

const tooFewConnections: Produces = {
  'pool-wait': 1,
  timeout: 0.8,
  latency: 0.8,
  error: 0.6,
  threads: 0.6,
  backlog: 0.6,
  refused: 0.4,
  retries: 0.4,
  restarts: 0.2,
  'traffic-down': 0.5,
}
const tooFewWorkers: Produces = {
  threads: 1,
  backlog: 0.9,
  latency: 0.9,
  timeout: 0.8,
  'pool-wait': 0.6,
  error: 0.5,
  'traffic-down': 0.6,
  refused: 0.4,
  'stale-data': 0.4,
  silence: 0.4,
}
const tooSmallQueue: Produces = {
  backlog: 0.7,
  threads: 0.8,
  error: 0.7,
  latency: 0.6,
  timeout: 0.5,
  refused: 0.4,
  'rate-limit': 0.4,
  'pool-wait': 0.4,
}
const tooLittleRate: Produces = {
  'rate-limit': 1,
  error: 0.7,
  retries: 0.5,
  backlog: 0.6,
  'traffic-down': 0.6,
  latency: 0.3,
}
const tooMany: Produces = {
  'pool-wait': 0.7,
  'database-load': 0.9,
  memory: 0.6,
  oom: 0.6,
  cpu: 0.6,
  'rate-limit': 0.8,
  lock: 0.7,
  threads: 0.6,
  latency: 0.6,
  timeout: 0.5,
  refused: 0.5,
  error: 0.4,
  'file-handles': 0.7,
  throttling: 0.4,
}
const tooLarge: Produces = {
  memory: 0.9,
  oom: 0.9,
  latency: 0.5,
  backlog: 0.4,
  restarts: 0.5,
  disk: 0.3,
  timeout: 0.3,
  cpu: 0.2,
  'stale-data': 0.3,
}

const counted = / (max|min|size|count|conns?|connections?) /
const connections = / (pool|conns?|connections?) /
const batch = / (batch|chunk|page|fetch|bulk|block|segment) /
const smallBatches: Produces = {
  'calls-per-request': 0.7,
  'database-load': 0.6,
  latency: 0.6,
  backlog: 0.7,
  'traffic-up': 0.5,
  'rate-limit': 0.5,
}
const largeBatches: Produces = {
  ...tooLarge,
  'database-load': 0.6,
  'slow-query': 0.6,
  timeout: 0.6,
  lock: 0.5,
  validation: 0.3,
  'rate-limit': 0.4,
  error: 0.4,
}
const lessAllowed: Produces = {
  'rate-limit': 0.5,
  validation: 0.6,
  error: 0.6,
  timeout: 0.4,
  'pool-wait': 0.4,
  threads: 0.4,
  backlog: 0.4,
  latency: 0.4,
  'file-handles': 0.5,
  oom: 0.3,
  'context-overflow': 0.5,
}
const moreAllowed: Produces = {
  memory: 0.6,
  oom: 0.5,
  cpu: 0.4,
  latency: 0.5,
  'database-load': 0.5,
  disk: 0.4,
  timeout: 0.4,
}

/** Of breakers, probes, alarms and filters. */
const gaveUpEarly: Produces = {
  error: 0.9,
  refused: 0.5,
  probe: 0.8,
  restarts: 0.7,
  refusal: 0.6,
  validation: 0.6,
  'traffic-down': 0.6,
  quality: 0.4,
  'rate-limit': 0.4,
  'wrong-data': 0.4,
  retries: 0.3,
}
const heldOnLong: Produces = {
  latency: 0.7,
  threads: 0.6,
  timeout: 0.6,
  'retrieval-empty': 0.7,
  quality: 0.6,
  'wrong-data': 0.6,
  error: 0.5,
  'pool-wait': 0.4,
  backlog: 0.4,
  validation: 0.5,
  refusal: 0.3,
}

/** Fewer connections, workers, places in a queue or calls a second than are needed; and more than others can bear. */
export const limitChanged: DiffClass = {
  name: 'limit-changed',
  fault: 'config',
  find: edit => [...placesGone(edit), ...raisedOrLowered(edit)],
}

/** A queue that had places and has none. */
const placesGone = ({ settings }: Edit): Hit[] =>
  settings.flatMap(({ name, before, after, file }): Hit[] => {
    if (before?.number === undefined || after || file.role !== 'code' || before.number < 2) return []
    if (!/^make#1$|buffer|capacity|queue|channel|semaphore|bounded/i.test(name)) return []
    return [
      {
        says: `takes the places of a queue away (${name.replace(/#.*/, '')} had ${before.text})`,
        file: file.path,
        strength: 0.8,
        produces: { ...tooSmallQueue, threads: 0.95, backlog: 0.8, lock: 0.7 },
      },
    ]
  })

const raisedOrLowered = (edit: Edit): Hit[] =>
  numbersChanged(edit).flatMap(({ words, ratio, weight, says, file, setting }): Hit[] => {
    if (setting.after?.unit === 'time' || setting.before?.unit === 'time') return []
    if (other.test(words.replace(/ (conn|connection|requests?) /, ' '))) return []
    const produces = producedBy(words, ratio < 1)
    return produces ? [{ says, file: file.path, strength: weight, produces }] : []
  })

/** By words of the name, the first that fits; each as it is when lowered and when raised. */
const meanings: readonly (readonly [
  (words: string) => boolean,
  Produces | undefined,
  Produces | undefined,
])[] = [
  [words => rate.test(words), tooLittleRate, { ...tooMany, 'traffic-up': 0.7 }],
  [words => pool.test(words) && idle.test(words) && !counted.test(words), undefined, undefined],
  [words => pool.test(words) && (count.test(words) || connections.test(words)), tooFewConnections, tooMany],
  [words => workers.test(words), tooFewWorkers, tooMany],
  [words => batch.test(words), smallBatches, largeBatches],
  [words => / (threshold|breaker|failures|errors) /.test(words), gaveUpEarly, heldOnLong],
  [words => queue.test(words), tooSmallQueue, tooLarge],
  [words => / (max|limit|maximum|cap|ceiling|quota) /.test(words), lessAllowed, moreAllowed],
]

const producedBy = (words: string, lowered: boolean): Produces | undefined =>
  meanings.find(([fits]) => fits(words))?.[lowered ? 1 : 2]
