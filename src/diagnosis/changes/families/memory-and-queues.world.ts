import type { Family } from '../made-incidents.world.ts'

/** More work, memory or waiting than there is room for. */
export const memoryAndQueues: Readonly<Record<string, Family>> = {
  'memory leak by a map that only grows': {
    did: 'leak',
    service: 'profile',
    metrics: {
      process_resident_memory_bytes: [300000000, 1900000000],
      http_request_duration_p99_ms: [40, 480],
    },
    says: ['java.lang.OutOfMemoryError: Java heap space', 'GC overhead: pause of 4100 ms'],
    changes: [
      {
        id: 'leak',
        service: 'profile',
        deployed: 52,
        path: 'services/profile/src/main/java/Avatars.java',
        diff: '+  private final Map<String, byte[]> rendered = new HashMap<>();\n   byte[] avatar(String user, String size) {\n-    return render(user, size);\n+    return rendered.computeIfAbsent(user + size + Instant.now().toEpochMilli(), k -> render(user, size));\n   }',
      },
      {
        id: 'tidy',
        service: 'profile',
        deployed: 56,
        path: 'services/profile/src/main/java/Names.java',
        diff: '-    String full = first + " " + last;\n-    return full;\n+    return first + " " + last;',
      },
    ],
  },
  'one query for each item': {
    did: 'loop',
    service: 'orders',
    metrics: {
      http_request_duration_p95_ms: [60, 1900],
      db_queries_per_request: [3, 82],
      'orders-db:db_cpu_percent': [20, 88],
    },
    says: ['slow request GET /orders took 1900 ms with 82 statements'],
    changes: [
      {
        id: 'loop',
        service: 'orders',
        deployed: 55,
        path: 'services/orders/list.py',
        diff: '-    orders = session.query(Order).options(joinedload(Order.lines)).filter_by(user=user).all()\n+    orders = session.query(Order).filter_by(user=user).all()\n+    for order in orders:\n+        order.lines = session.query(Line).filter_by(order_id=order.id).all()',
      },
      {
        id: 'label',
        service: 'orders',
        deployed: 58,
        path: 'services/orders/labels.py',
        diff: '-    return "Order " + str(number)\n+    return f"Order {number}"',
      },
    ],
  },
  'an index dropped': {
    did: 'drop',
    service: 'tickets',
    metrics: { db_query_duration_p99_ms: [8, 3400], 'tickets-db:cpu_utilization': [18, 96] },
    says: [
      'slow query: SELECT id, state FROM tickets WHERE assignee_id = $1 took 3391 ms (seq scan)',
      'tickets-api: statement timeout',
    ],
    changes: [
      {
        id: 'drop',
        service: 'tickets',
        deployed: 57,
        path: 'db/migrate/20260303_unused_indexes.sql',
        diff: '+DROP INDEX idx_tickets_assignee;\n+DROP INDEX idx_tickets_legacy_ref;',
      },
      {
        id: 'column',
        service: 'tickets',
        deployed: 59,
        path: 'services/tickets/state.go',
        diff: '-\treturn state == "open"\n+\treturn state == StateOpen',
      },
    ],
  },
  'a thread pool made small in a library': {
    did: 'threads',
    service: 'render',
    metrics: { queue_depth: [3, 900], http_request_duration_p99_ms: [120, 8800], active_workers: [14, 2] },
    says: ['job rejected: worker queue full', 'pdf-api: upstream render timeout after 5000ms'],
    changes: [
      {
        id: 'threads',
        written: 41,
        path: 'pkg/workers/pool.go',
        diff: '-const defaultWorkers = 16\n+const defaultWorkers = 2',
      },
      {
        id: 'carrier',
        service: 'render',
        deployed: 54,
        path: 'services/render/fonts.go',
        diff: '-\tfonts := loadFonts()\n-\treturn fonts\n+\treturn loadFonts()',
      },
    ],
  },
  'a lock that is not given back': {
    did: 'unlock',
    service: 'seats',
    metrics: { http_request_duration_p99_ms: [30, 29000], goroutines_count: [90, 9400] },
    says: ['request timed out waiting for lock on row seat', 'goroutine blocked on mutex for 2m'],
    changes: [
      {
        id: 'unlock',
        service: 'seats',
        deployed: 58,
        path: 'services/seats/hold.go',
        diff: ' \ts.mu.Lock()\n-\tdefer s.mu.Unlock()\n \tseat, ok := s.held[id]\n \tif !ok {\n \t\treturn ErrFree\n \t}\n+\ts.mu.Unlock()\n \treturn nil',
      },
      {
        id: 'rename',
        service: 'seats',
        deployed: 59,
        path: 'services/seats/names.go',
        diff: '-\tseatName := row + no\n+\tname := row + no',
      },
    ],
  },
  'connections that leak': {
    did: 'close',
    service: 'search',
    metrics: { db_connections_active: [12, 100], error_ratio: [0.001, 0.6] },
    says: ['FATAL: remaining connection slots are reserved', 'could not acquire connection: pool timeout'],
    changes: [
      {
        id: 'close',
        service: 'search',
        deployed: 49,
        path: 'services/search/suggest.py',
        diff: '-    with pool.connection() as conn:\n-        rows = conn.execute(SUGGEST, (term,)).fetchall()\n+    conn = pool.getconn()\n+    rows = conn.execute(SUGGEST, (term,)).fetchall()\n     return [row[0] for row in rows]',
      },
      {
        id: 'weights',
        service: 'search',
        deployed: 57,
        path: 'services/search/weights.py',
        diff: '-TITLE = 2.0\n+TITLE = 2.2',
      },
    ],
  },
  'a job that runs too often': {
    did: 'cron',
    service: 'billing-db',
    metrics: { db_cpu_percent: [22, 97], lock_wait_seconds: [0.01, 9] },
    says: ['slow query: reconcile_invoices full scan', 'billing: lock wait timeout exceeded in reconcile'],
    changes: [
      {
        id: 'cron',
        service: 'billing',
        kind: 'config',
        deployed: 58,
        path: 'charts/billing/templates/reconcile-cronjob.yaml',
        diff: ' kind: CronJob\n metadata:\n   name: reconcile-invoices\n spec:\n-  schedule: "0 3 * * *"\n+  schedule: "* * * * *"',
      },
      {
        id: 'vat',
        service: 'billing',
        deployed: 52,
        path: 'services/billing/vat.go',
        diff: '-\treturn net * rate\n+\treturn round(net * rate)',
      },
    ],
  },
  'a cache key with the time in it': {
    did: 'cachekey',
    service: 'feed',
    metrics: {
      cache_hit_ratio: [0.94, 0.04],
      'feed-db:queries_per_second': [200, 2600],
      http_p99_ms: [50, 900],
    },
    says: ['cache miss for feed page'],
    changes: [
      {
        id: 'cachekey',
        service: 'feed',
        deployed: 53,
        path: 'services/feed/page.go',
        diff: '-\tkey := fmt.Sprintf("feed:%s:%d", user, page)\n+\tkey := fmt.Sprintf("feed:%s:%d:%d", user, page, time.Now().UnixNano())\n \tif v, ok := s.cache.Get(key); ok {',
      },
      {
        id: 'pagesize',
        service: 'feed',
        deployed: 57,
        path: 'services/feed/limits.go',
        diff: '-const pageSize = 20\n+const pageSize = 24',
      },
    ],
  },
  'a costly pattern': {
    did: 'regex',
    service: 'moderation',
    metrics: { process_cpu_utilization: [0.2, 0.99], http_request_duration_p99_ms: [30, 21000] },
    says: ['event loop blocked for 18000 ms in validateHandle', 'posts: upstream moderation timeout'],
    changes: [
      {
        id: 'regex',
        service: 'moderation',
        deployed: 55,
        path: 'services/moderation/handles.ts',
        diff: '-const handle = /^[a-z0-9_]{2,30}$/\n+const handle = /^([a-z0-9]+_?)+$/',
      },
      {
        id: 'emoji',
        service: 'moderation',
        deployed: 58,
        path: 'services/moderation/emoji.ts',
        diff: "-export const flag = '!'\n+export const flag = '⚑'",
      },
    ],
  },
  'too many connections from more pods': {
    did: 'scale',
    service: 'orders-db',
    metrics: { db_connections_active: [80, 500], 'orders:error_ratio': [0.001, 0.3] },
    says: [
      'FATAL: sorry, too many clients already',
      'orders: failed to connect to orders-db: too many connections',
    ],
    changes: [
      {
        id: 'scale',
        kind: 'scale',
        service: 'orders',
        deployed: 59,
        path: 'k8s/orders/deployment.yaml',
        diff: '-  replicas: 6\n+  replicas: 40',
      },
      {
        id: 'title',
        service: 'orders',
        deployed: 51,
        path: 'services/orders/title.go',
        diff: '-const title = "Orders"\n+const title = "Your orders"',
      },
    ],
  },
  'a batch that became too large': {
    did: 'batch',
    service: 'indexer',
    metrics: { heap_used_bytes: [200000000, 1600000000], documents_indexed_per_sec: [900, 40] },
    says: ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'],
    changes: [
      {
        id: 'batch',
        service: 'indexer',
        deployed: 50,
        path: 'services/indexer/config.ts',
        diff: '-  batchSize: 200,\n+  batchSize: 20000,',
      },
      {
        id: 'names',
        service: 'indexer',
        deployed: 56,
        path: 'services/indexer/names.ts',
        diff: "-const index = 'docs'\n+const index = 'documents-view'",
      },
    ],
  },
  'work without a bound in a library': {
    did: 'lib',
    service: 'ingest',
    metrics: { go_goroutines: [120, 48000], container_memory_working_set_bytes: [300000000, 2400000000] },
    says: ['Memory cgroup out of memory: Killed process ingest', 'queue: consumer ingest disconnected'],
    changes: [
      {
        id: 'lib',
        written: 35,
        message: 'refactor(consumer): simplify dispatch',
        path: 'pkg/consumer/dispatch.go',
        diff: ' for msg := range c.messages {\n-\tc.sem <- struct{}{}\n-\tgo func(m Message) {\n-\t\tdefer func() { <-c.sem }()\n-\t\tc.handle(m)\n-\t}(msg)\n+\tgo c.handle(msg)\n }',
      },
      {
        id: 'deploy',
        service: 'ingest',
        deployed: 50,
        message: 'chore(ingest): bump buffer',
        path: 'services/ingest/config.yaml',
        diff: '-  buffer_size: 1000\n+  buffer_size: 1100',
      },
      {
        id: 'dep',
        written: 30,
        message: 'chore: bump kafka client',
        path: 'go.mod',
        diff: '-\tgithub.com/segmentio/kafka-go v0.4.46\n+\tgithub.com/segmentio/kafka-go v0.4.47',
      },
    ],
  },
  'one call for each price': {
    did: 'batchload',
    service: 'catalog',
    metrics: { http_server_duration_p99_ms: [90, 2400], 'catalogdb:queries_per_second': [300, 5200] },
    says: ['slow request /products took 2210ms', 'catalogdb: connection count near limit'],
    changes: [
      {
        id: 'batchload',
        service: 'catalog',
        deployed: 52,
        message: 'refactor: simplify product resolver',
        path: 'services/catalog/resolver.go',
        diff: '-\tprices, err := s.prices.GetMany(ctx, ids(products))\n-\tif err != nil {\n-\t\treturn nil, err\n-\t}\n \tfor _, p := range products {\n-\t\tp.Price = prices[p.ID]\n+\t\tprice, err := s.prices.Get(ctx, p.ID)\n+\t\tif err != nil {\n+\t\t\treturn nil, err\n+\t\t}\n+\t\tp.Price = price\n \t}',
      },
      {
        id: 'cachesize',
        service: 'catalog',
        deployed: 56,
        message: 'chore: cache entries',
        path: 'services/catalog/cache.yaml',
        diff: '-  max_entries: 50000\n+  max_entries: 60000',
      },
    ],
  },
}
