import type { Incident } from './incident.world.ts'

/** Second batch: platform, libraries, data. */
export const secondPlatform: Readonly<Record<string, Incident>> = {
  'half of a processor': {
    did: 'b2-cpu',
    alert: ['encoder', 'job_duration_p95_seconds', 'encoder jobs take four times as long'],
    metrics: {
      'encoder job_duration_p95_seconds': [40, 170],
      'encoder container_cpu_cfs_throttled_seconds': [0.01, 0.7],
      'encoder container_cpu_usage_cores': [1.9, 0.5],
    },
    logs: ['encoder WARN job {n} is late'],
    usual: ['encoder job done'],
    changes: [
      {
        id: 'b2-cpu',
        message: 'cost: requests and limits as recommended',
        service: 'encoder',
        deployed: 56,
        files: { 'deploy/encoder/values.yaml': ' resources:\n   limits:\n-    cpu: "2"\n+    cpu: 500m' },
      },
      {
        id: 'b2-codec',
        message: 'feat(encoder): AV1 behind a parameter',
        service: 'encoder',
        deployed: 58,
        files: { 'encoder/codec.py': '+    if params.get("codec") == "av1":\n+        return Av1()' },
      },
      {
        id: 'b2-job',
        message: 'refactor(encoder): job type',
        service: 'encoder',
        deployed: 53,
        files: { 'encoder/job.py': '-def run(job):\n+def run(job: Job) -> None:' },
      },
    ],
  },
  'a switch that somebody turned': {
    did: 'flag:instant_refunds',
    alert: ['refunds', 'refund_failure_ratio', 'refunds fail'],
    metrics: { 'refunds refund_failure_ratio': [0.004, 0.72], 'refunds requests_per_second': [12, 12] },
    logs: [
      'refunds ERROR instant refund of {n} failed: wallet balance of merchant is negative',
      'refunds WARN refund queued for review',
    ],
    usual: ['refunds refund made'],
    changes: [
      {
        id: 'flag:instant_refunds',
        message: 'flag instant_refunds: off->on',
        kind: 'flag',
        service: 'refunds',
        deployed: 59,
      },
      {
        id: 'b2-review',
        message: 'refactor(refunds): review queue in its own module',
        service: 'refunds',
        deployed: 55,
        files: {
          'refunds/review.py': '+class ReviewQueue:\n+    def push(self, refund): self.items.append(refund)',
          'refunds/main.py':
            '-    def push(self, refund): self.items.append(refund)\n+from refunds.review import ReviewQueue',
        },
      },
      {
        id: 'b2-merchant',
        message: 'feat(refunds): merchant name in the mail',
        service: 'refunds',
        deployed: 57,
        files: {
          'refunds/mail.py':
            '-    return f"Refund of {amount}"\n+    return f"Refund of {amount} by {merchant.name}"',
        },
      },
    ],
  },
  'keys that moved': {
    did: 'b2-ring',
    alert: ['sessioncache', 'cache_hit_ratio', 'sessioncache hit ratio below 20%'],
    metrics: {
      'sessioncache cache_hit_ratio': [0.96, 0.11],
      'userdb queries_per_second': [500, 6100],
      'userdb cpu_utilization_pct': [25, 93],
    },
    logs: ['userdb WARN active queries {n}', 'account WARN session loaded from userdb'],
    usual: ['account session read', 'userdb checkpoint complete'],
    changes: [
      {
        id: 'b2-ring',
        message: 'chore(cacheclient): plain modulo is enough',
        written: 40,
        files: {
          'pkg/cacheclient/pick.go':
            '-    return c.ring.Get(key)\n+    return c.nodes[fnv32(key)%uint32(len(c.nodes))]',
        },
      },
      {
        id: 'b2-acc',
        message: 'feat(account): last seen',
        service: 'account',
        deployed: 56,
        files: { 'account/seen.go': '+    user.LastSeen = now' },
      },
      {
        id: 'b2-userdb',
        message: 'chore(userdb): dashboard of active queries',
        service: 'userdb',
        deployed: 58,
        files: { 'dashboards/userdb.json': '+{ "title": "active queries" }' },
      },
    ],
  },
  'a table that nobody may touch': {
    did: 'b2-alter',
    alert: ['tickets', 'http_server_duration_p99_ms', 'tickets p99 above 30s'],
    metrics: {
      'tickets http_server_duration_p99_ms': [90, 30000],
      'ticketsdb lock_wait_seconds': [0.01, 28],
      'tickets http_5xx_ratio': [0.001, 0.6],
    },
    logs: [
      'ticketsdb WARN process {n} still waiting for AccessExclusiveLock on relation tickets after 1000 ms',
      'tickets ERROR canceling statement due to lock timeout',
    ],
    usual: ['tickets ticket read', 'ticketsdb checkpoint complete'],
    changes: [
      {
        id: 'b2-alter',
        message: 'feat(tickets): tickets have a priority',
        service: 'tickets',
        deployed: 58,
        files: {
          'tickets/migrations/0052_priority.sql':
            '+ALTER TABLE tickets ALTER COLUMN priority TYPE bigint USING priority::bigint;',
        },
      },
      {
        id: 'b2-lockmetric',
        message: 'chore(ticketsdb): log lock waits',
        service: 'ticketsdb',
        deployed: 50,
        files: { 'deploy/ticketsdb/postgresql.conf': '-log_lock_waits = off\n+log_lock_waits = on' },
      },
      {
        id: 'b2-read',
        message: 'refactor(tickets): reader',
        service: 'tickets',
        deployed: 55,
        files: {
          'tickets/read.py':
            '-    row = cursor.fetchone()\n-    return Ticket(*row)\n+    return Ticket(*cursor.fetchone())',
        },
      },
    ],
  },
  'statements that are not there': {
    did: 'b2-bouncer',
    alert: ['ledgerapi', 'http_5xx_ratio', 'ledgerapi 5xx above 5%'],
    metrics: { 'ledgerapi http_5xx_ratio': [0.001, 0.21], 'pgbouncer active_connections': [80, 60] },
    logs: ['ledgerapi ERROR prepared statement "lrupsc_1_{n}" does not exist (SQLSTATE 26000)'],
    usual: ['ledgerapi entry booked', 'pgbouncer stats'],
    changes: [
      {
        id: 'b2-bouncer',
        message: 'chore(pgbouncer): more clients for the same connections',
        service: 'pgbouncer',
        deployed: 57,
        files: { 'deploy/pgbouncer/pgbouncer.ini': '-pool_mode = session\n+pool_mode = transaction' },
      },
      {
        id: 'b2-entry',
        message: 'feat(ledgerapi): entries have a memo',
        service: 'ledgerapi',
        deployed: 59,
        files: { 'ledgerapi/entry.go': '+    Memo string' },
      },
      {
        id: 'b2-sql',
        message: 'refactor(ledgerapi): SQL in files',
        service: 'ledgerapi',
        deployed: 51,
        files: {
          'ledgerapi/queries.go':
            '-const list = `SELECT id, amount FROM entries`\n+//go:embed list.sql\n+var list string',
        },
      },
    ],
  },
  'parcels that are too large': {
    did: 'b2-batch',
    alert: ['telemetryrelay', 'send_failures_per_second', 'telemetryrelay cannot send'],
    metrics: {
      'telemetryrelay send_failures_per_second': [0, 18],
      'telemetryrelay buffer_used_pct': [4, 99, 56],
    },
    logs: [
      'telemetryrelay ERROR kafka server: message was too large, server rejected it to avoid allocation error',
      'telemetryrelay WARN buffer is 90% full',
    ],
    usual: ['telemetryrelay batch sent'],
    changes: [
      {
        id: 'b2-batch',
        message: 'perf(telemetryrelay): fewer round trips',
        service: 'telemetryrelay',
        deployed: 55,
        files: { 'telemetryrelay/config/prod.toml': ' [sink]\n-batch_records = 500\n+batch_records = 20000' },
      },
      {
        id: 'b2-buf',
        message: 'feat(telemetryrelay): warn when the buffer is nearly full',
        service: 'telemetryrelay',
        deployed: 49,
        files: {
          'telemetryrelay/src/buffer.rs': '+    if self.used() > 0.9 { warn!("buffer is {}% full", 90); }',
        },
      },
      {
        id: 'b2-relay',
        message: 'chore(telemetryrelay): bump serde',
        service: 'telemetryrelay',
        deployed: 58,
        files: { 'telemetryrelay/Cargo.toml': '-serde = "1.0.203"\n+serde = "1.0.204"' },
      },
    ],
  },
  'logged out all the time': {
    did: 'b2-ttl',
    alert: ['portal', 'http_401_ratio', 'portal: users are logged out'],
    metrics: { 'portal http_401_ratio': [0.01, 0.55], 'idp tokens_issued_per_second': [9, 140] },
    logs: ['portal WARN token of user {n} expired 2 s ago', 'idp INFO token issued'],
    usual: ['portal page shown', 'idp token refreshed'],
    changes: [
      {
        id: 'b2-ttl',
        message: 'chore(idp): values as ISO durations',
        service: 'idp',
        deployed: 54,
        files: { 'idp/config/tokens.yaml': '-access_token_lifetime: 15m\n+access_token_lifetime: PT15S' },
      },
      {
        id: 'b2-theme',
        message: 'feat(portal): dark theme',
        service: 'portal',
        deployed: 58,
        files: { 'portal/src/theme.ts': "+export const dark = { background: '#111' }" },
      },
      {
        id: 'b2-token',
        message: 'refactor(portal): token store',
        service: 'portal',
        deployed: 57,
        files: {
          'portal/src/tokens.ts':
            '-let token: string | undefined\n+const store = { token: undefined as string | undefined }',
        },
      },
    ],
  },
  'a new connection each time': {
    did: 'b2-agent',
    alert: ['aggregator', 'http_5xx_ratio', 'aggregator 5xx above 5%'],
    metrics: {
      'aggregator http_5xx_ratio': [0.001, 0.19],
      'aggregator sockets_time_wait': [300, 28000],
      'feeds handshakes_per_second': [2, 700],
    },
    logs: ['aggregator ERROR connect EADDRNOTAVAIL 10.3.1.9:443 - Local (0.0.0.0:0)'],
    usual: ['aggregator feeds merged', 'feeds feed served'],
    changes: [
      {
        id: 'b2-agent',
        message: 'refactor(httpkit): no global state',
        written: 33,
        files: {
          'packages/httpkit/src/client.ts':
            '-const agent = new https.Agent({ keepAlive: true, maxSockets: 64 })\n-export const get = (url: string) => request(url, { agent })\n+export const get = (url: string) => request(url)',
        },
      },
      {
        id: 'b2-merge',
        message: 'feat(aggregator): merge by title',
        service: 'aggregator',
        deployed: 56,
        files: {
          'aggregator/src/merge.ts':
            '+export const byTitle = (items: Item[]) => Map.groupBy(items, item => item.title)',
        },
      },
      {
        id: 'b2-feed',
        message: 'chore(feeds): bump undici',
        service: 'feeds',
        deployed: 58,
        files: { 'feeds/package.json': '-    "undici": "6.19.0",\n+    "undici": "6.19.2",' },
      },
    ],
  },
}
