import type { DiffClass, Hit, Produces } from './diff-class.ts'
import { type NumberChange, numbersChanged } from './number-changed.ts'

const timeout = / (timeout|timeouts|deadline|wait|withtimeout|settimeout|grace|budget|keepalive|patience) /
const retry = / (retry|retries|attempts|tries|retryable|redelivery) /
const backoff = / (backoff|jitter|delay|cooldown|sleep) /
const ttl =
  / (ttl|expiry|expires|expire|expiration|lifetime|max age|maxage|retention|refresh|stale|evict|cachecontrol|exp|validity|fresh) /
const token =
  / (token|jwt|session|auth|cookie|login|credential|leeway|skew|tolerance|nonce|certificate|cert|key) /
const interval =
  / (interval|period|every|schedule|poll|polling|tick|ticker|heartbeat|cron|frequency|flush|scrape|sync|debounce|sleep) /

const waitsTooShort: Produces = {
  timeout: 1,
  error: 0.8,
  retries: 0.7,
  latency: 0.3,
  refused: 0.2,
  'traffic-up': 0.4,
  probe: 0.4,
  lock: 0.3,
  'wrong-data': 0.3,
  'retrieval-empty': 0.3,
  restarts: 0.3,
}
const waitsTooLong: Produces = {
  threads: 0.8,
  'pool-wait': 0.8,
  latency: 0.8,
  timeout: 0.5,
  backlog: 0.6,
  memory: 0.4,
  error: 0.3,
}
const triesTooOften: Produces = {
  retries: 1,
  'traffic-up': 0.9,
  'rate-limit': 0.8,
  'database-load': 0.7,
  latency: 0.6,
  cpu: 0.5,
  timeout: 0.5,
  threads: 0.5,
  'pool-wait': 0.6,
  duplicates: 0.7,
  error: 0.4,
  backlog: 0.4,
}
const givesUpEarly: Produces = {
  error: 0.8,
  timeout: 0.4,
  backlog: 0.3,
  'wrong-data': 0.2,
  refused: 0.3,
  reset: 0.3,
}
const forgetsEarly: Produces = {
  'cache-miss': 1,
  'database-load': 0.9,
  'slow-query': 0.7,
  latency: 0.7,
  cpu: 0.6,
  timeout: 0.5,
  'rate-limit': 0.4,
  'traffic-up': 0.4,
  'calls-per-request': 0.5,
  'pool-wait': 0.5,
}
const loses: Produces = {
  'not-found': 0.9,
  'wrong-data': 0.85,
  validation: 0.7,
  error: 0.7,
  'stale-data': 0.5,
  silence: 0.5,
  schema: 0.3,
  'retrieval-empty': 0.6,
}
const tokensEndEarly: Produces = {
  unauthorized: 1,
  forbidden: 0.3,
  error: 0.5,
  retries: 0.3,
  'traffic-up': 0.3,
  clock: 0.5,
}
const keepsLong: Produces = {
  'stale-data': 1,
  memory: 0.7,
  oom: 0.6,
  'wrong-data': 0.7,
  disk: 0.7,
  unauthorized: 0.3,
}
const tooFrequent: Produces = {
  cpu: 0.8,
  'traffic-up': 0.9,
  'database-load': 0.8,
  'rate-limit': 0.8,
  lock: 0.5,
  latency: 0.5,
  'log-volume': 0.4,
  cost: 0.5,
  memory: 0.3,
  disk: 0.4,
}
const tooSeldom: Produces = {
  'stale-data': 0.9,
  backlog: 0.8,
  memory: 0.5,
  latency: 0.4,
  silence: 0.7,
  'wrong-data': 0.4,
  'pool-wait': 0.3,
  reset: 0.4,
  disk: 0.4,
}

const anyTime: Produces = {
  timeout: 0.7,
  error: 0.65,
  reset: 0.7,
  refused: 0.5,
  latency: 0.6,
  'cache-miss': 0.6,
  'traffic-up': 0.6,
  unauthorized: 0.5,
  'stale-data': 0.6,
  retries: 0.6,
  backlog: 0.5,
  cpu: 0.5,
  'database-load': 0.5,
  'pool-wait': 0.5,
  'rate-limit': 0.6,
  silence: 0.5,
  memory: 0.4,
  restarts: 0.4,
  probe: 0.5,
}

/** Waiting, trying again, forgetting and repeating, sooner or later than before. */
export const durationChanged: DiffClass = {
  name: 'duration-changed',
  fault: 'config',
  find: edit =>
    numbersChanged(edit).flatMap((change): Hit[] => {
      const produces = producedBy(change)
      return produces
        ? [{ says: change.says, file: change.file.path, strength: change.weight, produces }]
        : []
    }),
}

const kept = / (retention|keep|history|archive) /
const tolerance = / (leeway|skew|tolerance) /
const caching = / (cache|cdn|catalog|redis) /

/** Sessions and tokens, by their own name or by the file and lines around, unless those speak of a cache. */
const isIdentity = ({ words, around }: NumberChange): boolean =>
  (ttl.test(words) || tolerance.test(words)) &&
  (token.test(words) || (token.test(around) && !caching.test(`${words}${around}`)))

/** By words of the name, the first that fits; each as it is when lowered and when raised. */
const meanings: readonly (readonly [(change: NumberChange) => boolean, Produces, Produces])[] = [
  [
    ({ words }) => retry.test(words) && ![backoff, timeout, interval].some(other => other.test(words)),
    givesUpEarly,
    triesTooOften,
  ],
  [({ words }) => backoff.test(words), triesTooOften, { latency: 0.6, backlog: 0.5, timeout: 0.4 }],
  [isIdentity, tokensEndEarly, keepsLong],
  [({ words }) => kept.test(words), loses, { ...keepsLong, disk: 1, cost: 0.6 }],
  [({ words }) => ttl.test(words), forgetsEarly, keepsLong],
  [({ words }) => timeout.test(words), waitsTooShort, waitsTooLong],
  [({ words }) => interval.test(words), tooFrequent, tooSeldom],
  // What it is for is not told; that it is another time by far is.
  [({ setting, weight }) => setting.after?.unit === 'time' && weight >= 0.5, anyTime, anyTime],
]

const producedBy = (change: NumberChange): Produces | undefined =>
  meanings.find(([fits]) => fits(change))?.[change.ratio < 1 ? 1 : 2]
