import type { Incident } from './incident.world.ts'

/** First batch: what takes too much of something. */
export const firstLoad: Readonly<Record<string, Incident>> = {
  'memory that only grows': {
    did: 'b1-sessions',
    alert: [
      'notifyservice',
      'container_memory_working_set_bytes',
      'notifyservice memory above 90% of its limit; pods OOMKilled',
    ],
    onset: 70,
    metrics: {
      'notifyservice container_memory_working_set_bytes': [310000000, 1040000000, 32],
      'notifyservice pod_restart_total': [0, 7],
      'notifyservice http_server_duration_p99_ms': [80, 420],
    },
    logs: [
      'kubelet WARN Container notify in pod notifyservice-6d9f-x2k was OOMKilled (exit code 137)',
      'notifyservice WARN GC pause {n}ms exceeds budget',
      'webapp ERROR upstream notifyservice connection reset by peer',
    ],
    usual: ['notifyservice push delivered to device', 'webapp page rendered'],
    changes: [
      {
        id: 'b1-sessions',
        message: 'feat(notify): remember which devices were seen for dedup',
        service: 'notifyservice',
        deployed: 30,
        files: {
          'services/notify/dedup.go': `@@ type Dispatcher struct {
     sender Sender
+    seen   map[string]Receipt
 }
@@ func (d *Dispatcher) Dispatch(ctx context.Context, p Push) error {
+    key := p.DeviceID + ":" + p.MessageID
+    if _, ok := d.seen[key]; ok {
+        return nil
+    }
+    d.seen[key] = Receipt{Payload: p.Body, At: time.Now()}
     return d.sender.Send(ctx, p)`,
        },
      },
      {
        id: 'b1-handler',
        message: 'refactor(notify): tidy push handler',
        service: 'notifyservice',
        deployed: 66,
        files: {
          'services/notify/handler.go': `-    if err != nil { http.Error(w, err.Error(), 500); return }
+    if err != nil {
+        writeError(w, http.StatusInternalServerError, err)
+        return
+    }`,
        },
      },
      {
        id: 'b1-memlimit',
        message: 'chore(web): raise memory request of webapp',
        service: 'webapp',
        deployed: 58,
        files: { 'deploy/webapp/values.yaml': `   requests:\n-    memory: 256Mi\n+    memory: 384Mi` },
      },
    ],
  },
  'one query per row': {
    did: 'b1-orders',
    alert: ['orderapi', 'http_request_duration_p95_seconds', 'orderapi GET /orders p95 above 2s'],
    metrics: {
      'orderapi http_request_duration_p95_seconds': [0.18, 4.2],
      'orderdb queries_per_second': [420, 9800],
      'orderdb cpu_utilization_pct': [22, 91],
    },
    logs: [
      'orderapi WARN request GET /orders took {n}ms, 412 SQL statements',
      'shopfront ERROR timeout waiting for orderapi /orders after 5000ms',
    ],
    usual: ['orderapi listed orders', 'shopfront handled request'],
    spans: [
      'shopfront GET /orders 5000 error',
      'orderapi OrderList.get 4800 ok',
      'orderapi SELECT customers_customer 9 ok',
    ],
    changes: [
      {
        id: 'b1-orders',
        message: 'refactor: move order list onto the generic serializer',
        service: 'orderapi',
        deployed: 56,
        files: {
          'orderapi/views/orders.py': `@@ class OrderList(ListAPIView):
-    queryset = Order.objects.select_related("customer", "address").prefetch_related("lines")
-    serializer_class = OrderRowSerializer
+    queryset = Order.objects.all()
+    serializer_class = OrderSerializer`,
        },
      },
      {
        id: 'b1-index',
        message: 'perf(db): index orders by customer',
        service: 'orderdb',
        deployed: 58,
        files: {
          'db/migrations/0081_orders_customer_idx.sql':
            '+CREATE INDEX CONCURRENTLY idx_orders_customer ON orders (customer_id);',
        },
      },
      {
        id: 'b1-css',
        message: 'feat: orders page shows request duration badge',
        service: 'shopfront',
        deployed: 59,
        files: {
          'shopfront/src/orders/Badge.tsx':
            '+export const Badge = ({ ms }: { ms: number }) => <span className="badge">{ms} ms</span>',
        },
      },
    ],
  },
  'an index that went': {
    did: 'b1-drop',
    alert: ['ledgerdb', 'query_duration_p99_ms', 'ledgerdb query p99 above 1s'],
    metrics: {
      'ledgerdb query_duration_p99_ms': [14, 6200],
      'ledgerdb rows_examined_per_second': [9000, 4400000],
      'ledger http_5xx_ratio': [0.001, 0.22],
    },
    logs: [
      'ledgerdb WARN slow query ({n} ms): SELECT * FROM entries WHERE account_id = $1 ORDER BY booked_at DESC LIMIT 50',
      'ledger ERROR org.postgresql.util.PSQLException: canceling statement due to statement timeout at com.acme.ledger.EntryRepository.findRecent(EntryRepository.java:88)',
    ],
    usual: ['ledger entries listed', 'ledgerdb checkpoint complete'],
    changes: [
      {
        id: 'b1-drop',
        message: 'chore(db): clean up indexes flagged as unused on the replica',
        service: 'ledgerdb',
        deployed: 57,
        files: {
          'ledger/src/main/resources/db/migration/V114__cleanup.sql': `+DROP INDEX IF EXISTS idx_entries_account_booked;
+DROP INDEX IF EXISTS idx_transfers_legacy_ref;`,
        },
      },
      {
        id: 'b1-repo',
        message: 'refactor(ledger): constructor injection in EntryRepository',
        service: 'ledger',
        deployed: 54,
        files: {
          'ledger/src/main/java/com/acme/ledger/EntryRepository.java': `-    @Autowired private JdbcTemplate jdbc;
+    private final JdbcTemplate jdbc;
+
+    EntryRepository(JdbcTemplate jdbc) {
+        this.jdbc = jdbc;
+    }`,
        },
      },
      {
        id: 'b1-slowlog',
        message: 'chore: log slow queries with their duration',
        service: 'ledger',
        deployed: 59,
        files: { 'ledger/src/main/resources/application.yaml': '+  datasource.slow-query-log: true' },
      },
    ],
  },
  'trying again and again': {
    did: 'b1-again',
    alert: ['pricing', 'requests_per_second', 'pricing saturated: request rate 6x, queue full'],
    metrics: {
      'pricing requests_per_second': [310, 2100],
      'pricing cpu_utilization_pct': [35, 99],
      'basket http_5xx_ratio': [0.002, 0.31],
      'basket outbound_requests_per_second': [300, 2080],
    },
    logs: [
      'basket WARN attempt 9 of 12 for GET http://pricing/v1/quote failed: 503',
      'pricing ERROR request rejected: queue full (512)',
    ],
    usual: ['pricing quote computed', 'basket basket updated'],
    changes: [
      {
        id: 'b1-again',
        message: 'feat(basket): be more resilient to blips of pricing',
        service: 'basket',
        deployed: 52,
        files: {
          'basket/src/clients/pricing.ts': `-const client = axiosRetry(http, { retries: 2, retryDelay: axiosRetry.exponentialDelay })
+const client = axiosRetry(http, { retries: 12, retryDelay: () => 0, retryCondition: () => true })`,
        },
      },
      {
        id: 'b1-quote',
        message: 'refactor(pricing): rename quote variables',
        service: 'pricing',
        deployed: 57,
        files: {
          'pricing/src/quote.ts':
            '-  const q = compute(items)\n-  return q\n+  const quote = compute(items)\n+  return quote',
        },
      },
      {
        id: 'b1-queue',
        message: 'chore(pricing): export queue length',
        service: 'pricing',
        deployed: 50,
        files: {
          'pricing/src/metrics.ts':
            "+register(new Gauge({ name: 'queue_length', collect() { this.set(queue.size) } }))",
        },
      },
    ],
  },
  'a pattern that goes back and forth': {
    did: 'b1-slug',
    alert: ['profiles', 'event_loop_lag_seconds', 'profiles event loop lag above 1s'],
    metrics: {
      'profiles event_loop_lag_seconds': [0.004, 7.5],
      'profiles cpu_utilization_pct': [18, 100],
      'profiles http_requests_per_second': [240, 30],
    },
    logs: [
      'profiles WARN event loop blocked for {n}ms in validateHandle',
      'edge ERROR upstream profiles: no response within 10s',
    ],
    usual: ['profiles profile saved', 'edge proxied'],
    changes: [
      {
        id: 'b1-slug',
        message: 'fix: accept dots and dashes in handles',
        service: 'profiles',
        deployed: 55,
        files: {
          'profiles/src/validate.ts': `-const handle = /^[a-z0-9_]{3,30}$/
+const handle = /^([a-z0-9_]+[.-]?)+$/
 export function validateHandle(text: string): boolean {`,
        },
      },
      {
        id: 'b1-avatar',
        message: 'feat: larger avatars',
        service: 'profiles',
        deployed: 58,
        files: { 'profiles/src/avatar.ts': '-export const size = 96\n+export const size = 128' },
      },
      {
        id: 'b1-lag',
        message: 'chore: sample event loop lag every second',
        service: 'profiles',
        deployed: 49,
        files: { 'profiles/src/telemetry.ts': '-const every = 5_000\n+const every = 1_000' },
      },
    ],
  },
}
