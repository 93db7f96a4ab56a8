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
  'a wall between two': {
    did: 'b2-wall',
    alert: ['pricing', 'http_5xx_ratio', 'pricing cannot reach the rates'],
    metrics: { 'pricing http_5xx_ratio': [0.001, 0.77], 'rates requests_per_second': [80, 0] },
    logs: [
      'pricing ERROR GET http://rates.finance.svc:8080/eur: context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    ],
    usual: ['pricing price given', 'rates rate served'],
    changes: [
      {
        id: 'b2-wall',
        message: 'security: default deny in finance',
        service: 'finance-platform',
        deployed: 56,
        files: {
          'deploy/finance/networkpolicy.yaml': `+apiVersion: networking.k8s.io/v1\n+kind: NetworkPolicy\n+metadata:\n+  name: default-deny\n+  namespace: finance\n+spec:\n+  podSelector: {}\n+  policyTypes: [Ingress]`,
        },
      },
      {
        id: 'b2-eur',
        message: 'feat(rates): EUR first in the list',
        service: 'rates',
        deployed: 54,
        files: {
          'rates/list.go': `-var order = []string{"USD", "EUR"}\n+var order = []string{"EUR", "USD"}`,
        },
      },
      {
        id: 'b2-price',
        message: 'chore(pricing): bump zap',
        service: 'pricing',
        deployed: 58,
        files: { 'pricing/go.mod': `-\tgo.uber.org/zap v1.27.0\n+\tgo.uber.org/zap v1.27.1` },
      },
    ],
  },
  'a question for each friend': {
    did: 'b2-resolver',
    alert: ['graph', 'http_server_duration_p99_ms', 'graph p99 above 5s'],
    metrics: {
      'graph http_server_duration_p99_ms': [210, 6900],
      'people requests_per_second': [150, 5200],
      'people cpu_utilization_pct': [21, 97],
    },
    logs: ['graph WARN query Friends took {n} ms', 'people WARN {n} requests in flight'],
    usual: ['graph query answered', 'people person read'],
    spans: ['graph query Friends 6900 ok', 'people GET /people/:id 60 ok'],
    changes: [
      {
        id: 'b2-resolver',
        message: 'refactor(graph): resolvers without context magic',
        service: 'graph',
        deployed: 55,
        files: {
          'graph/src/resolvers/person.ts': `-  friends: (person, _, { loaders }) => loaders.person.loadMany(person.friendIds),\n+  friends: person => Promise.all(person.friendIds.map(id => people.get(id))),`,
        },
      },
      {
        id: 'b2-person',
        message: 'feat(people): person has pronouns',
        service: 'people',
        deployed: 57,
        files: { 'people/src/person.ts': `+  pronouns?: string` },
      },
      {
        id: 'b2-inflight',
        message: 'chore(people): gauge of requests in flight',
        service: 'people',
        deployed: 53,
        files: {
          'people/src/metrics.ts': `+export const inFlight = new Gauge({ name: 'requests_in_flight', help: 'Requests in flight' })`,
        },
      },
    ],
  },
  'cut after a minute': {
    did: 'b2-proxy',
    alert: ['chat', 'disconnects_per_second', 'chat: sockets close after a minute'],
    metrics: { 'chat disconnects_per_second': [0.4, 61], 'chat connected_clients': [9000, 2500] },
    logs: [
      'chat WARN socket {n} closed abnormally after 60 s',
      'edge INFO upstream timed out (110: Connection timed out) while proxying upgraded connection to chat',
    ],
    usual: ['chat message delivered', 'edge proxied'],
    changes: [
      {
        id: 'b2-proxy',
        message: 'chore(edge): one snippet for all locations',
        service: 'edge',
        deployed: 57,
        files: {
          'edge/nginx/conf.d/chat.conf': ` location /chat/ {\n-    proxy_read_timeout 3600s;\n-    proxy_send_timeout 3600s;\n     proxy_set_header Upgrade $http_upgrade;\n+    include snippets/proxy.conf;`,
        },
      },
      {
        id: 'b2-emoji',
        message: 'feat(chat): emoji of 2026',
        service: 'chat',
        deployed: 59,
        files: { 'chat/lib/emoji.ex': `+  "melting" => "🫠",` },
      },
      {
        id: 'b2-socket',
        message: 'refactor(chat): socket module',
        service: 'chat',
        deployed: 52,
        files: {
          'chat/lib/socket.ex': `-  def join(room, socket), do: Room.join(room, socket)\n+  defdelegate join(room, socket), to: Room`,
        },
      },
    ],
  },
  'a cursor that stands': {
    did: 'b2-cursor',
    alert: ['syncer', 'duplicate_records_ratio', 'syncer writes the same records again'],
    metrics: { 'syncer duplicate_records_ratio': [0.001, 0.52], 'crm requests_per_second': [6, 95] },
    logs: ['syncer WARN record {n} written before', 'syncer INFO page fetched'],
    usual: ['syncer records written', 'crm contacts listed'],
    changes: [
      {
        id: 'b2-cursor',
        message: 'fix(syncer): do not miss records of the same second',
        service: 'syncer',
        deployed: 58,
        files: {
          'syncer/fetch.rs': `-    let page = crm.contacts(Filter::after(cursor.updated_at)).await?;\n+    let page = crm.contacts(Filter::from(cursor.updated_at)).await?;`,
        },
      },
      {
        id: 'b2-records',
        message: 'feat(syncer): records have an origin',
        service: 'syncer',
        deployed: 51,
        files: { 'syncer/record.rs': `+    pub origin: Origin,` },
      },
      {
        id: 'b2-crm',
        message: 'chore(crm): smaller default page',
        service: 'crm',
        deployed: 55,
        files: { 'crm/config/app.toml': `-page_size = 200\n+page_size = 180` },
      },
    ],
  },
  'all ask at the same time': {
    did: 'b2-flight',
    alert: ['contentdb', 'cpu_utilization_pct', 'contentdb CPU above 90% every five minutes'],
    metrics: {
      'contentdb cpu_utilization_pct': [30, 96],
      'contentdb queries_per_second': [300, 4100],
      'content http_server_duration_p99_ms': [70, 1900],
    },
    logs: ['content WARN article {n} loaded from the database', 'contentdb WARN active sessions {n}'],
    usual: ['content article served', 'contentdb checkpoint complete'],
    changes: [
      {
        id: 'b2-flight',
        message: 'refactor(content): fewer dependencies',
        service: 'content',
        deployed: 49,
        files: {
          'content/articles.go': `-    value, err, _ := s.group.Do(key, func() (any, error) { return s.load(ctx, key) })\n+    value, err := s.load(ctx, key)\n     if err != nil {`,
          'content/go.mod': `-\tgolang.org/x/sync v0.7.0`,
        },
      },
      {
        id: 'b2-article',
        message: 'feat(content): article has a reading time',
        service: 'content',
        deployed: 57,
        files: { 'content/article.go': `+    ReadingMinutes int` },
      },
      {
        id: 'b2-db',
        message: 'chore(contentdb): statement timeout 20s',
        service: 'contentdb',
        deployed: 55,
        files: { 'deploy/contentdb/values.yaml': `-statement_timeout: 25s\n+statement_timeout: 20s` },
      },
    ],
  },
  'said done before it was done': {
    did: 'b2-commit',
    alert: ['billingworker', 'invoices_missing_ratio', 'billingworker: invoices missing after restarts'],
    metrics: {
      'billingworker invoices_missing_ratio': [0, 0.07],
      'billingworker messages_per_second': [40, 41],
    },
    logs: ['billingworker ERROR order {n} has no invoice', 'billingworker INFO worker started'],
    usual: ['billingworker invoice made'],
    changes: [
      {
        id: 'b2-commit',
        message: 'perf(billingworker): higher throughput',
        service: 'billingworker',
        deployed: 50,
        files: {
          'billingworker/consumer.py': `     for message in consumer:\n-        handle(message)\n-        consumer.commit()\n+        consumer.commit()\n+        pool.submit(handle, message)`,
        },
      },
      {
        id: 'b2-inv',
        message: 'feat(billingworker): invoice number has a prefix',
        service: 'billingworker',
        deployed: 58,
        files: {
          'billingworker/number.py': `-    return f"{year}-{n:06}"\n+    return f"INV-{year}-{n:06}"`,
        },
      },
      {
        id: 'b2-missing',
        message: 'feat(billingworker): report of missing invoices',
        service: 'billingworker',
        deployed: 47,
        files: {
          'billingworker/report.py': `+def missing(orders, invoices):\n+    return [o for o in orders if o.id not in invoices]`,
        },
      },
    ],
  },
  'another way of loading': {
    did: 'b2-orm',
    alert: ['courses', 'http_5xx_ratio', 'courses 5xx above 10%'],
    metrics: { 'courses http_5xx_ratio': [0.001, 0.38], 'courses http_server_duration_p99_ms': [150, 140] },
    logs: [
      'courses ERROR org.hibernate.LazyInitializationException: could not initialize proxy - no Session at com.acme.courses.CourseView.lessons(CourseView.java:33)',
    ],
    usual: ['courses course shown'],
    changes: [
      {
        id: 'b2-orm',
        message: 'chore(deps): spring boot',
        service: 'courses',
        deployed: 54,
        files: {
          'courses/pom.xml': `   <artifactId>spring-boot-starter-parent</artifactId>\n-  <version>2.7.18</version>\n+  <version>3.3.1</version>`,
        },
      },
      {
        id: 'b2-lesson',
        message: 'feat(courses): lessons have a length',
        service: 'courses',
        deployed: 57,
        files: { 'courses/src/main/java/com/acme/courses/Lesson.java': `+    private Duration length;` },
      },
      {
        id: 'b2-view',
        message: 'chore(courses): bump lombok',
        service: 'courses',
        deployed: 51,
        files: {
          'courses/pom.xml': `   <artifactId>lombok</artifactId>\n-  <version>1.18.30</version>\n+  <version>1.18.32</version>`,
        },
      },
    ],
  },
}
