import type { Incident } from './incident.world.ts'

/** Fourth batch, written when the third had been looked at. */
export const fourthMore: Readonly<Record<string, Incident>> = {
  'a guard that lets nobody in': {
    did: 'b4-waf',
    alert: ['uploadservice', 'http_403_ratio', 'uploadservice 403 ratio above 25%'],
    metrics: { 'uploadservice http_403_ratio': [0.003, 0.58], 'ingress http_403_ratio': [0.003, 0.5] },
    logs: [
      'ingress WARN ModSecurity: Access denied with code 403 (phase 2). Request body is larger than the configured limit',
      'frontend ERROR upload failed: 403',
    ],
    usual: ['ingress 200 /upload', 'uploadservice file stored'],
    changes: [
      {
        id: 'b4-waf',
        message: 'chore(ingress): core rule set with recommended settings',
        service: 'ingress',
        deployed: 58,
        files: {
          'deploy/ingress/modsecurity.conf': '-SecRequestBodyLimit 52428800\n+SecRequestBodyLimit 1048576',
        },
      },
      {
        id: 'b4-upload',
        message: 'refactor(upload): rename handler',
        service: 'uploadservice',
        deployed: 55,
        files: {
          'services/upload/handler.go':
            '-func (s *Server) put(w http.ResponseWriter, r *http.Request) {\n+func (s *Server) upload(w http.ResponseWriter, r *http.Request) {',
        },
      },
      {
        id: 'b4-progress',
        message: 'feat(frontend): upload progress bar',
        service: 'frontend',
        deployed: 59,
        files: {
          'services/frontend/src/Progress.jsx':
            '+export const Progress = ({ done }) => <progress value={done} max="100" />',
        },
      },
    ],
  },
  'pages that are shown to others': {
    did: 'b4-vary',
    alert: ['accountpages', 'wrong_account_reports', 'accountpages: users see pages of others'],
    metrics: {
      'accountpages wrong_account_reports': [0, 17],
      'cdn cache_hit_ratio': [0.4, 0.86],
      'accountpages requests_per_sec': [210, 60],
    },
    logs: ['accountpages ERROR session of user {n} does not match page', 'cdn INFO hit /account'],
    usual: ['accountpages page rendered', 'cdn miss /account'],
    changes: [
      {
        id: 'b4-vary',
        message: 'perf: cache headers for all pages',
        service: 'accountpages',
        deployed: 56,
        files: {
          'account/src/pages.ts':
            "-  res.setHeader('Cache-Control', 'private, no-store')\n+  res.setHeader('Cache-Control', 'public, max-age=300')",
        },
      },
      {
        id: 'b4-acc',
        message: 'feat(account): greeting by daytime',
        service: 'accountpages',
        deployed: 58,
        files: {
          'account/src/greeting.ts':
            "+export const greeting = (hour: number) => (hour < 12 ? 'Good morning' : 'Hello')",
        },
      },
      {
        id: 'b4-cdn',
        message: 'chore(cdn): log hits',
        service: 'cdn',
        deployed: 50,
        files: { 'cdn/log.vcl': '+    std.log("hit " + req.url);' },
      },
    ],
  },
  'a queue that nobody empties': {
    did: 'b4-topic',
    alert: ['invoiceworker', 'invoices_created_per_min', 'invoiceworker creates no invoices'],
    metrics: { 'invoiceworker invoices_created_per_min': [60, 0], 'orderservice requests_per_sec': [90, 91] },
    logs: [
      'invoiceworker INFO waiting for messages on order-completed',
      'finance-ui WARN no invoices in the last 10 minutes',
    ],
    usual: ['invoiceworker invoice created', 'orderservice published order.completed'],
    changes: [
      {
        id: 'b4-topic',
        message: 'style: topic names with dashes',
        service: 'invoiceworker',
        deployed: 57,
        files: { 'services/invoice/config/prod.yaml': '-topic: order.completed\n+topic: order-completed' },
      },
      {
        id: 'b4-ui',
        message: 'feat(finance-ui): hint when there are no invoices',
        service: 'finance-ui',
        deployed: 55,
        files: {
          'services/finance-ui/src/Empty.tsx':
            '+export const Empty = () => <p>No invoices in the last 10 minutes</p>',
        },
      },
      {
        id: 'b4-order',
        message: 'chore(order): bump kafka client patch',
        service: 'orderservice',
        deployed: 59,
        files: {
          'services/order/go.mod':
            '-\tgithub.com/segmentio/kafka-go v0.4.46\n+\tgithub.com/segmentio/kafka-go v0.4.47',
        },
      },
    ],
  },
  'a wave of robots': {
    alert: ['catalogservice', 'cpu_utilization_pct', 'catalogservice CPU above 90%'],
    metrics: {
      'catalogservice requests_per_sec': [400, 3100],
      'frontend requests_per_sec': [700, 3600],
      'catalogservice cpu_utilization_pct': [35, 97],
      'frontend distinct_user_agents_per_min': [900, 60],
    },
    logs: [
      'frontend WARN 3000 requests per second from AS64500 with user agent python-requests',
      'catalogservice WARN shedding load',
    ],
    usual: ['frontend handled request', 'catalogservice served catalog page'],
    changes: [
      {
        id: 'b4-page',
        message: 'perf(catalog): page size 60',
        service: 'catalogservice',
        deployed: 50,
        files: { 'services/catalog/page.go': '-const pageSize = 48\n+const pageSize = 60' },
      },
      {
        id: 'b4-agent',
        message: 'feat(frontend): log user agent',
        service: 'frontend',
        deployed: 54,
        files: { 'services/frontend/log.go': '+        logger = logger.With("user_agent", r.UserAgent())' },
      },
      {
        id: 'b4-cat',
        message: 'refactor(catalog): mapper',
        service: 'catalogservice',
        deployed: 58,
        files: {
          'services/catalog/map.go':
            '-    out = append(out, Product{ID: r.ID, Name: r.Name})\n+    out = append(out, fromRow(r))\n+}\n+\n+func fromRow(r row) Product {\n+    return Product{ID: r.ID, Name: r.Name}',
        },
      },
    ],
  },
  'a bank that is away': {
    alert: ['payoutservice', 'payout_failure_ratio', 'payoutservice failures above 20%'],
    metrics: {
      'payoutservice payout_failure_ratio': [0.002, 0.9],
      'payoutservice bank_gateway_timeouts_per_min': [0, 40],
    },
    logs: [
      'payoutservice ERROR POST https://api.openbank.example/v3/payments: net/http: TLS handshake timeout',
      'payoutservice WARN payout {n} will be tried again',
    ],
    usual: ['payoutservice payout sent'],
    changes: [
      {
        id: 'b4-payout',
        message: 'chore(payout): tune retry settings',
        service: 'payoutservice',
        deployed: 55,
        files: { 'services/payout/retry.go': '-    MaxAttempts:    2,\n+    MaxAttempts:    3,' },
      },
      {
        id: 'b4-sign',
        message: 'refactor(payout): sign requests in one place',
        service: 'payoutservice',
        deployed: 57,
        files: {
          'services/payout/sign.go':
            '-    mac := hmac.New(sha256.New, key)\n-    mac.Write(body)\n-    return hex.EncodeToString(mac.Sum(nil))\n+    return signature(key, body)\n+}\n+\n+func signature(key, body []byte) string {\n+    mac := hmac.New(sha256.New, key)\n+    mac.Write(body)\n+    return hex.EncodeToString(mac.Sum(nil))',
        },
      },
      {
        id: 'b4-ui',
        message: 'feat(payout): status column',
        service: 'payoutservice',
        deployed: 59,
        files: { 'services/payout/templates/list.html': '+<th>Status</th>' },
      },
    ],
  },
  'a rack without power': {
    alert: ['sessionservice', 'error_rate_5xx_ratio', 'sessionservice 5xx above 10%'],
    metrics: {
      'sessionservice error_rate_5xx_ratio': [0.001, 0.24],
      'cartservice error_rate_5xx_ratio': [0.001, 0.22],
      'profileservice error_rate_5xx_ratio': [0.001, 0.25],
      'cluster nodes_ready': [24, 19],
    },
    logs: [
      'node-controller WARN Node rack7-03 status is now: NodeNotReady',
      'sessionservice ERROR read tcp 10.2.7.3:6379: i/o timeout',
      'cartservice ERROR read tcp 10.2.7.5:5432: i/o timeout',
    ],
    usual: ['sessionservice session read', 'cartservice item added', 'profileservice profile read'],
    changes: [
      {
        id: 'b4-sess',
        message: 'refactor(session): tidy reader',
        service: 'sessionservice',
        deployed: 58,
        files: {
          'services/session/read.go':
            '-    b, err := s.redis.Get(ctx, key).Bytes()\n-    if err != nil {\n-        return nil, err\n-    }\n-    return decode(b)\n+    return s.load(ctx, key)',
        },
      },
      {
        id: 'b4-timeout',
        message: 'chore(cart): read timeout 800ms',
        service: 'cartservice',
        deployed: 53,
        files: {
          'services/cart/db.go': '-    ReadTimeout: time.Second,\n+    ReadTimeout: 800 * time.Millisecond,',
        },
      },
      {
        id: 'b4-prof',
        message: 'feat(profile): avatar',
        service: 'profileservice',
        deployed: 55,
        files: { 'services/profile/avatar.go': '+    Avatar string' },
      },
    ],
  },
  'a neighbour on the disk': {
    alert: ['searchservice', 'http_server_duration_p99_ms', 'searchservice p99 above 1s'],
    metrics: {
      'searchservice http_server_duration_p99_ms': [90, 2300],
      'node-a7 node_disk_io_utilization_ratio': [0.2, 0.99],
      'backup-job container_fs_writes_bytes_per_sec': [0, 480000000],
      'searchservice requests_per_sec': [300, 300],
    },
    logs: [
      'kubelet WARN node-a7 disk I/O saturated by pod ops/backup-job-8xk2',
      'searchservice WARN segment read took {n}ms',
    ],
    usual: ['searchservice results returned'],
    changes: [
      {
        id: 'b4-seg',
        message: 'chore(search): merge factor 12',
        service: 'searchservice',
        deployed: 50,
        files: { 'services/search/config/prod.yaml': '-merge_factor: 10\n+merge_factor: 12' },
      },
      {
        id: 'b4-search',
        message: 'refactor(search): tidy search handler',
        service: 'searchservice',
        deployed: 58,
        files: {
          'services/search/handler.go':
            '-    res, err := h.engine.Search(r.Context(), q)\n-    if err != nil { http.Error(w, err.Error(), 500); return }\n-    writeJSON(w, res)\n+    res, err := h.engine.Search(r.Context(), q)\n+    if err != nil {\n+        writeError(w, http.StatusInternalServerError, err)\n+        return\n+    }\n+    writeJSON(w, res)',
        },
      },
      {
        id: 'b4-res',
        message: 'feat(frontend): results count',
        service: 'frontend',
        deployed: 56,
        files: { 'services/frontend/templates/results.html': '+<p>{{ len .Results }} results</p>' },
      },
    ],
  },
}
