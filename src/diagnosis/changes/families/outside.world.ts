import type { Made } from '../made-incidents.world.ts'

/** Causes outside, with innocent changes near them. */
export const outside: Readonly<Record<string, Made>> = {
  'a certificate expired': {
    service: 'checkout',
    metrics: { error_ratio: [0.002, 0.85] },
    says: [
      'x509: certificate has expired or is not yet valid: current time 2026-03-03T13:00:00Z is after 2026-03-03T12:59:59Z',
      'cart: upstream checkout tls handshake error',
    ],
    changes: [
      {
        id: 'tlsmin',
        service: 'checkout',
        deployed: 52,
        message: 'chore: tls settings',
        path: 'services/checkout/tls.go',
        diff: '-\tMinVersion: tls.VersionTLS11,\n+\tMinVersion: tls.VersionTLS12,',
      },
      {
        id: 'retryc',
        service: 'checkout',
        deployed: 55,
        message: 'tune retries',
        path: 'services/checkout/retry.yaml',
        diff: '-  attempts: 2\n+  attempts: 3',
      },
    ],
  },
  'names not resolved': {
    service: 'orders',
    metrics: { error_ratio: [0.002, 0.6], dns_lookup_errors_total: [0, 900] },
    says: [
      'lookup payments.shop.svc.cluster.local on 10.96.0.10:53: server misbehaving',
      'cart: lookup orders.shop.svc.cluster.local: i/o timeout',
    ],
    changes: [
      {
        id: 'keepalive',
        service: 'orders',
        deployed: 52,
        message: 'chore: http keepalive',
        path: 'pkg/httpclient/transport.go',
        diff: '-\tIdleConnTimeout: 90 * time.Second,\n+\tIdleConnTimeout: 60 * time.Second,',
      },
      {
        id: 'timeouto',
        service: 'orders',
        deployed: 56,
        message: 'chore: timeouts',
        path: 'services/orders/config.yaml',
        diff: '-  timeout: 3s\n+  timeout: 2s',
      },
    ],
  },
  'more visitors': {
    service: 'storefront',
    metrics: {
      http_requests_per_second: [400, 2300],
      http_server_duration_p99_ms: [90, 2600],
      'cart:requests_per_second': [120, 700],
      container_cpu_utilization: [0.4, 0.97],
    },
    says: ['request queue saturated, shedding load'],
    changes: [
      {
        id: 'img',
        service: 'storefront',
        deployed: 50,
        message: 'perf: smaller images',
        path: 'services/storefront/images.ts',
        diff: '-  quality: 90,\n+  quality: 80,',
      },
      {
        id: 'cachettl',
        service: 'storefront',
        deployed: 55,
        message: 'chore: cache ttl',
        path: 'services/storefront/cache.yaml',
        diff: '-  ttl: 300s\n+  ttl: 240s',
      },
    ],
  },
  'a zone gone': {
    service: 'inventory',
    metrics: { error_ratio: [0.001, 0.34], http_server_duration_p99_ms: [50, 5100] },
    says: [
      'connection to db-replica-2 (zone europe-west1-c) lost: no route to host',
      'node-controller: Node ip-10-2-3-4 status is now: NodeNotReady (zone europe-west1-c)',
    ],
    changes: [
      {
        id: 'poolx',
        service: 'inventory',
        deployed: 53,
        message: 'tune pool idle',
        path: 'services/inventory/db.yaml',
        diff: '-  max_idle_time: 30s\n+  max_idle_time: 60s',
      },
      {
        id: 'reader',
        service: 'inventory',
        deployed: 56,
        message: 'refactor: reader',
        path: 'services/inventory/read.go',
        diff: '-\trow := db.QueryRow(ctx, q, id)\n-\treturn scan(row)\n+\treturn scan(db.QueryRow(ctx, q, id))',
      },
    ],
  },
  'a key expired': {
    service: 'geo',
    metrics: { geocode_error_ratio: [0.01, 1] },
    says: ['GET https://maps.example-geo.com/v1/geocode returned 403: API key expired'],
    changes: [
      {
        id: 'geoparse',
        service: 'geo',
        deployed: 54,
        message: 'refactor: parse response',
        path: 'services/geo/parse.py',
        diff: '-    data = json.loads(body)\n-    return data["results"]\n+    return json.loads(body)["results"]',
      },
      {
        id: 'geobump',
        service: 'geo',
        deployed: 50,
        message: 'bump requests',
        path: 'services/geo/requirements.txt',
        diff: '-requests==2.31.0\n+requests==2.32.0',
      },
    ],
  },
  'a provider that fails': {
    service: 'sms',
    metrics: { send_error_ratio: [0.004, 0.7], provider_latency_ms: [120, 6000] },
    says: [
      'POST https://api.twilio.com/2010/Messages returned 503 Service Unavailable',
      'POST https://api.twilio.com/2010/Messages timed out after 10s',
    ],
    changes: [
      {
        id: 'smstext',
        service: 'sms',
        deployed: 55,
        message: 'feat: shorter texts',
        path: 'services/sms/text.go',
        diff: '-const max = 320\n+const max = 160',
      },
      {
        id: 'smsretry',
        service: 'sms',
        deployed: 53,
        message: 'chore: retries',
        path: 'services/sms/retry.go',
        diff: '-\tMaxAttempts: 3,\n+\tMaxAttempts: 4,',
      },
    ],
  },
  'a database that changed its leader': {
    service: 'accounts',
    metrics: { db_errors_total: [0, 700], http_5xx_ratio: [0.001, 0.5] },
    says: [
      'ERROR: cannot execute INSERT in a read-only transaction',
      'connection terminated: primary changed, failover in progress',
    ],
    changes: [
      {
        id: 'acctx',
        service: 'accounts',
        deployed: 52,
        message: 'refactor: tx helper',
        path: 'services/accounts/tx.go',
        diff: '-\ttx, err := db.Begin()\n-\tif err != nil { return err }\n-\tdefer tx.Rollback()\n-\treturn fn(tx)\n+\treturn db.WithTx(fn)',
      },
      {
        id: 'accmig',
        service: 'accounts',
        deployed: 49,
        message: 'add index',
        path: 'db/migrations/0101_acc.sql',
        diff: '+CREATE INDEX CONCURRENTLY idx_acc ON accounts (created_at);',
      },
    ],
  },
  'a machine taken back': {
    service: 'render',
    metrics: { pod_ready_replicas: [8, 2], queue_depth: [4, 700] },
    says: [
      'node-problem: Node spot-pool-7 was preempted; instance terminated by provider',
      'pod evicted: node shutdown',
    ],
    changes: [
      {
        id: 'renderq',
        service: 'render',
        deployed: 55,
        message: 'chore: render quality',
        path: 'services/render/config.yaml',
        diff: '-  dpi: 144\n+  dpi: 150',
      },
      {
        id: 'renderw',
        service: 'render',
        deployed: 53,
        message: 'refactor: worker loop',
        path: 'services/render/loop.go',
        diff: '-\tfor job := range jobs {\n-\t\thandle(job)\n-\t}\n+\tfor job := range jobs {\n+\t\tw.handle(job)\n+\t}',
      },
    ],
  },
  'nothing that tells': {
    service: 'quotes',
    metrics: { http_server_duration_p99_ms: [80, 700] },
    says: ['slow response from storage layer'],
    changes: [
      {
        id: 'qa',
        service: 'quotes',
        deployed: 52,
        message: 'refactor',
        path: 'services/quotes/a.go',
        diff: '-\tx := f()\n-\treturn x\n+\treturn f()',
      },
      {
        id: 'qb',
        service: 'quotes',
        deployed: 55,
        message: 'cache size',
        path: 'services/quotes/cache.yaml',
        diff: '-  entries: 50000\n+  entries: 60000',
      },
      { id: 'flag:quotes_banner', kind: 'flag', service: 'quotes', deployed: 58 },
    ],
  },
  'a file in another form': {
    service: 'importer',
    metrics: { row_validation_error_ratio: [0.002, 0.9] },
    says: ['partner feed acme: unexpected column "sku_v2" in file, missing column "sku"'],
    changes: [
      {
        id: 'impref',
        service: 'importer',
        deployed: 50,
        message: 'refactor: row reader',
        path: 'services/importer/rows.py',
        diff: '-    for row in reader:\n-        yield to_row(row)\n+    yield from map(to_row, reader)',
      },
      {
        id: 'impcsv',
        service: 'importer',
        deployed: 55,
        message: 'bump csv lib',
        path: 'services/importer/requirements.txt',
        diff: '-pandas==2.2.0\n+pandas==2.2.1',
      },
    ],
  },
}
