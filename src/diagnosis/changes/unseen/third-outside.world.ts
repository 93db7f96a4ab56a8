import type { Incident } from './incident.world.ts'

/** Third batch: nothing of ours did it. */
export const thirdOutside: Readonly<Record<string, Incident>> = {
  'a broker with a bad disk': {
    alert: ['kafka-orders', 'under_replicated_partitions', 'kafka-orders under-replicated partitions'],
    metrics: {
      'kafka-orders under_replicated_partitions': [0, 64],
      'orderservice produce_duration_p99_ms': [12, 2900],
      'kafka-orders disk_io_errors_total': [0, 31],
    },
    logs: [
      'kafka-orders ERROR Error while writing to checkpoint file /data/kafka-1: java.io.IOException: Input/output error',
      'kafka-orders WARN Broker 3 is shutting down log dir /data/kafka-1',
      'orderservice WARN produce to orders.paid slow: {n}ms',
    ],
    usual: ['orderservice order paid', 'kafka-orders segment rolled'],
    changes: [
      {
        id: 'b3-acks',
        message: 'refactor(order): producer options',
        service: 'orderservice',
        deployed: 55,
        files: {
          'services/order/producer.go':
            '-    p.SetAcks("all")\n-    p.SetLinger(5)\n+    p.Configure(Options{Acks: "all", Linger: 5})',
        },
      },
      {
        id: 'b3-seg',
        message: 'chore(kafka): segment size 512 MB',
        service: 'kafka-orders',
        deployed: 45,
        files: {
          'deploy/kafka/values.yaml': '-  log.segment.bytes: 1073741824\n+  log.segment.bytes: 536870912',
        },
      },
      {
        id: 'b3-orders',
        message: 'feat(order): order note',
        service: 'orderservice',
        deployed: 58,
        files: { 'services/order/note.go': '+    Note string' },
      },
    ],
  },
  'a sale that everybody wants': {
    alert: ['frontend', 'http_server_duration_p99_ms', 'frontend p99 above 3s'],
    metrics: {
      'frontend requests_per_sec': [900, 7200],
      'catalogservice requests_per_sec': [1400, 11000],
      'frontend http_server_duration_p99_ms': [210, 4100],
      'catalogservice cpu_utilization_pct': [45, 97],
    },
    logs: ['frontend WARN request queue length {n}', 'catalogservice WARN cpu saturated, shedding load'],
    usual: ['frontend handled request', 'catalogservice served catalog page'],
    changes: [
      {
        id: 'b3-hero',
        message: 'feat(frontend): hero banner',
        service: 'frontend',
        deployed: 58,
        files: { 'services/frontend/templates/hero.html': '+<section class="hero">Summer</section>' },
      },
      {
        id: 'b3-catcache',
        message: 'chore(catalog): cache size',
        service: 'catalogservice',
        deployed: 52,
        files: { 'services/catalog/config/cache.yaml': '-  entries: 50000\n+  entries: 60000' },
      },
      {
        id: 'b3-lookup',
        message: 'refactor(catalog): simplify item lookup handler',
        service: 'catalogservice',
        deployed: 56,
        files: {
          'services/catalog/lookup.go':
            '-    item, err := s.cache.GetOrLoad(ctx, key, s.load)\n-    if err != nil { return nil, err }\n-    return item, nil\n+    return s.cache.GetOrLoad(ctx, key, s.load)',
        },
      },
    ],
  },
  'trust that ran out': {
    alert: ['taxservice', 'error_rate_5xx_ratio', 'taxservice 5xx above 30%'],
    metrics: {
      'taxservice error_rate_5xx_ratio': [0.002, 1],
      'checkoutservice checkout_error_ratio': [0.003, 0.98],
    },
    logs: [
      'taxservice ERROR POST https://rates.taxdata.example/v2/quote: x509: certificate has expired or is not yet valid',
      'checkoutservice ERROR tax quote failed: 502',
    ],
    usual: ['taxservice quote returned', 'checkoutservice order placed'],
    changes: [
      {
        id: 'b3-vat',
        message: 'fix(tax): rounding of VAT',
        service: 'taxservice',
        deployed: 57,
        files: {
          'services/tax/vat.go':
            '-    return math.Round(net * rate)\n+    return math.Round(net*rate*100) / 100',
        },
      },
      {
        id: 'b3-taxtls',
        message: 'chore(tax): TLS settings from the shared package',
        service: 'taxservice',
        deployed: 53,
        files: {
          'services/tax/client.go':
            '-    tr := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}\n+    tr := transport.Default()',
        },
      },
      {
        id: 'b3-checkout',
        message: 'feat(checkout): tax line in summary',
        service: 'checkoutservice',
        deployed: 59,
        files: { 'services/checkout/summary.go': '+    Tax Money' },
      },
    ],
  },
  'a limit of the carrier': {
    alert: ['shippingservice', 'label_error_ratio', 'shippingservice labels failing'],
    metrics: {
      'shippingservice label_error_ratio': [0.003, 0.47],
      'shippingservice requests_per_sec': [35, 36],
    },
    logs: [
      'shippingservice ERROR POST https://api.fastship.example/labels returned 429: account limit lowered to 10/min',
      'shippingservice WARN label deferred',
    ],
    usual: ['shippingservice label created'],
    status:
      '{ "provider": "fastship", "components": [ { "name": "Labels API", "status": "degraded_performance" } ], "incidents": [ { "name": "Temporary rate limits for all accounts", "impact": "minor", "status": "identified", "started_at": "2026-05-12T12:55:00Z" } ] }',
    changes: [
      {
        id: 'b3-label',
        message: 'perf(shipping): create labels in parallel',
        service: 'shippingservice',
        deployed: 35,
        files: {
          'services/shipping/labels.go':
            '-    for _, p := range parcels {\n-        create(ctx, p)\n-    }\n+    g.SetLimit(2)\n+    for _, p := range parcels {\n+        g.Go(func() error { return create(ctx, p) })\n+    }',
        },
      },
      {
        id: 'b3-defer',
        message: 'feat(shipping): deferred labels metric',
        service: 'shippingservice',
        deployed: 50,
        files: {
          'services/shipping/metrics.go':
            '+var deferred = prometheus.NewCounter(prometheus.CounterOpts{Name: "labels_deferred_total"})',
        },
      },
      {
        id: 'b3-ship',
        message: 'refactor(shipping): rename carrier client',
        service: 'shippingservice',
        deployed: 58,
        files: {
          'services/shipping/client.go':
            '-type Client struct{ http *http.Client }\n+type Carrier struct{ http *http.Client }',
        },
      },
    ],
  },
  'another leader': {
    alert: ['accountservice', 'error_rate_5xx_ratio', 'accountservice writes fail'],
    metrics: {
      'accountservice error_rate_5xx_ratio': [0.001, 0.52],
      'accountdb is_primary': [1, 0],
      'accountdb connections': [80, 12],
    },
    logs: [
      'accountservice ERROR ERROR: cannot execute UPDATE in a read-only transaction (SQLSTATE 25006)',
      'accountdb WARN failover in progress: promoting standby in zone b',
    ],
    usual: ['accountservice account saved', 'accountdb checkpoint complete'],
    changes: [
      {
        id: 'b3-save',
        message: 'refactor(account): save in one statement',
        service: 'accountservice',
        deployed: 57,
        files: {
          'services/account/save.go':
            '-    if _, err := tx.Exec(updateName, id, name); err != nil { return err }\n-    _, err := tx.Exec(updateMail, id, mail)\n-    return err\n+    _, err := tx.Exec(update, id, name, mail)\n+    return err',
        },
      },
      {
        id: 'b3-acdb',
        message: 'chore(accountdb): more connections',
        service: 'accountdb',
        deployed: 40,
        files: { 'deploy/accountdb/values.yaml': '-max_connections: 200\n+max_connections: 220' },
      },
      {
        id: 'b3-acc',
        message: 'feat(account): remember last login',
        service: 'accountservice',
        deployed: 54,
        files: { 'services/account/login.go': '+    a.LastLogin = now' },
      },
    ],
  },
  'one record of a partner': {
    alert: ['feed-importer', 'import_error_ratio', 'feed-importer failing on partner feed'],
    metrics: {
      'feed-importer import_error_ratio': [0.003, 0.96],
      'feed-queue queue_oldest_message_age_seconds': [10, 1900, 60],
    },
    logs: [
      "feed-importer ERROR import failed: price '-1.#IND' is not a number record_id=pf-77120934 partner=nordwind",
      'feed-queue WARN redelivering message pf-77120934',
    ],
    usual: ['feed-importer imported 200 records'],
    changes: [
      {
        id: 'b3-import',
        message: 'refactor(feed): tidy price parser',
        service: 'feed-importer',
        deployed: 56,
        files: {
          'feed/price.go':
            '-    v, err := strconv.ParseFloat(s, 64)\n-    if err != nil {\n-        return 0, err\n-    }\n-    return v, nil\n+    return strconv.ParseFloat(s, 64)',
        },
      },
      {
        id: 'b3-feeddep',
        message: 'chore: bump csv decoder patch',
        written: 45,
        files: { 'go.mod': '-\tgithub.com/acme/csv v1.4.1\n+\tgithub.com/acme/csv v1.4.2', 'go.sum': '' },
      },
      {
        id: 'b3-feedflag',
        message: 'flag feed_parallel_import: off->on',
        kind: 'flag',
        service: 'feed-importer',
        deployed: 40,
      },
    ],
  },
  'a route that was lost': {
    alert: ['paymentservice', 'charge_error_ratio', 'paymentservice charges time out'],
    metrics: {
      'paymentservice charge_error_ratio': [0.004, 0.66],
      'egress-gateway packet_loss_ratio': [0, 0.41],
      'geoservice error_rate_5xx_ratio': [0.001, 0.4],
    },
    logs: [
      'paymentservice ERROR dial tcp 203.0.113.20:443: connect: no route to host',
      'geoservice ERROR dial tcp 198.51.100.7:443: i/o timeout',
      'egress-gateway WARN bgp session with 169.254.10.1 down',
    ],
    usual: ['paymentservice charge authorized', 'geoservice place found'],
    changes: [
      {
        id: 'b3-charge',
        message: 'refactor: tidy payment Charge handler',
        service: 'paymentservice',
        deployed: 58,
        files: {
          'services/payment/handler.go':
            '-    var req ChargeRequest\n-    if err := json.NewDecoder(r.Body).Decode(&req); err != nil {\n-        http.Error(w, err.Error(), 400)\n-        return\n-    }\n+    req, err := decodeRequest[ChargeRequest](r)\n+    if err != nil {\n+        writeError(w, http.StatusBadRequest, err)\n+        return\n+    }',
        },
      },
      {
        id: 'b3-dial',
        message: 'chore(payment): dial timeout 4s',
        service: 'paymentservice',
        deployed: 52,
        files: {
          'services/payment/client.go': '-    Timeout: 5 * time.Second,\n+    Timeout: 4 * time.Second,',
        },
      },
      {
        id: 'b3-geo',
        message: 'feat(geo): postcode lookup',
        service: 'geoservice',
        deployed: 55,
        files: {
          'services/geo/postcode.go':
            '+func (s *Server) Postcode(ctx context.Context, code string) (*Place, error) {\n+    return s.store.ByPostcode(ctx, code)\n+}',
        },
      },
    ],
  },
}
