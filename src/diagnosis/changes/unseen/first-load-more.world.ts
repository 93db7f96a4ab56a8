import type { Incident } from './incident.world.ts'

/** First batch: what takes too much of something. */
export const firstLoadMore: Readonly<Record<string, Incident>> = {
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
