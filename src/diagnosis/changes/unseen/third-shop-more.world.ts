import type { Incident } from './incident.world.ts'

/** Third batch, written when the second had been looked at: a shop, and what a change did to it. */
export const thirdShopMore: Readonly<Record<string, Incident>> = {
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
