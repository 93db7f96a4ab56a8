import type { Incident } from './incident.world.ts'

/** Fourth batch, written when the third had been looked at. */
export const fourth: Readonly<Record<string, Incident>> = {
  'a header that was dropped': {
    did: 'b4-header',
    alert: ['tenantservice', 'http_400_ratio', 'tenantservice 400 ratio above 15%'],
    metrics: { 'tenantservice http_400_ratio': [0.002, 0.31], 'apigateway requests_per_sec': [800, 805] },
    logs: [
      'tenantservice WARN request without X-Tenant-Id refused',
      'apigateway INFO tenantservice answered 400',
    ],
    usual: ['tenantservice tenant resolved', 'apigateway proxied request'],
    spans: ['apigateway GET /api/settings 30 error', 'tenantservice Resolve 4 error'],
    changes: [
      {
        id: 'b4-header',
        message: 'refactor(gateway): allow-list for forwarded headers',
        service: 'apigateway',
        deployed: 56,
        files: {
          'services/gateway/proxy.go': `@@ services/gateway/proxy.go @@ func director(r *http.Request) {
-    for k, v := range in.Header {
-        r.Header[k] = v
-    }
+    for _, k := range forwarded {
+        r.Header.Set(k, in.Header.Get(k))
+    }
 }
+
+var forwarded = []string{"Authorization", "Content-Type", "X-Request-Id"}`,
        },
      },
      {
        id: 'b4-tenant',
        message: 'refactor(tenant): tidy resolver',
        service: 'tenantservice',
        deployed: 59,
        files: {
          'services/tenant/resolve.go':
            '-    t, ok := s.cache[id]\n-    if !ok {\n-        return nil, errUnknown\n-    }\n-    return t, nil\n+    return s.lookup(id)\n+}\n+\n+func (s *Server) lookup(id string) (*Tenant, error) {\n+    t, ok := s.cache[id]\n+    if !ok {\n+        return nil, errUnknown\n+    }\n+    return t, nil',
        },
      },
      {
        id: 'b4-400',
        message: 'feat(tenant): counter for refused requests',
        service: 'tenantservice',
        deployed: 51,
        files: {
          'services/tenant/metrics.go':
            '+var refused = prometheus.NewCounter(prometheus.CounterOpts{Name: "tenant_refused_total"})',
        },
      },
    ],
  },
  'a map that two write': {
    did: 'b4-race',
    alert: ['presenceservice', 'panic_count', 'presenceservice panics'],
    metrics: {
      'presenceservice panic_count': [0, 44],
      'presenceservice error_rate_5xx_ratio': [0.001, 0.28],
    },
    logs: [
      'presenceservice ERROR fatal error: concurrent map writes',
      'chatservice WARN presence unavailable',
    ],
    usual: ['presenceservice heartbeat stored', 'chatservice message delivered'],
    changes: [
      {
        id: 'b4-race',
        message: 'perf(presence): plain map instead of sync.Map',
        service: 'presenceservice',
        deployed: 57,
        files: {
          'services/presence/store.go':
            '-    online sync.Map\n+    online map[string]time.Time\n@@\n-    s.online.Store(user, now)\n+    s.online[user] = now',
        },
      },
      {
        id: 'b4-beat',
        message: 'feat(presence): accept away status',
        service: 'presenceservice',
        deployed: 54,
        files: { 'services/presence/status.go': '+    StatusAway Status = "away"' },
      },
      {
        id: 'b4-chat',
        message: 'fix(chat): grey dot when presence is unavailable',
        service: 'chatservice',
        deployed: 59,
        files: { 'services/chat/dot.tsx': '+  if (!presence) return <i className="grey" />' },
      },
    ],
  },
  'a scan for every request': {
    did: 'b4-scan',
    alert: ['couponservice', 'http_server_duration_p99_ms', 'couponservice p99 above 2s'],
    metrics: {
      'couponservice http_server_duration_p99_ms': [45, 3100],
      'redis cpu_utilization_pct': [20, 99],
      'redis commands_per_sec': [4000, 3900],
    },
    logs: ['couponservice WARN redeem took {n}ms', 'redis WARN slowlog: KEYS coupon:* {n}ms'],
    usual: ['couponservice coupon redeemed', 'redis background saving done'],
    changes: [
      {
        id: 'b4-scan',
        message: 'feat(coupon): find coupons whatever their campaign',
        service: 'couponservice',
        deployed: 55,
        files: {
          'services/coupon/store.py':
            '-    raw = self.redis.get(f"coupon:{campaign}:{code}")\n+    keys = self.redis.keys("coupon:*")\n+    raw = next((self.redis.get(k) for k in keys if k.endswith(code)), None)',
        },
      },
      {
        id: 'b4-redis',
        message: 'chore(redis): slowlog threshold 20ms',
        service: 'redis',
        deployed: 52,
        files: {
          'deploy/redis/redis.conf': '-slowlog-log-slower-than 10000\n+slowlog-log-slower-than 20000',
        },
      },
      {
        id: 'b4-campaign',
        message: 'refactor(coupon): dataclass for campaigns',
        service: 'couponservice',
        deployed: 58,
        files: {
          'services/coupon/campaign.py': '+@dataclass\n+class Campaign:\n+    name: str\n+    until: date',
        },
      },
    ],
  },
  'an address that points elsewhere': {
    did: 'b4-endpoint',
    alert: ['shipmentservice', 'error_rate_5xx_ratio', 'shipmentservice 5xx above 50%'],
    metrics: {
      'shipmentservice error_rate_5xx_ratio': [0.002, 0.93],
      'rateservice requests_per_sec': [70, 1],
    },
    logs: [
      'shipmentservice ERROR dial tcp: lookup rateservice.shipping.svc.cluster.local on 10.0.0.10:53: no such host',
    ],
    usual: ['shipmentservice label created', 'rateservice rate returned'],
    changes: [
      {
        id: 'b4-endpoint',
        message: 'chore(helm): namespaces by domain',
        service: 'shipmentservice',
        deployed: 57,
        files: {
          'charts/shipment/values.yaml':
            ' rates:\n-  url: http://rateservice.default.svc.cluster.local\n+  url: http://rateservice.shipping.svc.cluster.local',
        },
      },
      {
        id: 'b4-rate',
        message: 'refactor(rate): table of zones',
        service: 'rateservice',
        deployed: 55,
        files: {
          'services/rate/zones.go':
            '-    zones := loadZones()\n-    return zones[code]\n+    return loadZones()[code]',
        },
      },
      {
        id: 'b4-label',
        message: 'feat(shipment): label format PNG',
        service: 'shipmentservice',
        deployed: 59,
        files: { 'services/shipment/label.go': '+    FormatPNG Format = "png"' },
      },
    ],
  },
  'more at once than the other takes': {
    did: 'b4-parallel',
    alert: ['geocodeservice', 'http_429_ratio', 'geocodeservice 429 from own limiter above 20%'],
    metrics: {
      'geocodeservice http_429_ratio': [0.001, 0.44],
      'geocodeservice requests_per_sec': [50, 640],
      'addressimport rows_per_sec': [40, 60],
    },
    logs: [
      'geocodeservice WARN limit reached for client addressimport',
      'addressimport ERROR geocoding of row {n} refused: 429',
    ],
    usual: ['geocodeservice address found', 'addressimport row imported'],
    changes: [
      {
        id: 'b4-parallel',
        message: 'perf(import): geocode rows concurrently',
        service: 'addressimport',
        deployed: 58,
        files: {
          'import/src/run.ts':
            '-  for (const row of rows) await geocode(row)\n+  await pMap(rows, geocode, { concurrency: 64 })',
        },
      },
      {
        id: 'b4-limiter',
        message: 'refactor(geocode): limiter per client',
        service: 'geocodeservice',
        deployed: 50,
        files: {
          'services/geocode/limit.go':
            '-    key := "client:" + c\n+    key := clientKey(c)\n+}\n+\n+func clientKey(c string) string {\n+    return "client:" + c',
        },
      },
      {
        id: 'b4-geo',
        message: 'feat(geocode): plus codes',
        service: 'geocodeservice',
        deployed: 55,
        files: {
          'services/geocode/plus.go':
            '+func plusCode(p Point) string {\n+    return olc.Encode(p.Lat, p.Lon, 10)\n+}',
        },
      },
    ],
  },
  'an order that is no order': {
    did: 'b4-enum',
    alert: ['orderworker', 'dead_letter_messages', 'orderworker dead letter queue growing'],
    metrics: {
      'orderworker dead_letter_messages': [0, 900, 58],
      'orderworker messages_processed_per_sec': [80, 30],
    },
    logs: ["orderworker ERROR unknown order status 'PAID' for order {n}: no enum constant OrderStatus.PAID"],
    usual: ['orderworker order advanced', 'orderapi order stored'],
    changes: [
      {
        id: 'b4-enum',
        message: 'refactor(orderapi): status names as in the glossary',
        service: 'orderapi',
        deployed: 57,
        files: {
          'order-api/src/main/java/com/shop/OrderStatus.java':
            ' public enum OrderStatus {\n     CREATED,\n-    PAYMENT_CONFIRMED,\n+    PAID,\n     SHIPPED',
        },
      },
      {
        id: 'b4-worker',
        message: 'refactor(orderworker): constructor injection',
        service: 'orderworker',
        deployed: 59,
        files: {
          'order-worker/src/main/java/com/shop/Worker.java':
            '-    @Autowired private Orders orders;\n+    private final Orders orders;\n+\n+    Worker(Orders orders) {\n+        this.orders = orders;\n+    }',
        },
      },
      {
        id: 'b4-dlq',
        message: 'chore(orderworker): alert on dead letters',
        service: 'orderworker',
        deployed: 45,
        files: { 'alerts/orderworker.yaml': '+  - alert: DeadLetters\n+    expr: dead_letter_messages > 10' },
      },
    ],
  },
  'a wait that is shorter than the work': {
    did: 'b4-deadline',
    alert: ['reportservice', 'report_failure_ratio', 'reportservice: large reports fail'],
    metrics: {
      'reportservice report_failure_ratio': [0.01, 0.36],
      'warehouse-db query_duration_p99_ms': [4200, 4300],
    },
    logs: [
      'reportservice ERROR build report: context deadline exceeded after 3s',
      'frontend WARN report not available',
    ],
    usual: ['reportservice report built', 'warehouse-db checkpoint complete'],
    changes: [
      {
        id: 'b4-deadline',
        message: 'chore(platform): one default deadline',
        service: 'reportservice',
        deployed: 54,
        files: {
          'pkg/server/options.go':
            '-    DefaultDeadline: 30 * time.Second,\n+    DefaultDeadline: 3 * time.Second,',
        },
      },
      {
        id: 'b4-report',
        message: 'feat(report): totals row',
        service: 'reportservice',
        deployed: 58,
        files: {
          'services/report/totals.go':
            '+func totals(rows []Row) Row {\n+    var t Row\n+    for _, r := range rows {\n+        t.Amount += r.Amount\n+    }\n+    return t\n+}',
        },
      },
      {
        id: 'b4-wh',
        message: 'perf(db): index on facts.created_at',
        service: 'warehouse-db',
        deployed: 57,
        files: {
          'db/migrations/0101_facts_idx.sql':
            '+CREATE INDEX CONCURRENTLY idx_facts_created_at ON facts (created_at);',
        },
      },
    ],
  },
}
