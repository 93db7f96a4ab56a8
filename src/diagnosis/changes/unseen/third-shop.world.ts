import type { Incident } from './incident.world.ts'

/** Third batch, written when the second had been looked at: a shop, and what a change did to it. */
export const thirdShop: Readonly<Record<string, Incident>> = {
  'fewer hands at the belt': {
    did: 'b3-workers',
    alert: [
      'fulfillmentservice',
      'consumer_lag_messages',
      'fulfillmentservice lag on orders.paid above 20k and growing',
    ],
    onset: 66,
    metrics: {
      'fulfillmentservice consumer_lag_messages': [40, 46000, 58],
      'fulfillmentservice messages_processed_per_sec': [310, 52],
      'orderservice requests_per_sec': [300, 302],
    },
    logs: [
      'fulfillmentservice WARN orders.paid lag growing: {n} messages behind',
      'frontend WARN order status still pending after {n}s',
    ],
    usual: ['fulfillmentservice shipment created', 'frontend handled request', 'orderservice order paid'],
    spans: ['fulfillmentservice ProcessOrderPaid 160 ok', 'fulfillmentservice warehouse.Reserve 120 ok'],
    changes: [
      {
        id: 'b3-workers',
        message: 'refactor(fulfillment): consumer group setup via options struct',
        service: 'fulfillmentservice',
        deployed: 56,
        files: {
          'services/fulfillment/consumer/setup.go': `@@ services/fulfillment/consumer/setup.go @@ func New(brokers []string) *Consumer {
-    c := kafka.NewConsumer(brokers, "orders.paid")
-    c.SetWorkers(runtime.NumCPU() * 4)
-    c.SetBatch(200)
-    return c
+    return kafka.NewConsumerWith(kafka.Options{
+        Brokers: brokers,
+        Topic:   "orders.paid",
+        Batch:   200,
+    })
 }`,
        },
      },
      {
        id: 'b3-status',
        message: 'feat(frontend): show shipment status badge',
        service: 'frontend',
        deployed: 61,
        files: {
          'services/frontend/templates/status.html': '+<span class="badge">{{ .Status }}</span>',
          'services/frontend/static/badge.css': '+.badge { border-radius: 6px; }',
        },
      },
      {
        id: 'b3-lag',
        message: 'chore(fulfillment): tidy lag exporter labels',
        service: 'fulfillmentservice',
        deployed: 63,
        files: {
          'services/fulfillment/metrics/lag.go': `@@ services/fulfillment/metrics/lag.go @@
-    lag.WithLabelValues(topic, strconv.Itoa(p)).Set(float64(behind))
+    lag.WithLabelValues(topic, partitionLabel(p)).Set(float64(behind))
+}
+
+func partitionLabel(p int) string {
+    return strconv.Itoa(p)`,
        },
      },
    ],
  },
  'answers that are too long': {
    did: 'b3-grpc',
    alert: ['catalogservice', 'grpc_error_ratio', 'catalogservice ListProducts error ratio above 5%'],
    metrics: {
      'catalogservice grpc_error_ratio': [0.002, 0.34],
      'frontend error_rate_5xx_ratio': [0.003, 0.22],
    },
    logs: [
      'frontend ERROR rpc error: code = ResourceExhausted desc = grpc: received message larger than max (6291456 vs. 4194304)',
      'catalogservice INFO listed {n} products',
    ],
    usual: ['frontend handled request', 'catalogservice listed products'],
    changes: [
      {
        id: 'b3-grpc',
        message: 'refactor(platform): shared grpc dial helper',
        service: 'frontend',
        deployed: 57,
        files: {
          'pkg/rpc/dial.go': `@@ pkg/rpc/dial.go @@ func Dial(ctx context.Context, target string) (*grpc.ClientConn, error) {
     return grpc.NewClient(target,
         grpc.WithTransportCredentials(creds),
-        grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxRecv)),
         grpc.WithStatsHandler(otelgrpc.NewClientHandler()),
     )
 }
-
-const maxRecv = 16 << 20`,
        },
      },
      {
        id: 'b3-list',
        message: 'refactor(catalog): extract product mapper',
        service: 'catalogservice',
        deployed: 59,
        files: {
          'services/catalog/list.go': `@@ services/catalog/list.go @@
-    for _, p := range rows {
-        out = append(out, &pb.Product{Id: p.ID, Name: p.Name, Price: p.Price})
-    }
+    for _, p := range rows {
+        out = append(out, toProduct(p))
+    }
+}
+
+func toProduct(p row) *pb.Product {
+    return &pb.Product{Id: p.ID, Name: p.Name, Price: p.Price}`,
        },
      },
      {
        id: 'b3-grpcbump',
        message: 'chore: bump grpc patch',
        written: 40,
        files: {
          'go.mod': '-\tgoogle.golang.org/grpc v1.66.0\n+\tgoogle.golang.org/grpc v1.66.2',
          'go.sum': '',
        },
      },
    ],
  },
  'rows that stay open': {
    did: 'b3-rows',
    alert: ['reviewservice', 'db_pool_in_use', 'reviewservice database pool exhausted'],
    onset: 68,
    metrics: {
      'reviewservice db_pool_in_use': [6, 30, 48],
      'reviewservice http_server_duration_p99_ms': [110, 5000],
      'productpage error_rate_5xx_ratio': [0.002, 0.18],
    },
    logs: [
      'reviewservice ERROR list reviews: context deadline exceeded waiting for connection',
      'productpage WARN reviews unavailable, hiding section',
    ],
    usual: ['reviewservice reviews listed', 'productpage handled request'],
    changes: [
      {
        id: 'b3-rows',
        message: 'feat(review): stop at first flagged review',
        service: 'reviewservice',
        deployed: 46,
        files: {
          'services/review/store/list.go': `@@ services/review/store/list.go @@ func (s *Store) List(ctx context.Context, product string) ([]Review, error) {
     rows, err := s.db.QueryContext(ctx, listSQL, product)
     if err != nil {
         return nil, err
     }
-    defer rows.Close()
     for rows.Next() {
         var r Review
         if err := rows.Scan(&r.ID, &r.Stars, &r.Text, &r.Flagged); err != nil {
             return nil, err
         }
+        if r.Flagged {
+            return out, nil
+        }
         out = append(out, r)
     }
+    rows.Close()
     return out, rows.Err()`,
        },
      },
      {
        id: 'b3-hide',
        message: 'fix(productpage): hide reviews section when unavailable',
        service: 'productpage',
        deployed: 60,
        files: {
          'services/productpage/reviews.go': '+    if len(reviews) == 0 {\n+        return nil\n+    }',
        },
      },
      {
        id: 'b3-pool',
        message: 'chore(review): export db pool stats',
        service: 'reviewservice',
        deployed: 64,
        files: {
          'services/review/metrics.go':
            '+    prometheus.MustRegister(collectors.NewDBStatsCollector(db, "reviews"))',
        },
      },
    ],
  },
  'a breaker that never closes': {
    did: 'b3-breaker',
    alert: ['checkoutservice', 'checkout_error_ratio', 'checkoutservice errors above 10%'],
    metrics: {
      'checkoutservice checkout_error_ratio': [0.003, 0.61],
      'shippingservice requests_per_sec': [90, 12],
      'shippingservice error_rate_5xx_ratio': [0.002, 0.002],
    },
    logs: [
      'checkoutservice ERROR quote shipping: circuit breaker is open',
      'frontend ERROR checkout failed: quote unavailable',
    ],
    usual: ['checkoutservice order placed', 'shippingservice quote returned', 'frontend handled request'],
    changes: [
      {
        id: 'b3-breaker',
        message: 'chore(checkout): adopt defaults for outbound resilience',
        service: 'checkoutservice',
        deployed: 58,
        files: {
          'services/checkout/config/resilience.yaml': `@@ services/checkout/config/resilience.yaml @@
 shipping:
   breaker:
-    failure_rate_threshold: 50
-    minimum_calls: 100
-    wait_open: 10s
+    failure_rate_threshold: 1
+    minimum_calls: 5
+    wait_open: 15m`,
        },
      },
      {
        id: 'b3-quote',
        message: 'refactor(shipping): rename quote vars',
        service: 'shippingservice',
        deployed: 55,
        files: {
          'services/shipping/quote.go':
            '-    q := price(zone, grams)\n-    return q, nil\n+    quote := price(zone, grams)\n+    return quote, nil',
        },
      },
      {
        id: 'b3-front',
        message: 'feat(frontend): restyle checkout error banner',
        service: 'frontend',
        deployed: 61,
        files: {
          'services/frontend/static/banner.css':
            '-.error { color: red; }\n+.error { color: #c00; font-weight: 600; }',
        },
      },
    ],
  },
  'carts that are forgotten': {
    did: 'b3-cookie',
    alert: ['cartservice', 'empty_cart_ratio', 'cartservice: empty carts at checkout above 40%'],
    metrics: {
      'cartservice empty_cart_ratio': [0.05, 0.71],
      'cartservice carts_created_per_sec': [20, 190],
      'frontend error_rate_5xx_ratio': [0.002, 0.002],
    },
    logs: [
      'cartservice WARN no cart for new visitor, creating',
      'checkoutservice WARN checkout with empty cart',
    ],
    usual: ['cartservice item added', 'checkoutservice order placed', 'frontend handled request'],
    changes: [
      {
        id: 'b3-cookie',
        message: 'security(frontend): harden cookies',
        service: 'frontend',
        deployed: 57,
        files: {
          'services/frontend/session/cookie.go': `@@ services/frontend/session/cookie.go @@ func set(w http.ResponseWriter, id string) {
     http.SetCookie(w, &http.Cookie{
         Name:     "shop_session",
         Value:    id,
-        Path:     "/",
-        SameSite: http.SameSiteLaxMode,
+        Path:     "/account",
+        SameSite: http.SameSiteStrictMode,
         HttpOnly: true,`,
        },
      },
      {
        id: 'b3-cart',
        message: 'refactor(cart): simplify add item handler',
        service: 'cartservice',
        deployed: 60,
        files: {
          'services/cart/add.go': `-    cart, err := s.load(ctx, id)
-    if err != nil {
-        return err
-    }
-    cart.Add(item)
-    return s.save(ctx, cart)
+    return s.update(ctx, id, func(cart *Cart) { cart.Add(item) })`,
        },
      },
      {
        id: 'b3-empty',
        message: 'feat(checkout): metric for empty carts',
        service: 'checkoutservice',
        deployed: 45,
        files: {
          'services/checkout/metrics.go':
            '+var emptyCarts = prometheus.NewCounter(prometheus.CounterOpts{Name: "empty_carts_total"})',
        },
      },
    ],
  },
  'nothing is found any more': {
    did: 'b3-analyzer',
    alert: ['searchservice', 'zero_result_ratio', 'searchservice zero result ratio above 30%'],
    metrics: {
      'searchservice zero_result_ratio': [0.06, 0.74],
      'searchservice http_server_duration_p99_ms': [120, 40],
      'frontend conversion_ratio': [0.031, 0.009],
    },
    logs: [
      'searchservice WARN zero results for query "running shoes"',
      'searchservice INFO reindex of catalog finished',
    ],
    usual: ['searchservice results returned', 'frontend handled request'],
    changes: [
      {
        id: 'b3-analyzer',
        message: 'refactor(search): keep only needed analyzers',
        service: 'searchservice',
        deployed: 55,
        files: {
          'services/search/index/settings.json': `@@ services/search/index/settings.json @@
   "analyzer": {
     "product_text": {
-      "tokenizer": "standard",
-      "filter": ["lowercase", "english_stemmer", "synonyms"]
+      "tokenizer": "keyword",
+      "filter": ["lowercase"]
     }`,
        },
      },
      {
        id: 'b3-results',
        message: 'feat(frontend): results grid with four columns',
        service: 'frontend',
        deployed: 58,
        files: { 'services/frontend/static/results.css': '-.grid { columns: 3; }\n+.grid { columns: 4; }' },
      },
      {
        id: 'b3-query',
        message: 'refactor(search): tidy query decoding',
        service: 'searchservice',
        deployed: 59,
        files: {
          'services/search/handler.go': `-    q := r.URL.Query().Get("q")
-    if q == "" {
-        http.Error(w, "missing q", 400)
-        return
-    }
+    q, err := decodeQuery(r)
+    if err != nil {
+        writeError(w, http.StatusBadRequest, err)
+        return
+    }`,
        },
      },
    ],
  },
  'sold more than there is': {
    did: 'b3-oversell',
    alert: ['inventoryservice', 'negative_stock_items', 'inventoryservice: items with negative stock'],
    metrics: {
      'inventoryservice negative_stock_items': [0, 41],
      'inventoryservice reserve_duration_p99_ms': [90, 30],
      'orderservice cancellations_per_min': [1, 28],
    },
    logs: [
      'inventoryservice ERROR stock of sku {n} below zero after reservation',
      'orderservice WARN order {n} cancelled: out of stock',
    ],
    usual: ['inventoryservice reservation committed', 'orderservice order paid'],
    changes: [
      {
        id: 'b3-oversell',
        message: 'perf(inventory): faster reservations',
        service: 'inventoryservice',
        deployed: 52,
        files: {
          'services/inventory/store/reserve.sql': `-SELECT quantity FROM stock WHERE sku = $1 FOR UPDATE;
+SELECT quantity FROM stock WHERE sku = $1;`,
        },
      },
      {
        id: 'b3-cancel',
        message: 'feat(order): reason on cancellations',
        service: 'orderservice',
        deployed: 58,
        files: { 'services/order/cancel.go': '+    Reason string' },
      },
      {
        id: 'b3-stockpage',
        message: 'refactor(inventory): move stock DTOs into api/types',
        service: 'inventoryservice',
        deployed: 60,
        files: {
          'services/inventory/types.go': '-type Stock struct {\n-    SKU string\n-    Quantity int\n-}',
          'api/types/stock.go': '+type Stock struct {\n+    SKU string\n+    Quantity int\n+}',
        },
      },
    ],
  },
  'mail that cannot be written': {
    did: 'b3-mail',
    alert: ['emailservice', 'email_failure_ratio', 'emailservice failures above 10%'],
    metrics: {
      'emailservice email_failure_ratio': [0.002, 0.58],
      'emailservice emails_sent_per_min': [140, 60],
    },
    logs: [
      "emailservice ERROR AttributeError: 'NoneType' object has no attribute 'first_name' in render_order_confirmation (email/render.py:48)",
      'emailservice INFO confirmation sent',
    ],
    usual: ['emailservice confirmation sent'],
    changes: [
      {
        id: 'b3-mail',
        message: 'refactor(email): no more guest special case',
        service: 'emailservice',
        deployed: 55,
        files: {
          'services/email/render.py': `@@ services/email/render.py @@ def render_order_confirmation(order):
-    name = order.customer.first_name if order.customer else order.billing_name
+    name = order.customer.first_name
     return template.render(name=name, order=order)`,
        },
      },
      {
        id: 'b3-tmpl',
        message: 'style(email): new footer in confirmation template',
        service: 'emailservice',
        deployed: 59,
        files: {
          'services/email/templates/confirmation.html':
            '-<footer>Shop</footer>\n+<footer>Shop, Inc.</footer>',
        },
      },
      {
        id: 'b3-jinja',
        message: 'chore: bump jinja2',
        service: 'emailservice',
        deployed: 50,
        files: { 'services/email/requirements.txt': '-jinja2==3.1.3\n+jinja2==3.1.4' },
      },
    ],
  },
  'seconds taken for milliseconds': {
    did: 'b3-unit',
    alert: ['recommendationservice', 'http_server_duration_p99_ms', 'recommendationservice p99 above 2s'],
    metrics: {
      'recommendationservice http_server_duration_p99_ms': [85, 5100],
      'recommendationservice in_flight_requests': [4, 310],
      'frontend http_server_duration_p99_ms': [240, 5200],
    },
    logs: [
      'recommendationservice WARN batch window still open, {n} requests parked',
      'frontend WARN recommendations slow, rendering without',
    ],
    usual: ['recommendationservice ranked list returned', 'frontend handled request'],
    spans: ['frontend GET /product 5200 ok', 'recommendationservice Rank 5100 ok'],
    changes: [
      {
        id: 'b3-unit',
        message: 'refactor(recommendation): durations as numbers in config',
        service: 'recommendationservice',
        deployed: 58,
        files: {
          'services/recommendation/batcher.go': `-    window, err := time.ParseDuration(cfg.BatchWindow)
-    if err != nil {
-        return nil, err
-    }
+    window := time.Duration(cfg.BatchWindow) * time.Second`,
          'services/recommendation/config/prod.yaml': '-batch_window: 5ms\n+batch_window: 5',
        },
      },
      {
        id: 'b3-rank',
        message: 'chore(recommendation): increase candidate pool slightly',
        service: 'recommendationservice',
        deployed: 53,
        files: { 'services/recommendation/config/prod.yaml': '-candidates: 400\n+candidates: 440' },
      },
      {
        id: 'b3-slow',
        message: 'feat(frontend): log when recommendations are slow',
        service: 'frontend',
        deployed: 60,
        files: {
          'services/frontend/recs.go':
            '+    if took > slow { log.Warn("recommendations slow, rendering without") }',
        },
      },
    ],
  },
  'a flag for everybody': {
    did: 'flag:catalog_live_stock',
    alert: ['catalogservice', 'http_server_duration_p99_ms', 'catalogservice p99 above 1s'],
    metrics: {
      'catalogservice http_server_duration_p99_ms': [70, 2400],
      'inventoryservice requests_per_sec': [120, 3900],
      'inventoryservice cpu_utilization_pct': [25, 96],
    },
    logs: [
      'catalogservice WARN live stock lookup took {n}ms for page of 48 items',
      'inventoryservice WARN request queue length {n}',
    ],
    usual: ['catalogservice served catalog page', 'inventoryservice stock read'],
    changes: [
      {
        id: 'flag:catalog_live_stock',
        message: 'flag catalog_live_stock: 5%->100%',
        kind: 'flag',
        service: 'catalogservice',
        deployed: 59,
      },
      {
        id: 'b3-page',
        message: 'refactor(catalog): page assembly in its own file',
        service: 'catalogservice',
        deployed: 56,
        files: {
          'services/catalog/page.go':
            '+func assemble(items []Item) Page {\n+    return Page{Items: items}\n+}',
          'services/catalog/handler.go': '-    return Page{Items: items}\n+    return assemble(items)',
        },
      },
      {
        id: 'b3-inv',
        message: 'chore(inventory): bump pgx patch',
        service: 'inventoryservice',
        deployed: 52,
        files: {
          'services/inventory/go.mod': '-\tgithub.com/jackc/pgx/v5 v5.5.4\n+\tgithub.com/jackc/pgx/v5 v5.5.5',
        },
      },
    ],
  },
}
