import type { Incident } from './incident.world.ts'

/** Third batch: platform and pipelines. */
export const thirdPlatform: Readonly<Record<string, Incident>> = {
  'connections that died in the pool': {
    did: 'b3-lifetime',
    alert: ['userservice', 'error_rate_5xx_ratio', 'userservice 5xx above 3%'],
    metrics: { 'userservice error_rate_5xx_ratio': [0.002, 0.09], 'userservice db_pool_in_use': [12, 11] },
    logs: [
      'userservice ERROR get user: driver: bad connection',
      'userdb INFO terminating connection idle for more than 300 s',
    ],
    usual: ['userservice user read', 'userdb checkpoint complete'],
    changes: [
      {
        id: 'b3-lifetime',
        message: 'perf(user): keep connections warm',
        service: 'userservice',
        deployed: 54,
        files: {
          'services/user/db/open.go':
            '     db.SetMaxOpenConns(40)\n-    db.SetConnMaxIdleTime(2 * time.Minute)\n-    db.SetConnMaxLifetime(4 * time.Minute)\n+    db.SetMaxIdleConns(40)',
        },
      },
      {
        id: 'b3-user',
        message: 'feat(user): nickname',
        service: 'userservice',
        deployed: 59,
        files: { 'services/user/model.go': '+    Nickname string `json:"nickname,omitempty"`' },
      },
      {
        id: 'b3-userlog',
        message: 'chore(user): wrap errors of the store',
        service: 'userservice',
        deployed: 57,
        files: {
          'services/user/store.go':
            '-        return nil, err\n+        return nil, fmt.Errorf("get user: %w", err)',
        },
      },
    ],
  },
  'a cache that refuses': {
    did: 'b3-evict',
    alert: ['sessionservice', 'session_write_failures_per_sec', 'sessionservice cannot write sessions'],
    onset: 72,
    metrics: {
      'sessionservice session_write_failures_per_sec': [0, 88],
      'redis memory_used_ratio': [0.9, 1, 50],
      'redis evicted_keys_per_sec': [40, 0],
    },
    logs: [
      "sessionservice ERROR OOM command not allowed when used memory > 'maxmemory'",
      'frontend WARN session could not be saved',
    ],
    usual: ['sessionservice session saved', 'frontend handled request'],
    changes: [
      {
        id: 'b3-evict',
        message: 'chore(redis): chart 19 values',
        service: 'redis',
        deployed: 48,
        files: {
          'deploy/redis/values.yaml':
            ' commonConfiguration: |-\n-  maxmemory-policy allkeys-lru\n+  maxmemory-policy noeviction\n   save ""',
        },
      },
      {
        id: 'b3-sess',
        message: 'refactor(session): codec interface',
        service: 'sessionservice',
        deployed: 68,
        files: {
          'services/session/codec.go':
            '+type Codec interface {\n+    Encode(Session) ([]byte, error)\n+    Decode([]byte) (Session, error)\n+}',
        },
      },
      {
        id: 'b3-save',
        message: 'feat(frontend): toast when session could not be saved',
        service: 'frontend',
        deployed: 70,
        files: {
          'services/frontend/toast.js': "+export const notSaved = () => toast('Please try again later')",
        },
      },
    ],
  },
  'scripts that may not run': {
    did: 'b3-csp',
    alert: ['frontend', 'js_errors_per_min', 'frontend: checkout button dead for all browsers'],
    metrics: {
      'frontend js_errors_per_min': [6, 900],
      'checkoutservice requests_per_sec': [40, 2],
      'frontend error_rate_5xx_ratio': [0.002, 0.002],
    },
    logs: [
      "frontend WARN csp-report: blocked https://js.pay.example/v3 by script-src 'self'",
      'frontend ERROR ReferenceError: PayElements is not defined at mount (checkout.js:12)',
    ],
    usual: ['frontend handled request', 'checkoutservice order placed'],
    changes: [
      {
        id: 'b3-csp',
        message: 'security: stricter headers at the edge',
        service: 'frontend',
        deployed: 57,
        files: {
          'services/frontend/middleware/headers.go': `-    h.Set("Content-Security-Policy", "script-src 'self' https://js.pay.example")\n+    h.Set("Content-Security-Policy", "script-src 'self'")\n+    h.Set("Referrer-Policy", "no-referrer")`,
        },
      },
      {
        id: 'b3-button',
        message: 'feat(frontend): checkout button says Pay now',
        service: 'frontend',
        deployed: 60,
        files: {
          'services/frontend/templates/checkout.html': '-<button>Buy</button>\n+<button>Pay now</button>',
        },
      },
      {
        id: 'b3-js',
        message: 'chore(frontend): bump esbuild',
        service: 'frontend',
        deployed: 55,
        files: { 'services/frontend/package.json': '-    "esbuild": "0.23.0",\n+    "esbuild": "0.23.1",' },
      },
    ],
  },
  'lines that nobody can parse': {
    did: 'b3-format',
    alert: ['log-pipeline', 'parse_failure_ratio', 'log-pipeline: parse failures above 50%'],
    metrics: {
      'log-pipeline parse_failure_ratio': [0.001, 0.64],
      'log-pipeline lines_per_sec': [5200, 5300],
    },
    logs: [
      "log-pipeline ERROR cannot parse line of ingest-gateway: invalid character 't' looking for beginning of value",
      'alerting WARN no data for rule ingest-errors',
    ],
    usual: ['log-pipeline flushed batch', 'alerting rules evaluated'],
    changes: [
      {
        id: 'b3-format',
        message: 'chore(ingest): readable logs for on-call',
        service: 'ingest-gateway',
        deployed: 58,
        files: {
          'ingest-gateway/cmd/main.go':
            '-    logger := slog.New(slog.NewJSONHandler(os.Stdout, nil))\n+    logger := slog.New(slog.NewTextHandler(os.Stdout, nil))',
        },
      },
      {
        id: 'b3-parse',
        message: 'refactor(pipeline): parser table',
        service: 'log-pipeline',
        deployed: 54,
        files: {
          'log-pipeline/parse.go':
            '-    switch kind {\n-    case "json":\n-        return parseJSON(line)\n-    case "raw":\n-        return raw(line)\n-    }\n+    return parsers[kind](line)\n+}\n+\n+var parsers = map[string]parser{"json": parseJSON, "raw": raw}',
        },
      },
      {
        id: 'b3-rule',
        message: 'chore(alerting): group rules by team',
        service: 'alerting',
        deployed: 60,
        files: { 'alerting/rules.yaml': '-group: all\n+group: ingest' },
      },
    ],
  },
  'the night in another place': {
    did: 'b3-night',
    alert: ['pricing-job', 'price_update_age_hours', 'pricing-job has not updated prices today'],
    onset: 62,
    metrics: { 'pricing-job price_update_age_hours': [2, 31, 20], 'pricing-job job_runs_total': [1, 1] },
    logs: [
      'catalogservice WARN prices are older than a day',
      'pricing-job INFO next run at 02:00 America/Los_Angeles',
    ],
    usual: ['catalogservice served catalog page'],
    changes: [
      {
        id: 'b3-night',
        message: 'chore(helm): shared cronjob template',
        service: 'pricing-job',
        deployed: 15,
        files: {
          'charts/pricing-job/templates/cronjob.yaml':
            ' spec:\n   schedule: "0 2 * * *"\n-  timeZone: Etc/UTC\n+  timeZone: {{ .Values.global.timeZone }}',
        },
      },
      {
        id: 'b3-old',
        message: 'feat(catalog): warn about old prices',
        service: 'catalogservice',
        deployed: 50,
        files: { 'services/catalog/age.go': '+    if age > day { log.Warn("prices are older than a day") }' },
      },
      {
        id: 'b3-prices',
        message: 'refactor(pricing): rounding in one place',
        service: 'pricing-job',
        deployed: 58,
        files: {
          'pricing/round.go':
            '-    return math.Round(p*100) / 100\n+    return money.Round(p)\n+}\n+\n+func Round(p float64) float64 {\n+    return math.Round(p*100) / 100',
        },
      },
    ],
  },
  'files gone too early': {
    did: 'b3-lifecycle',
    alert: ['documentservice', 'download_404_ratio', 'documentservice: downloads not found'],
    onset: 75,
    metrics: {
      'documentservice download_404_ratio': [0.004, 0.38],
      'documentservice requests_per_sec': [44, 45],
    },
    logs: [
      'documentservice ERROR NoSuchKey: invoices/2026/04/{n}.pdf',
      'frontend WARN invoice download failed with 404',
    ],
    usual: ['documentservice document streamed', 'frontend handled request'],
    changes: [
      {
        id: 'b3-lifecycle',
        message: 'cost(terraform): expire temporary objects',
        service: 'terraform-storage',
        deployed: 30,
        files: {
          'terraform/storage/lifecycle.tf':
            '   rule {\n     id     = "expire"\n     status = "Enabled"\n-    filter { prefix = "tmp/" }\n-    expiration { days = 30 }\n+    filter {}\n+    expiration { days = 30 }',
        },
      },
      {
        id: 'b3-download',
        message: 'refactor(document): stream helper',
        service: 'documentservice',
        deployed: 70,
        files: {
          'services/document/stream.go':
            '-    _, err = io.Copy(w, body)\n-    return err\n+    return stream(w, body)\n+}\n+\n+func stream(w io.Writer, body io.Reader) error {\n+    _, err := io.Copy(w, body)\n+    return err',
        },
      },
      {
        id: 'b3-inv404',
        message: 'feat(frontend): explain missing invoices',
        service: 'frontend',
        deployed: 72,
        files: { 'services/frontend/templates/invoice.html': '+<p>This invoice is not ready yet.</p>' },
      },
    ],
  },
  'a sidecar in the way': {
    did: 'b3-mesh',
    alert: ['ledgerservice', 'error_rate_5xx_ratio', 'ledgerservice 503 from clients above 20%'],
    metrics: {
      'ledgerservice error_rate_5xx_ratio': [0.001, 0.41],
      'paymentservice error_rate_5xx_ratio': [0.002, 0.37],
    },
    logs: [
      'paymentservice ERROR ledgerservice: upstream connect error or disconnect/reset before headers. reset reason: connection termination',
      'ledgerservice WARN plaintext connection refused',
    ],
    usual: ['paymentservice charge authorized', 'ledgerservice entry booked'],
    changes: [
      {
        id: 'b3-mesh',
        message: 'security(mesh): strict mTLS for ledger',
        service: 'mesh',
        deployed: 57,
        files: {
          'deploy/mesh/ledger.yaml':
            ' kind: PeerAuthentication\n metadata:\n   name: ledgerservice\n spec:\n   mtls:\n-    mode: PERMISSIVE\n+    mode: STRICT',
        },
      },
      {
        id: 'b3-entry',
        message: 'refactor(ledger): entry constructor',
        service: 'ledgerservice',
        deployed: 55,
        files: {
          'services/ledger/entry.go':
            '-    e := Entry{Account: a, Amount: m}\n+    e := newEntry(a, m)\n+}\n+\n+func newEntry(a Account, m Money) Entry {\n+    return Entry{Account: a, Amount: m}',
        },
      },
      {
        id: 'b3-pay',
        message: 'chore(payment): tune client retry settings',
        service: 'paymentservice',
        deployed: 59,
        files: { 'services/payment/retry.go': '-    MaxAttempts:    2,\n+    MaxAttempts:    3,' },
      },
    ],
  },
  'a library for all that says no': {
    did: 'b3-validate',
    alert: ['orderservice', 'http_400_ratio', 'orderservice rejects a third of orders'],
    metrics: { 'orderservice http_400_ratio': [0.01, 0.35], 'profileservice http_400_ratio': [0.01, 0.22] },
    logs: [
      'orderservice WARN order rejected: phone number +44 20 7946 0018 is not valid',
      'profileservice WARN profile rejected: phone number is not valid',
    ],
    usual: ['orderservice order paid', 'profileservice profile saved'],
    changes: [
      {
        id: 'b3-validate',
        message: 'refactor: one validator for phone numbers',
        written: 44,
        files: {
          'pkg/validate/phone.go':
            '-var phone = regexp.MustCompile(`^\\+?[0-9 ()-]{6,20}$`)\n+var phone = regexp.MustCompile(`^\\+?[0-9]{6,15}$`)',
        },
      },
      {
        id: 'b3-orderdto',
        message: 'refactor(order): move DTOs',
        service: 'orderservice',
        deployed: 56,
        files: {
          'services/order/dto.go': '-type Address struct {\n-    Street string\n-}',
          'services/order/api/dto.go': '+type Address struct {\n+    Street string\n+}',
        },
      },
      {
        id: 'b3-profile',
        message: 'feat(profile): avatar crop',
        service: 'profileservice',
        deployed: 58,
        files: {
          'services/profile/crop.go':
            '+func crop(img image.Image, r image.Rectangle) image.Image {\n+    return img.(subImager).SubImage(r)\n+}',
        },
      },
    ],
  },
}
