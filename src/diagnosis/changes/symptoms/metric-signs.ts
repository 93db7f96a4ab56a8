import type { SymptomKind } from './symptom.ts'

interface MetricSign {
  name: RegExp
  up?: readonly SymptomKind[]
  down?: readonly SymptomKind[]
}

/** What it means when a metric of such a name goes up or down; the first that fits tells it. */
const signs: readonly MetricSign[] = [
  { name: /cert\w*_?(expir|valid|days|ttl|remaining)|days_to_expiry/, down: ['certificate'] },
  { name: /tls|ssl|handshake|x509|certificate/, up: ['certificate'] },
  { name: /dns|resolv|lookup_(fail|err|dur)/, up: ['dns'] },
  { name: /oom/, up: ['oom', 'restarts', 'memory'] },
  { name: /panic|uncaught|unhandled|segfault|crash/, up: ['crash', 'error'] },
  { name: /restart|backoff/, up: ['restarts', 'crash'] },
  {
    name: /(ready|available|healthy|running|live)_?(replicas|pods|endpoints|hosts|instances|nodes|targets)|(replicas|pods|endpoints|hosts|targets)_?(ready|available|healthy|up)/,
    down: ['restarts', 'refused', 'probe'],
  },
  { name: /probe|health_?check/, up: ['probe'], down: ['probe'] },
  { name: /deadlock|lock_?(wait|time|contention|held|timeouts?)|row_?lock|mutex/, up: ['lock', 'latency'] },
  { name: /pool_?(max|size|capacity|limit)|max_?(conn|connections|pool)/, down: ['pool-wait'] },
  {
    name: /pool_?(wait|pending|acquire|queue|timeouts?|waiters|in_?use|active|used|busy|utili[sz]ation|exhaust)|(pending|waiting|active|open|idle_in_transaction|in_?use)_?conn|conn\w*_(wait|pending|active|open|in_?use|used|acquire|count)/,
    up: ['pool-wait'],
  },
  {
    name: /(open|used)_?(fds?|files|file_?(desc|handles)\w*)|fd_?(count|used|open)|file_?descriptors?|sockets?_?(open|used|time_?wait)|time_?wait/,
    up: ['file-handles'],
  },
  {
    name: /goroutine|threads?_?(count|active|busy|blocked|pool)|(active|busy|blocked|live)_?(threads|workers|tasks)|workers?_?(busy|active|util|saturat)|thread_?pool|executor|event_?loop|in_?flight|concurren/,
    up: ['threads', 'latency'],
  },
  { name: /cache\w*_?(hit|hits)\w*(ratio|rate|pct|percent)?|hit_?(ratio|rate)/, down: ['cache-miss'] },
  { name: /cache\w*_?(miss|evict)|evictions?/, up: ['cache-miss'] },
  { name: /cache\w*_?(entries|size|items|keys|bytes)/, up: ['memory'], down: ['cache-miss'] },
  {
    name: /(quer|sql|db|database|redis|cache|rpc|http|downstream|upstream|outbound|backend)\w*_?(calls|quer\w*|requests|statements|fetches|reads)?_?per_?(req|request|page|call|op|item|order|transaction)|fan_?out/,
    up: ['calls-per-request', 'database-load'],
  },
  {
    name: /(db|database|sql|postgres|mysql|mongo|query)\w*cpu|rds\w*cpu/,
    up: ['database-load', 'cpu', 'slow-query'],
  },
  {
    name: /(slow_?quer|seq_?scan|full_?scan|rows_?(scanned|examined|read)|query\w*_?(duration|time|latency|p9\d)|(db|database|sql)\w*(duration|latency|p9\d|time))/,
    up: ['slow-query', 'database-load', 'latency'],
  },
  {
    name: /(db|database|sql|postgres|mysql|mongo|redis)\w*(quer|qps|ops|calls|commands|statements|transactions|reads|rate)|quer\w*_?per_?sec|iops/,
    up: ['database-load'],
    down: ['traffic-down'],
  },
  { name: /replication_?(lag|delay)|replica_?lag/, up: ['stale-data', 'database-load'] },
  {
    name: /stale|freshness|data_?age|last_?(update|success|sync)_?(age|seconds|lag)?/,
    up: ['stale-data', 'silence'],
  },
  { name: /throttl\w*/, up: ['throttling', 'rate-limit', 'cpu'] },
  { name: /node_?(cpu|mem|load|disk|pressure)|steal|pressure/, up: ['node', 'cpu'] },
  {
    name: /401|unauthori[sz]|unauthenti|auth\w*_?(fail|err|reject|denied)|(token|jwt|session|login|signin)\w*_?(err|fail|reject|invalid|expired)/,
    up: ['unauthorized', 'error'],
  },
  { name: /(login|signin|auth|session|token)\w*_?success/, down: ['unauthorized'] },
  { name: /403|forbidden|denied|permission/, up: ['forbidden', 'error'] },
  { name: /404|not_?found/, up: ['not-found', 'error'] },
  { name: /429|rate_?limit|too_?many|quota/, up: ['rate-limit', 'error'] },
  { name: /timeouts?|timed_?out|deadline/, up: ['timeout', 'error', 'latency'] },
  { name: /(log_?in|sign_?in|auth\w*)_?attempts/, up: ['traffic-up'] },
  { name: /retr(y|ies)|attempts/, up: ['retries', 'traffic-up'] },
  { name: /duplicat|double_|replayed|idempot/, up: ['duplicates', 'wrong-data'] },
  {
    name: /deserial|decode|unmarshal|parse|validation|malformed|schema|400|422|bad_?request|invalid|missing_?(table|column|field)/,
    up: ['validation', 'schema', 'error'],
  },
  { name: /dead_?letter|dlq|poison/, up: ['backlog', 'validation', 'error'] },
  {
    name: /backlog|messages_(ready|waiting|pending|unacked)|(jobs|tasks|requests)_(waiting|queued|pending)|\blag\b|_lag|lag_|queue\w*_?(depth|len|size|age|pending|messages|oldest|time)|oldest_?message|unacked|pending_?(jobs|messages|tasks)|buffer_?(used|fill|size)|queue_?d/,
    up: ['backlog'],
  },
  {
    name: /log\w*_?(lines|bytes|volume|rate|throughput|ingest\w*|write\w*|records|lps)|bytes_?logged/,
    up: ['log-volume'],
    down: ['silence'],
  },
  { name: /disk|volume_?used|filesystem|storage_?used|inode|wal_?size/, up: ['disk'] },
  {
    name: /groundedness|faithful|relevance|quality|accuracy|eval\w*_?score|satisfaction|thumbs_?up|csat/,
    down: ['quality'],
  },
  { name: /hallucinat|thumbs_?down|escalat/, up: ['quality'] },
  { name: /refus/, up: ['refusal'] },
  { name: /guardrail\w*(block|trip|flag)?/, up: ['refusal'] },
  {
    name: /(prompt|completion|input|output|total|llm)?_?tokens(_|$)/,
    up: ['tokens', 'cost'],
    down: ['context-overflow'],
  },
  { name: /cost|spend|usd|billing/, up: ['cost'] },
  { name: /retriev\w*_?(docs|hits|count|results|score)|chunks|recall/, down: ['retrieval-empty', 'quality'] },
  { name: /(heap|memory|mem|rss|working_?set|gc_?pause|gc_?time|gc_?count)\w*/, up: ['memory'] },
  { name: /cpu|load_?(avg|1m|5m|15m)|utili[sz]ation/, up: ['cpu'] },
  { name: /mismatch|discrepan|wrong|incorrect|negative|reconcil|drift/, up: ['wrong-data'] },
  {
    name: /(result|results|items|rows|hits|matches|records|recommend\w*)_?(count|returned|avg|size|len)/,
    down: ['wrong-data'],
    up: ['wrong-data'],
  },
  { name: /5xx|50\d|err(or)?s?(_|$)|err_|error|fail|exception|reject|abort|drop(ped|s)?/, up: ['error'] },
  { name: /availab|success|uptime|healthy|slo/, down: ['error'] },
  {
    name: /^(?!.*(latency|duration|time|bytes|_ms|seconds)).*(revenue|conversion|order_?total|amount|price|balance|margin)/,
    up: ['wrong-data'],
    down: ['wrong-data', 'traffic-down'],
  },
  { name: /latency|duration|response_?time|p50|p90|p95|p99|elapsed|_ms$|_seconds$|wait/, up: ['latency'] },
  {
    name: /(request|req|rps|qps|tps|hits|traffic|throughput|calls|connections|sessions|visits|orders|events|messages|records|jobs|processed|consumed|flushed|enriched|ops|_per_(sec|min)|lps)/,
    up: ['traffic-up'],
    down: ['traffic-down'],
  },
  {
    name: /checkout_?rate/,
    up: ['wrong-data'],
    down: ['wrong-data', 'traffic-down'],
  },
]

/** What a metric that went up or down shows; empty when its name tells nothing, or it went the good way. */
export function kindsShown(metric: string, direction: 'up' | 'down'): readonly SymptomKind[] {
  const name = metric
    .slice(0, 200)
    .toLowerCase()
    .replace(/[.\-\s]/g, '_')
  return signs.find(sign => sign.name.test(name))?.[direction] ?? []
}

/** Least change that is worth a look, in the unit that the name and the level suggest. */
export function floorOf(metric: string, before: number): number {
  const name = metric.slice(0, 200).toLowerCase()
  if (/ratio|_pct|percent|rate_pct|utili[sz]ation|availability/.test(name))
    return Math.abs(before) <= 1.5 && !/_pct$|percent/.test(name) ? 0.01 : Math.abs(before) <= 1 ? 0.02 : 1
  if (/_ms$|millis/.test(name)) return 15
  if (/seconds|_s$|latency|duration/.test(name)) return Math.abs(before) > 20 ? 15 : 0.03
  if (/bytes/.test(name)) return 5 * 2 ** 20
  if (/cores|cpu/.test(name)) return Math.abs(before) > 5 ? 4 : 0.05
  if (/gib|gb/.test(name)) return 0.1
  return 1
}
