import type { Edit } from '../diff/edit.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

interface Burden {
  line: RegExp
  says: string
  strength: number
  produces: Produces
}

/** What a program does in addition, and what that may cost. */
const burdens: readonly Burden[] = [
  {
    line: /\b(r?lock|synchronized|acquire|withlock|mutex|semaphore)\b\w*\(?|synchronized|for update|lock table|setnx/i,
    says: 'waits for a lock',
    strength: 0.8,
    produces: {
      lock: 1,
      latency: 0.9,
      threads: 0.8,
      timeout: 0.8,
      'pool-wait': 0.6,
      backlog: 0.6,
      'database-load': 0.3,
      'traffic-down': 0.4,
    },
  },
  {
    line: /\b(thread\.)?sleep\(|time\.sleep|settimeout\(|delay\(|usleep/i,
    says: 'sleeps',
    strength: 0.75,
    produces: { latency: 1, timeout: 0.8, threads: 0.7, backlog: 0.8, 'pool-wait': 0.6 },
  },
  {
    line: /\w+sync\(|\.get\(\)$|\.block\(\)|\.result\b|runblocking|\.join\(\)|wait_for|blocking/i,
    says: 'waits in place',
    strength: 0.75,
    produces: { latency: 1, threads: 1, timeout: 0.8, cpu: 0.8, probe: 0.5, lock: 0.4, backlog: 0.6 },
  },
  {
    line: /(pbkdf2|bcrypt|scrypt|argon2|gzip|zstd|brotli|compress|encrypt|sha512|hash\(|json\.stringify|deepcopy|clone\(|structuredclone|\.sort\(|regex|re\.compile|new regexp|pattern\.compile|matches\()/i,
    says: 'computes more for each request',
    strength: 0.6,
    produces: { cpu: 1, latency: 0.8, throttling: 0.8, timeout: 0.5, threads: 0.4, memory: 0.4 },
  },
  {
    line: /go func|new thread|threading\.thread|create_task|executor\.submit|spawn\(|asyncio\.ensure_future|setinterval|ticker|goroutine|fork\(|promise\.all|p_?map\(|gather\(|concurrency|parallel|errgroup|\.go\(func/i,
    says: 'starts work beside the request',
    strength: 0.6,
    produces: {
      threads: 0.9,
      memory: 0.9,
      cpu: 0.6,
      'database-load': 0.6,
      'rate-limit': 0.7,
      oom: 0.5,
      crash: 0.4,
      'pool-wait': 0.6,
      'wrong-data': 0.4,
      duplicates: 0.3,
      'file-handles': 0.4,
    },
  },
  {
    line: /while\s*\(?\s*(true|1)\b|for\s*\{\s*$|for\s*\(;;\)|loop\s*\{/i,
    says: 'loops without an end',
    strength: 0.7,
    produces: {
      cpu: 1,
      'traffic-up': 0.6,
      throttling: 0.7,
      latency: 0.5,
      threads: 0.6,
      memory: 0.4,
      'database-load': 0.5,
    },
  },
  {
    line: /\b(open|newclient|new \w*client|createclient|connect|dial|createpool|newpool|sql\.open|http\.client\{|createconnection|getconnection|begin(tx)?|new \w*pool)\w*\(/i,
    says: 'opens a connection of its own',
    strength: 0.6,
    produces: {
      'pool-wait': 0.9,
      'file-handles': 0.9,
      memory: 0.6,
      threads: 0.4,
      refused: 0.5,
      latency: 0.6,
      'database-load': 0.4,
      timeout: 0.4,
    },
  },
  {
    line: /retry|retryable|\.retries|tenacity|backoff\.retry|withretry|for .{0,40}attempt/i,
    says: 'tries again',
    strength: 0.75,
    produces: {
      retries: 1,
      'traffic-up': 0.9,
      'rate-limit': 0.8,
      'database-load': 0.6,
      duplicates: 0.8,
      latency: 0.6,
      timeout: 0.5,
      cpu: 0.4,
      'pool-wait': 0.4,
    },
  },
  {
    line: /\b(http|axios|fetch|requests|client|grpc|api|stub|svc)\w*\.?\w*(get|post|call|do|send|fetch|request|invoke|new)\w*\(|\bfetch\(/i,
    says: 'calls another service',
    strength: 0.5,
    produces: {
      latency: 0.9,
      timeout: 0.8,
      error: 0.6,
      refused: 0.5,
      'rate-limit': 0.6,
      'calls-per-request': 0.7,
      dns: 0.3,
      threads: 0.4,
      unauthorized: 0.3,
      forbidden: 0.3,
      cost: 0.4,
    },
  },
  {
    line: /redirect|rewrite|\.status\(\s*[345]\d\d|writeheader\(\s*(http\.status\w*(error|unavailable|forbidden|unauthorized|notfound|badrequest)|[345]\d\d)|sendstatus\([345]|abort\([345]/i,
    says: 'answers with another status',
    strength: 0.5,
    produces: {
      error: 0.9,
      'not-found': 0.6,
      forbidden: 0.5,
      unauthorized: 0.4,
      probe: 0.6,
      validation: 0.5,
    },
  },
  {
    line: /\b(panic|throw new|raise |os\.exit|process\.exit|system\.exit|abort\(\)|sys\.exit|fatal\w*\(|\.unwrap\(\)|\.expect\()/i,
    says: 'gives up where it went on before',
    strength: 0.7,
    produces: { crash: 1, error: 0.8, restarts: 0.8, startup: 0.8, validation: 0.4 },
  },
]

/** Work that is done in addition. */
export const burdenAdded: DiffClass = {
  name: 'burden-added',
  fault: 'code',
  find: edit => edit.files.flatMap(file => added(file, edit)),
}

function added(file: FileEdit, edit: Edit): Hit[] {
  if (file.role !== 'code') return []
  return burdens.flatMap((burden): Hit[] => {
    const lines = file.added.filter(
      line => burden.line.test(line) && !/^(import|from|use|using|#include|require)\b/.test(line),
    )
    const before = edit.files.flatMap(({ removed }) => removed).filter(line => burden.line.test(line)).length
    if (lines.length <= before) return []
    return [
      {
        says: `${burden.says}: ${quoted(lines[0] ?? '')}`,
        file: file.path,
        strength: burden.strength,
        produces: burden.produces,
      },
    ]
  })
}

/** What ran beside the request or in the background is now waited for. */
export const madeSynchronous: DiffClass = {
  name: 'made-synchronous',
  fault: 'code',
  find: edit =>
    edit.files.flatMap((file): Hit[] => {
      if (file.role !== 'code') return []
      const beside =
        /\bgo\s+\w|go func|enqueue|publish|\.delay\(|apply_async|executor|completablefuture|@async|\basync\b|create_task|fire_?and_?forget|queue\w*\.(add|push|send|put)|setimmediate|promise\.all|gather\(|errgroup|parallel/i
      const [gone, fresh] = [
        file.removed.find(line => beside.test(line)),
        file.added.filter(line => beside.test(line)),
      ]
      if (
        gone === undefined ||
        file.added.length === 0 ||
        fresh.length >= file.removed.filter(line => beside.test(line)).length
      )
        return []
      return [
        {
          says: `does in place what it did beside: ${quoted(gone)} is gone`,
          file: file.path,
          strength: 0.75,
          produces: {
            latency: 1,
            timeout: 0.8,
            threads: 0.8,
            'pool-wait': 0.5,
            backlog: 0.6,
            cpu: 0.3,
            error: 0.3,
          },
        },
      ]
    }),
}

const shared =
  /^(export |private |public |static |final |readonly |protected )*(var|static|const|let|val|lazy|global|@singleton|@lru_cache|@cached|_?[A-Z_]{3,}\s*=|private|func \w+\(\).{0,60}return)\b.{0,80}(client|pool|session|conn|connection|transport|engine|channel|template|mapper|compiled|regex|pattern|producer|shared|instance|once)/i
const made =
  /(return|:?=)\s*&?[\w.]*(new\s?\w*|create\w*|client|pool|session|connect|transport|engine|dial|open|build)\w*[({]/i

/** What was made once and shared is made anew for each call. */
export const sharingLost: DiffClass = {
  name: 'sharing-lost',
  fault: 'code',
  find: edit =>
    edit.files.flatMap((file): Hit[] => {
      if (file.role !== 'code') return []
      const lost = file.removed.find(line => shared.test(line))
      const anew = file.added.find(line => made.test(line) && !shared.test(line))
      if (lost === undefined || anew === undefined) return []
      return [
        {
          says: `makes anew for each call what was shared: ${quoted(lost)} is gone`,
          file: file.path,
          strength: 0.8,
          produces: {
            'file-handles': 1,
            'pool-wait': 0.9,
            refused: 0.6,
            latency: 0.8,
            threads: 0.7,
            memory: 0.7,
            cpu: 0.7,
            timeout: 0.6,
            reset: 0.4,
            oom: 0.4,
            error: 0.4,
            'database-load': 0.4,
            unreachable: 0.3,
          },
        },
      ]
    }),
}
