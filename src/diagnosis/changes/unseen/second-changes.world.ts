import type { Incident } from './incident.world.ts'

/** Second batch, written when the first had been looked at: incidents that a change made, in services. */
export const secondChanges: Readonly<Record<string, Incident>> = {
  'too few requests for an office': {
    did: 'b2-rate',
    alert: ['publicapi', 'http_429_ratio', 'publicapi answers 429 to a quarter of requests'],
    metrics: {
      'publicapi http_429_ratio': [0.002, 0.26],
      'publicapi requests_per_second': [900, 910],
      'dashboard http_5xx_ratio': [0.001, 0.12],
    },
    logs: [
      'publicapi WARN client 203.0.113.9 over its allowance',
      'dashboard ERROR could not load widgets: publicapi said 429',
    ],
    usual: ['publicapi request served', 'dashboard widgets loaded'],
    changes: [
      {
        id: 'b2-rate',
        message: 'refactor: allowance per address instead of per key',
        service: 'publicapi',
        deployed: 53,
        files: {
          'publicapi/allowance.go': `-    bucket := h.buckets.For(r.Header.Get("X-Api-Key"))\n+    bucket := h.buckets.For(remoteIP(r))\n     if !bucket.Take(1) {`,
        },
      },
      {
        id: 'b2-widget',
        message: 'perf(dashboard): widgets load in parallel',
        service: 'dashboard',
        deployed: 50,
        files: {
          'dashboard/src/widgets.ts': `-  for (const widget of widgets) await load(widget)\n+  await Promise.all(widgets.slice(0, 4).map(load))`,
        },
      },
      {
        id: 'b2-429',
        message: 'feat(publicapi): Retry-After with 429',
        service: 'publicapi',
        deployed: 57,
        files: {
          'publicapi/refuse.go': `+    w.Header().Set("Retry-After", "1")\n     w.WriteHeader(http.StatusTooManyRequests)`,
        },
      },
    ],
  },
  'a probe that asks too much': {
    did: 'b2-probe',
    alert: ['orders', 'pod_restart_total', 'orders pods restart all the time'],
    onset: 64,
    metrics: {
      'orders pod_restart_total': [0, 31],
      'orders http_5xx_ratio': [0.002, 0.4],
      'stockdb query_duration_p99_ms': [20, 2100],
    },
    logs: [
      'kubelet WARN Liveness probe failed: HTTP probe failed with statuscode: 503 (orders-7f6c)',
      'orders WARN health: stockdb did not answer within 1s',
      'stockdb INFO nightly vacuum of table stock running',
    ],
    usual: ['orders order placed', 'stockdb checkpoint complete'],
    changes: [
      {
        id: 'b2-probe',
        message: 'feat(orders): health tells the truth',
        service: 'orders',
        deployed: 41,
        files: {
          'orders/src/main/kotlin/Health.kt': `     get("/healthz") {
-        call.respond(HttpStatusCode.OK)
+        val healthy = stock.ping() && mail.ping() && cache.ping()
+        call.respond(if (healthy) HttpStatusCode.OK else HttpStatusCode.ServiceUnavailable)`,
        },
      },
      {
        id: 'b2-vacuum',
        message: 'chore(stockdb): name the vacuum job',
        service: 'stockdb',
        deployed: 58,
        files: { 'deploy/stockdb/vacuum.yaml': ' metadata:\n-  name: vacuum\n+  name: stock-vacuum' },
      },
      {
        id: 'b2-place',
        message: 'refactor(orders): place order without else',
        service: 'orders',
        deployed: 62,
        files: {
          'orders/src/main/kotlin/Place.kt': `-    if (ok) { return done(order) } else { return refuse(order) }\n+    if (ok) return done(order)\n+    return refuse(order)`,
        },
      },
    ],
  },
  'commas and points': {
    did: 'b2-locale',
    alert: ['export', 'rejected_rows_ratio', 'export: accounting rejects our rows'],
    metrics: { 'export rejected_rows_ratio': [0.001, 0.83], 'export rows_per_minute': [4000, 4010] },
    logs: [
      'export ERROR accounting refused row {n}: amount "12,50" is not a number',
      'export INFO file sent',
    ],
    usual: ['export rows sent'],
    changes: [
      {
        id: 'b2-locale',
        message: 'chore: drop Locale boilerplate',
        service: 'export',
        deployed: 52,
        files: {
          'export/src/main/java/com/acme/export/Row.java': `-        return String.format(Locale.ROOT, "%.2f", amount);\n+        return "%.2f".formatted(amount);`,
        },
      },
      {
        id: 'b2-file',
        message: 'feat(export): file name has the date',
        service: 'export',
        deployed: 57,
        files: {
          'export/src/main/java/com/acme/export/Files.java': `-        return "export.csv";\n+        return "export-" + LocalDate.now() + ".csv";`,
        },
      },
      {
        id: 'b2-account',
        message: 'fix(export): trim account names',
        service: 'export',
        deployed: 49,
        files: {
          'export/src/main/java/com/acme/export/Account.java': `-        return name;\n+        return name.trim();`,
        },
      },
    ],
  },
  'nothing left of a share': {
    did: 'b2-division',
    alert: ['commission', 'zero_commission_ratio', 'commission: partners get nothing'],
    metrics: { 'commission zero_commission_ratio': [0.01, 0.97], 'commission http_5xx_ratio': [0, 0] },
    logs: ['commission WARN partner {n} gets 0 for an order of 9900'],
    usual: ['commission commission booked'],
    changes: [
      {
        id: 'b2-division',
        message: 'refactor(commission): whole cents',
        service: 'commission',
        deployed: 56,
        files: {
          'commission/calc.go': `-    return Cents(float64(total) * rate.Percent / 100)\n+    return Cents(int(total) * (int(rate.Percent) / 100))`,
        },
      },
      {
        id: 'b2-partner',
        message: 'feat(commission): partner page',
        service: 'commission',
        deployed: 58,
        files: {
          'commission/page.go': `+func (s *Server) page(w http.ResponseWriter, r *http.Request) {\n+    s.render(w, "partner", s.partner(r))\n+}`,
        },
      },
      {
        id: 'b2-order',
        message: 'chore: order of fields in the booking',
        service: 'commission',
        deployed: 54,
        files: {
          'commission/booking.go': `-    Partner string\n-    Order   string\n+    Order   string\n+    Partner string`,
        },
      },
    ],
  },
  'a field in camel case': {
    did: 'b2-camel',
    alert: ['mobileapi', 'client_crash_per_minute', 'mobile clients crash on the home screen'],
    metrics: { 'mobileapi client_crash_per_minute': [2, 300], 'mobileapi http_5xx_ratio': [0.001, 0.001] },
    logs: [
      "mobileapi ERROR crash report: Cannot read properties of undefined (reading 'length') at HomeScreen.render, response had no unread_count",
    ],
    usual: ['mobileapi home screen served'],
    changes: [
      {
        id: 'b2-camel',
        message: 'style: naming policy for answers',
        service: 'mobileapi',
        deployed: 54,
        files: {
          'MobileApi/Program.cs': `-builder.Services.AddControllers().AddJsonOptions(o => o.JsonSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);\n+builder.Services.AddControllers().AddJsonOptions(o => o.JsonSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase);`,
        },
      },
      {
        id: 'b2-home',
        message: 'feat: home screen shows a greeting',
        service: 'mobileapi',
        deployed: 58,
        files: { 'MobileApi/Home.cs': `+    public string Greeting => $"Hello {user.FirstName}";` },
      },
      {
        id: 'b2-crash',
        message: 'feat: endpoint for crash reports',
        service: 'mobileapi',
        deployed: 45,
        files: {
          'MobileApi/Crash.cs': `+    [HttpPost("/crash")]\n+    public IActionResult Report(Crash crash) { log.LogError("crash report: {Text}", crash.Text); return Ok(); }`,
        },
      },
    ],
  },
  'the password of before': {
    did: 'b2-secret',
    alert: ['warehouse', 'db_login_failures_per_minute', 'warehouse cannot log in to its database'],
    metrics: { 'warehouse db_login_failures_per_minute': [0, 220], 'warehouse http_5xx_ratio': [0.001, 1] },
    logs: ['warehouse ERROR FATAL: password authentication failed for user "warehouse"'],
    usual: ['warehouse pick list made'],
    changes: [
      {
        id: 'b2-secret',
        message: 'chore(warehouse): secrets from the old vault path until the new one is approved',
        service: 'warehouse',
        deployed: 57,
        files: {
          'deploy/warehouse/externalsecret.yaml': `   data:\n     - secretKey: DB_PASSWORD\n       remoteRef:\n-        key: warehouse/db/2026\n+        key: warehouse/db`,
        },
      },
      {
        id: 'b2-pick',
        message: 'feat(warehouse): pick lists sorted by aisle',
        service: 'warehouse',
        deployed: 59,
        files: { 'warehouse/pick.rb': `-    items\n+    items.sort_by(&:aisle)` },
      },
      {
        id: 'b2-login',
        message: 'chore(warehouse): count failed logins to the database',
        service: 'warehouse',
        deployed: 50,
        files: {
          'warehouse/metrics.rb': `+  LOGIN_FAILURES = prometheus.counter(:db_login_failures, docstring: 'Failed logins')`,
        },
      },
    ],
  },
  'sent where nothing is': {
    did: 'b2-weight',
    alert: ['profileapi', 'http_404_ratio', 'profileapi: half of the profiles not found'],
    metrics: { 'profileapi http_404_ratio': [0.01, 0.49], 'profileapi requests_per_second': [600, 600] },
    logs: ['profileapi WARN profile {n} not found in region us-east-2', 'web ERROR profile page: 404'],
    usual: ['profileapi profile read', 'web page shown'],
    changes: [
      {
        id: 'b2-weight',
        message: 'chore(terraform): second region gets its share',
        service: 'infrastructure',
        deployed: 58,
        files: {
          'terraform/dns/profileapi.tf': `   weighted_routing_policy {\n-    weight = 0\n+    weight = 50\n   }\n   set_identifier = "us-east-2"`,
        },
      },
      {
        id: 'b2-profile',
        message: 'refactor(profileapi): read profile in one function',
        service: 'profileapi',
        deployed: 55,
        files: {
          'profileapi/read.py': `-    row = db.one(sql, id)\n-    if row is None:\n-        raise NotFound(id)\n-    return row\n+    return one_or_404(sql, id)`,
        },
      },
      {
        id: 'b2-notfound',
        message: 'feat(web): picture on the not found page',
        service: 'web',
        deployed: 57,
        files: { 'web/src/NotFound.jsx': `+  <img src="/lost.svg" alt="" />` },
      },
    ],
  },
}
