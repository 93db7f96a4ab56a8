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
  'goroutines that stay': {
    did: 'b1-ticker',
    alert: ['streamhub', 'go_goroutines', 'streamhub goroutines above 50000'],
    onset: 72,
    metrics: {
      'streamhub go_goroutines': [850, 96000, 40],
      'streamhub process_open_fds': [300, 9000, 40],
      'streamhub http_server_duration_p99_ms': [40, 900],
    },
    logs: [
      'streamhub ERROR accept tcp [::]:8080: accept4: too many open files',
      'player WARN reconnecting to streamhub',
    ],
    usual: ['streamhub subscriber joined', 'player segment loaded'],
    changes: [
      {
        id: 'b1-ticker',
        message: 'feat(streamhub): heartbeat per subscriber',
        service: 'streamhub',
        deployed: 39,
        files: {
          'streamhub/hub/subscribe.go': `@@ func (h *Hub) Subscribe(conn *websocket.Conn) {
-    defer conn.Close()
-    h.pump(conn)
+    go func() {
+        for range time.Tick(15 * time.Second) {
+            _ = conn.WriteMessage(websocket.PingMessage, nil)
+        }
+    }()
+    h.pump(conn)`,
        },
      },
      {
        id: 'b1-join',
        message: 'refactor(streamhub): name the join message',
        service: 'streamhub',
        deployed: 70,
        files: { 'streamhub/hub/messages.go': '-    Type: "join",\n+    Type: messageJoin,' },
      },
      {
        id: 'b1-player',
        message: 'feat(player): show reconnecting hint',
        service: 'player',
        deployed: 64,
        files: { 'player/src/Hint.jsx': '+export const Hint = () => <p role="status">Reconnecting…</p>' },
      },
    ],
  },
  'a heap that shrank': {
    did: 'b1-heap',
    alert: ['catalogue', 'jvm_gc_pause_seconds_sum', 'catalogue spends more than half of its time in GC'],
    metrics: {
      'catalogue jvm_gc_pause_seconds_sum': [0.02, 0.8],
      'catalogue http_server_duration_p99_ms': [120, 5600],
      'catalogue jvm_memory_used_ratio': [0.55, 0.99],
    },
    logs: [
      'catalogue ERROR java.lang.OutOfMemoryError: Java heap space',
      'catalogue WARN GC overhead: full GC took {n}ms',
    ],
    usual: ['catalogue page of products served'],
    changes: [
      {
        id: 'b1-heap',
        message: 'chore(deploy): unify JVM options between services',
        service: 'catalogue',
        deployed: 51,
        files: {
          'deploy/catalogue/deployment.yaml': `         - name: JAVA_TOOL_OPTIONS
-          value: "-XX:MaxRAMPercentage=75 -XX:+UseG1GC"
+          value: "-Xmx512m -XX:+UseSerialGC"`,
        },
      },
      {
        id: 'b1-page',
        message: 'feat(catalogue): product page shows stock',
        service: 'catalogue',
        deployed: 57,
        files: {
          'catalogue/src/main/java/com/acme/catalogue/ProductPage.java':
            '+        model.put("stock", stock.of(product.id()));',
        },
      },
      {
        id: 'b1-gcdash',
        message: 'chore: dashboard for JVM memory and GC pauses',
        files: {
          'dashboards/jvm.json': '+  { "title": "GC pause", "expr": "rate(jvm_gc_pause_seconds_sum[5m])" }',
        },
        written: 55,
      },
    ],
  },
  'squeezed too hard': {
    did: 'b1-squeeze',
    alert: ['feedapi', 'cpu_utilization_pct', 'feedapi CPU above 95%'],
    metrics: {
      'feedapi cpu_utilization_pct': [38, 98],
      'feedapi response_bytes_p50': [48000, 9100],
      'feedapi http_server_duration_p99_ms': [90, 2400],
    },
    logs: ['feedapi WARN worker busy for {n}ms', 'mobilebff ERROR feedapi: deadline exceeded'],
    usual: ['feedapi feed served', 'mobilebff feed composed'],
    changes: [
      {
        id: 'b1-squeeze',
        message: 'feat(feedapi): smaller payloads for mobile',
        service: 'feedapi',
        deployed: 58,
        files: {
          'feedapi/Startup.cs': `+        services.AddResponseCompression(o => { o.EnableForHttps = true; o.Providers.Add<BrotliCompressionProvider>(); });
+        services.Configure<BrotliCompressionProviderOptions>(o => o.Level = CompressionLevel.SmallestSize);
@@ public void Configure(IApplicationBuilder app)
+        app.UseResponseCompression();`,
        },
      },
      {
        id: 'b1-workers',
        message: 'docs: how many workers feedapi runs',
        files: { 'feedapi/README.md': '-Runs 4 workers.\n+Runs 8 workers.' },
        written: 57,
      },
      {
        id: 'b1-bff',
        message: 'chore(mobilebff): bump serilog',
        service: 'mobilebff',
        deployed: 59,
        files: {
          'mobilebff/mobilebff.csproj':
            '-    <PackageReference Include="Serilog" Version="4.0.0" />\n+    <PackageReference Include="Serilog" Version="4.0.1" />',
        },
      },
    ],
  },
  'two jobs at a time': {
    did: 'b1-cron',
    alert: ['settlement', 'duplicate_settlements_total', 'settlement: duplicate settlements detected'],
    metrics: {
      'settlement duplicate_settlements_total': [0, 240],
      'settlement job_active': [1, 6],
      'ledgerdb lock_wait_seconds': [0.01, 4],
    },
    logs: [
      'settlement ERROR settlement run {n} found rows already settled by another run',
      'ledgerdb WARN process waits for ShareLock on transaction {n}',
    ],
    usual: ['settlement run complete', 'ledgerdb checkpoint complete'],
    changes: [
      {
        id: 'b1-cron',
        message: 'chore(settlement): settle more often, as finance asked',
        service: 'settlement',
        deployed: 55,
        files: {
          'deploy/settlement/cronjob.yaml': ` spec:
-  schedule: "0 * * * *"
-  concurrencyPolicy: Forbid
+  schedule: "*/5 * * * *"`,
        },
      },
      {
        id: 'b1-dup',
        message: 'feat(settlement): report duplicate settlements as a metric',
        service: 'settlement',
        deployed: 50,
        files: {
          'settlement/metrics.py':
            '+DUPLICATES = Counter("duplicate_settlements_total", "Rows settled twice")',
        },
      },
      {
        id: 'b1-fees',
        message: 'refactor(ledger): extract fee table',
        service: 'ledgerdb',
        deployed: 58,
        files: {
          'ledger/fees.py': '-FEES = {"card": 0.014, "wire": 0.002}\n+from ledger.tables import FEES',
        },
      },
    ],
  },
}
