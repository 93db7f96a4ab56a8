import type { Edit } from '../diff/edit.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

interface Duty {
  line: RegExp
  says: string
  strength: number
  produces: Produces
}

/** What a program owes, and what happens when it no longer does it. */
const duties: readonly Duty[] = [
  {
    line: /jitter|\brand(om)?\w*\b.{0,60}(interval|sleep|delay|ttl|expir|period|backoff|duration)|(interval|sleep|delay|ttl|expir|period|backoff|duration).{0,60}\brand/i,
    says: 'no longer spreads in time what all do',
    strength: 0.85,
    produces: {
      'traffic-up': 1,
      latency: 0.9,
      'rate-limit': 0.9,
      'database-load': 0.9,
      cpu: 0.8,
      'cache-miss': 0.9,
      timeout: 0.7,
      'pool-wait': 0.7,
      retries: 0.7,
      threads: 0.6,
      error: 0.5,
    },
  },
  {
    line: /\b(sort|sorted|sortby|order_?by|orderby|slices\.sort|sort_by|sort!)\w*[.(!]/i,
    says: 'no longer brings into order',
    strength: 0.75,
    produces: {
      lock: 0.95,
      'wrong-data': 0.8,
      latency: 0.4,
      error: 0.5,
      duplicates: 0.5,
      timeout: 0.4,
      'cache-miss': 0.3,
    },
  },
  {
    line: /\b(close|release|dispose|free|shutdown|disconnect|end|putback|returnobject|cancel|stop|destroy|teardown|unsubscribe|removelistener|removeeventlistener|clearinterval|clear_?timeout)\w*\(|\bdefer\b.{0,60}(close|release|cancel|stop|done)|try\s*\(|\bwith\s+\w.{0,80}\bas\b|\busing\b\s*\(?|finally/i,
    says: 'no longer gives back what it took',
    strength: 0.85,
    produces: {
      'pool-wait': 1,
      'file-handles': 1,
      memory: 0.8,
      threads: 0.8,
      oom: 0.6,
      lock: 0.6,
      latency: 0.7,
      timeout: 0.7,
      error: 0.5,
      refused: 0.5,
      restarts: 0.4,
    },
  },
  {
    line: /^(defer|finally|ensure|using|with)\b.{0,120}(unlock|close|release|cancel|done|stop|lock|conn|open)|\}\s*finally/i,
    says: 'no longer gives back on every way out what it took',
    strength: 0.9,
    produces: {
      lock: 1,
      'pool-wait': 1,
      threads: 0.9,
      'file-handles': 0.9,
      latency: 0.8,
      timeout: 0.8,
      memory: 0.7,
      error: 0.5,
      oom: 0.5,
      silence: 0.5,
    },
  },
  {
    line: /\b(r?unlock|releaselock|mutex\.release|sem\w*\.release)\w*\(/i,
    says: 'no longer unlocks',
    strength: 0.95,
    produces: {
      lock: 1,
      threads: 0.9,
      latency: 0.9,
      timeout: 0.9,
      silence: 0.7,
      backlog: 0.8,
      'pool-wait': 0.5,
      error: 0.4,
      'traffic-down': 0.6,
    },
  },
  {
    line: /\b(r?lock|synchronized|acquire|withlock|mutex|atomic\.\w+|compareandset|compareandswap|select .{1,120} for update|setnx|forupdate|locking)\b|synchronized/i,
    says: 'no longer keeps others out',
    strength: 0.8,
    produces: { crash: 0.95, 'wrong-data': 0.9, duplicates: 0.9, error: 0.5, lock: 0.3, 'stale-data': 0.4 },
  },
  {
    line: /\b(ack|acknowledge|basicack|commit(sync|async|offset\w*)?|deletemessage|delete_message|markprocessed|nack)\w*\(/i,
    says: 'no longer says that it is done',
    strength: 0.8,
    produces: {
      backlog: 1,
      duplicates: 0.9,
      lock: 0.7,
      'pool-wait': 0.6,
      'wrong-data': 0.6,
      'stale-data': 0.5,
      'traffic-up': 0.3,
      latency: 0.3,
    },
  },
  {
    line: /\b(begin|transaction|withtransaction|atomic|@transactional|rollback|savepoint|intransaction)\w*\b/i,
    says: 'no longer does it in one transaction',
    strength: 0.75,
    produces: {
      'wrong-data': 1,
      duplicates: 0.8,
      lock: 0.5,
      'pool-wait': 0.4,
      error: 0.4,
      'stale-data': 0.4,
    },
  },
  {
    line: /\bawait\b|\.join\(|\.wait\(|waitgroup|wg\.\w+|\.get\(\)$|\.result\(\)|promise\.all|\.then\(|<-\s*\w+/i,
    says: 'no longer waits for the answer',
    strength: 0.75,
    produces: {
      crash: 0.8,
      'wrong-data': 0.9,
      error: 0.7,
      silence: 0.5,
      duplicates: 0.4,
      'stale-data': 0.6,
      memory: 0.4,
      threads: 0.4,
      validation: 0.4,
      'database-load': 0.3,
    },
  },
  {
    line: /idempoten|dedup|already\w*processed|unique|on conflict|upsert|insert ignore|exists\(/i,
    says: 'no longer finds out whether it was done before',
    strength: 0.8,
    produces: { duplicates: 1, 'wrong-data': 0.9, error: 0.5 },
  },
  {
    line: /\b(invalidate|evict|expire|purge|bust|del|clear|flush|refresh|reload|publish|notify|emit|dispatch|enqueue|send)\w*\(/i,
    says: 'no longer tells others what changed',
    strength: 0.7,
    produces: {
      'stale-data': 1,
      'wrong-data': 0.7,
      silence: 0.7,
      'traffic-down': 0.5,
      backlog: 0.4,
      memory: 0.3,
    },
  },
  {
    line: /withtimeout|settimeout|setdeadline|timeout\(|abortsignal|deadline|\.timeout\b/i,
    says: 'no longer gives up waiting',
    strength: 0.8,
    produces: {
      threads: 0.9,
      latency: 0.9,
      'pool-wait': 0.9,
      timeout: 0.6,
      memory: 0.5,
      backlog: 0.7,
      'file-handles': 0.4,
    },
  },
  {
    line: /sleep|throttle|ratelimit|limiter|semaphore|\bsem\b|\bpermits?\b|setlimit|maxconcurren|p-?limit\(|debounce|acquirepermit|backoff|jitter/i,
    says: 'no longer slows down',
    strength: 0.8,
    produces: {
      'traffic-up': 0.9,
      'rate-limit': 1,
      cpu: 0.8,
      'database-load': 0.8,
      retries: 0.8,
      latency: 0.5,
      'pool-wait': 0.5,
      threads: 0.95,
      timeout: 0.4,
      memory: 0.85,
      oom: 0.8,
      'file-handles': 0.7,
    },
  },
  {
    line: /retry|retries|retryable|tenacity|backoff/i,
    says: 'no longer tries again',
    strength: 0.7,
    produces: { error: 0.9, timeout: 0.5, refused: 0.4, reset: 0.5, 'wrong-data': 0.2 },
  },
  {
    line: /circuit|breaker|fallback|bulkhead|hystrix|resilience|degrade/i,
    says: 'no longer has a way out when another service fails',
    strength: 0.75,
    produces: { error: 0.8, latency: 0.8, timeout: 0.8, threads: 0.7, 'pool-wait': 0.5, crash: 0.3 },
  },
  {
    line: /initial\w*\(|init\(|setup\(|register\w*\(|\.use\(|inject|bind\(|provide\w*\(|mount\(|\.route\(|handlefunc\(|\.(get|post|put|delete)\(\s*["'`]\/|addmodule|include_router|app\.register/i,
    says: 'no longer sets up what is used later',
    strength: 0.7,
    produces: {
      'not-found': 0.9,
      startup: 0.8,
      crash: 0.8,
      error: 0.7,
      unauthorized: 0.4,
      silence: 0.6,
      'config-missing': 0.4,
      schema: 0.3,
    },
  },
  {
    line: /sanitiz|escape|validate|parse|normaliz|trim\(|tolower|toupper|strip\(|encode|decode|convert|cast|round|floor|ceil/i,
    says: 'no longer brings its input into shape',
    strength: 0.6,
    produces: {
      validation: 0.9,
      'wrong-data': 0.8,
      error: 0.6,
      schema: 0.5,
      crash: 0.4,
      duplicates: 0.3,
      'cache-miss': 0.5,
    },
  },
]

/** Something that had to be done is no longer done. */
export const dutyDropped: DiffClass = {
  name: 'duty-dropped',
  fault: 'code',
  find: edit => edit.files.flatMap(file => dropped(file, edit)),
}

function dropped(file: FileEdit, edit: Edit): Hit[] {
  if (file.role !== 'code') return []
  return duties.flatMap((duty): Hit[] => {
    const lines = file.removed.filter(line => duty.line.test(line))
    const now = edit.files.flatMap(({ added }) => added).filter(line => duty.line.test(line)).length
    if (lines.length === 0 || now >= lines.length) return []
    return [
      {
        says: `${duty.says}: ${quoted(lines[0] ?? '')} is gone`,
        file: file.path,
        strength: duty.strength * (now > 0 ? 0.6 : 1),
        produces: duty.produces,
      },
    ]
  })
}
