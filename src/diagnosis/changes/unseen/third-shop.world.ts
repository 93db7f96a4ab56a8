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
}
