import type { Incident } from './incident.world.ts'

/** Second batch, written when the first had been looked at: incidents that a change made, in services. */
export const secondChangesMore: Readonly<Record<string, Incident>> = {
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
