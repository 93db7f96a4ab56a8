import type { Incident } from './incident.world.ts'

/** First batch: nothing of ours did it. */
export const firstOutside: Readonly<Record<string, Incident>> = {
  'many visitors at once': {
    alert: ['ticketshop', 'http_server_duration_p99_ms', 'ticketshop p99 above 4s'],
    metrics: {
      'ticketshop requests_per_second': [180, 3900],
      'ticketshop http_server_duration_p99_ms': [160, 5200],
      'ticketshop cpu_utilization_pct': [40, 99],
      'edge requests_per_second': [700, 9800],
      'edge unique_clients_per_minute': [9000, 160000],
    },
    logs: ['ticketshop WARN {n} requests waiting', 'edge INFO referrer https://news.example/festival'],
    usual: ['ticketshop seat map shown', 'edge proxied'],
    changes: [
      {
        id: 'b1-seat',
        message: 'feat(ticketshop): seat map loads nearby rows first',
        service: 'ticketshop',
        deployed: 57,
        files: { 'ticketshop/seats.go': '-    rows := all(section)\n+    rows := nearby(section, center)' },
      },
      {
        id: 'b1-pool',
        message: 'chore(ticketshop): tune pool',
        service: 'ticketshop',
        deployed: 48,
        files: { 'ticketshop/config.yaml': '-  pool: 40\n+  pool: 50' },
      },
      {
        id: 'b1-edge',
        message: 'chore(edge): bump nginx',
        service: 'edge',
        deployed: 52,
        files: { 'edge/Dockerfile': '-FROM nginx:1.27.1\n+FROM nginx:1.27.2' },
      },
    ],
  },
  'a zone that went': {
    alert: ['inventory', 'http_5xx_ratio', 'inventory 5xx above 5%'],
    metrics: {
      'inventory http_5xx_ratio': [0.001, 0.33],
      'cart http_5xx_ratio': [0.001, 0.31],
      'search http_5xx_ratio': [0.002, 0.35],
      'cluster nodes_ready': [18, 12],
    },
    logs: [
      'node-controller WARN Node ip-10-0-3-17 status is now: NodeNotReady (zone eu-west-1c)',
      'node-controller WARN Node ip-10-0-3-44 status is now: NodeNotReady (zone eu-west-1c)',
      'inventory ERROR dial tcp 10.0.3.21:5432: i/o timeout',
      'search ERROR dial tcp 10.0.3.9:9200: i/o timeout',
    ],
    usual: ['inventory stock read', 'search results shown', 'cart item added'],
    changes: [
      {
        id: 'b1-stock',
        message: 'refactor(inventory): stock reader',
        service: 'inventory',
        deployed: 58,
        files: {
          'inventory/stock.go':
            '-    s, err := r.db.Stock(ctx, id)\n-    return s, err\n+    return r.db.Stock(ctx, id)',
        },
      },
      {
        id: 'b1-dial',
        message: 'chore(inventory): dial timeout 2s',
        service: 'inventory',
        deployed: 51,
        files: {
          'inventory/db.go': '-    DialTimeout: 3 * time.Second,\n+    DialTimeout: 2 * time.Second,',
        },
      },
      {
        id: 'b1-cart',
        message: 'feat(cart): gift wrap',
        service: 'cart',
        deployed: 54,
        files: { 'cart/gift.go': '+func wrap(o *Order) { o.Gift = true }' },
      },
    ],
  },
  'an interface that was switched off': {
    alert: ['shipping', 'label_failure_ratio', 'shipping: labels cannot be bought'],
    metrics: { 'shipping label_failure_ratio': [0.004, 1], 'shipping requests_per_second': [22, 23] },
    logs: [
      'shipping ERROR POST https://api.parcelco.example/v1/labels answered 410 Gone: v1 was retired on 12 May, use v2',
      'orders WARN no label for order {n}',
    ],
    usual: ['shipping label bought', 'orders order packed'],
    changes: [
      {
        id: 'b1-label',
        message: 'refactor(shipping): label builder',
        service: 'shipping',
        deployed: 57,
        files: {
          'shipping/label.ts': '-  return { to, from, weight }\n+  return buildLabel(to, from, weight)',
        },
      },
      {
        id: 'b1-retry',
        message: 'chore(shipping): retry labels 3 times',
        service: 'shipping',
        deployed: 53,
        files: { 'shipping/client.ts': '-  retries: 2,\n+  retries: 3,' },
      },
      {
        id: 'b1-pack',
        message: 'feat(orders): packing list',
        service: 'orders',
        deployed: 59,
        files: { 'orders/packing.ts': '+export const list = (order: Order) => order.lines' },
      },
    ],
  },
  'a certificate of a partner': {
    alert: ['ledgersync', 'sync_failures_per_minute', 'ledgersync cannot reach the bank'],
    metrics: {
      'ledgersync sync_failures_per_minute': [0, 12],
      'ledgersync last_success_age_seconds': [60, 3600, 60],
    },
    logs: [
      'ledgersync ERROR x509: certificate has expired or is not yet valid: current time 2026-05-12T13:01:20Z is after 2026-05-12T13:00:00Z, host sftp-gw.northbank.example',
    ],
    usual: ['ledgersync statements fetched'],
    changes: [
      {
        id: 'b1-sync',
        message: 'chore(ledgersync): verify the host name too',
        service: 'ledgersync',
        deployed: 40,
        files: { 'ledgersync/client.go': '+        ServerName: host,' },
      },
      {
        id: 'b1-ca',
        message: 'chore: bump ca-certificates in the image',
        service: 'ledgersync',
        deployed: 55,
        files: {
          'ledgersync/Dockerfile':
            '-RUN apk add ca-certificates=20250101\n+RUN apk add ca-certificates=20260401',
        },
      },
      {
        id: 'b1-fetch',
        message: 'refactor(ledgersync): fetch loop',
        service: 'ledgersync',
        deployed: 58,
        files: {
          'ledgersync/loop.go':
            '-    for { fetch(); sleep() }\n+    for ; ; sleep() {\n+        fetch()\n+    }',
        },
      },
    ],
  },
  'names that nobody resolves': {
    alert: ['login', 'http_5xx_ratio', 'login and others: 5xx above 5%'],
    metrics: {
      'login http_5xx_ratio': [0.001, 0.5],
      'mail http_5xx_ratio': [0.001, 0.6],
      'maps http_5xx_ratio': [0.002, 0.55],
      'coredns forward_failures_per_second': [0.1, 300],
    },
    logs: [
      'coredns ERROR plugin/errors: 2 sso.idp.example. A: read udp 10.0.0.2:53: i/o timeout',
      'login ERROR getaddrinfo EAI_AGAIN sso.idp.example',
      'mail ERROR getaddrinfo EAI_AGAIN smtp.post.example',
      'maps ERROR getaddrinfo EAI_AGAIN tiles.map.example',
    ],
    usual: ['login signed in', 'mail sent', 'maps tile served'],
    status:
      '{ "provider": "cloud", "incidents": [ { "name": "Increased resolution failures of VPC resolver in region", "impact": "major", "status": "investigating", "started_at": "2026-05-12T12:58:00Z" } ] }',
    changes: [
      {
        id: 'b1-sso',
        message: 'feat(login): remember the provider',
        service: 'login',
        deployed: 58,
        files: { 'login/src/sso.ts': "+  cookies.set('idp', idp)" },
      },
      {
        id: 'b1-host',
        message: 'chore(login): host of the provider from settings',
        service: 'login',
        deployed: 50,
        files: {
          'login/src/config.ts':
            "-const host = 'sso.idp.example'\n+const host = settings.idpHost ?? 'sso.idp.example'",
        },
      },
      {
        id: 'b1-tiles',
        message: 'refactor(maps): tile url',
        service: 'maps',
        deployed: 55,
        files: { 'maps/src/tiles.ts': '-  return base + path\n+  return `${base}${path}`' },
      },
    ],
  },
  'guesses of passwords': {
    alert: ['auth', 'login_failure_ratio', 'auth: failed logins above 40%'],
    metrics: {
      'auth login_failure_ratio': [0.06, 0.97],
      'auth login_attempts_per_second': [12, 840],
      'auth cpu_utilization_pct': [20, 92],
      'auth unique_source_ips': [900, 14000],
    },
    logs: [
      'auth WARN login failed: wrong password for user{n}@mail.example from 45.9.{n}',
      'auth WARN captcha shown',
    ],
    usual: ['auth login ok'],
    changes: [
      {
        id: 'b1-hash',
        message: 'chore(auth): bump bcrypt library',
        service: 'auth',
        deployed: 54,
        files: { 'auth/package.json': '-    "bcrypt": "5.1.0",\n+    "bcrypt": "5.1.1",' },
      },
      {
        id: 'b1-pwd',
        message: 'refactor(auth): password check',
        service: 'auth',
        deployed: 58,
        files: {
          'auth/src/check.ts':
            '-  const ok = await compare(given, stored)\n-  return ok\n+  return compare(given, stored)',
        },
      },
      {
        id: 'b1-form',
        message: 'feat(auth): login form remembers the mail address',
        service: 'auth',
        deployed: 50,
        files: { 'auth/src/Form.jsx': '+  <input name="mail" defaultValue={last} />' },
      },
    ],
  },
  'machines that start anew': {
    alert: ['jobs', 'jobs_interrupted_per_minute', 'jobs: runs interrupted'],
    metrics: {
      'jobs jobs_interrupted_per_minute': [0.1, 14],
      'cluster node_uptime_seconds_min': [900000, 300],
      'jobs queue_depth': [20, 900],
    },
    logs: [
      'node-controller WARN Node gke-pool-2-77 is being drained for upgrade to 1.31.5-gke.100 (auto-upgrade)',
      'kubelet INFO Starting kubelet, kernel 6.6.72+',
      'jobs ERROR run {n} interrupted: SIGTERM',
    ],
    usual: ['jobs run complete'],
    changes: [
      {
        id: 'b1-grace',
        message: 'chore(jobs): log when a run is stopped',
        service: 'jobs',
        deployed: 52,
        files: { 'jobs/run.py': '+    log.error("run %s interrupted", run.id)' },
      },
      {
        id: 'b1-run',
        message: 'refactor(jobs): run id',
        service: 'jobs',
        deployed: 58,
        files: { 'jobs/id.py': '-    return uuid4().hex\n+    return str(uuid4())' },
      },
      {
        id: 'b1-sched',
        message: 'feat(jobs): runs on Sunday too',
        service: 'jobs',
        deployed: 47,
        files: { 'jobs/schedule.py': '-DAYS = range(0, 6)\n+DAYS = range(0, 7)' },
      },
    ],
  },
  'a disk of the cloud that is slow': {
    alert: ['archive', 'write_latency_p99_ms', 'archive: writes above 1s'],
    metrics: {
      'archivedb disk_write_latency_ms': [2, 480],
      'archivedb iops': [900, 120],
      'archive write_latency_p99_ms': [20, 3900],
      'archivedb queries_per_second': [310, 190],
    },
    logs: ['archivedb WARN checkpoint took {n} s, fsync slow', 'archive ERROR write not confirmed within 3s'],
    usual: ['archive document written', 'archivedb checkpoint complete'],
    status:
      '[ { "service": "Managed Block Storage", "region": "eu-central-1", "event": "volumes in one zone have degraded performance", "start": "2026-05-12T12:57:00Z", "status": "open" } ]',
    changes: [
      {
        id: 'b1-write',
        message: 'refactor(archive): writer',
        service: 'archive',
        deployed: 58,
        files: {
          'archive/write.go':
            '-    if err := w.put(doc); err != nil { return err }\n-    return nil\n+    return w.put(doc)',
        },
      },
      {
        id: 'b1-batch',
        message: 'perf(archive): batches of 120',
        service: 'archive',
        deployed: 46,
        files: { 'archive/batch.go': '-const size = 100\n+const size = 120' },
      },
      {
        id: 'b1-latency',
        message: 'feat(archive): histogram of write latency',
        service: 'archive',
        deployed: 54,
        files: {
          'archive/metrics.go':
            '+var latency = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "write_latency"})',
        },
      },
    ],
  },
  'a file from a partner in other letters': {
    alert: ['stockfeed', 'row_error_ratio', 'stockfeed: rows cannot be read'],
    metrics: { 'stockfeed row_error_ratio': [0.002, 0.61], 'stockfeed files_per_hour': [4, 4] },
    logs: [
      "stockfeed ERROR file supplier-nord-20260512.csv line {n}: 'utf-8' codec can't decode byte 0xfc in position 12",
      'stockfeed INFO file supplier-sud-20260512.csv read',
    ],
    usual: ['stockfeed file supplier-nord read'],
    changes: [
      {
        id: 'b1-csv',
        message: 'refactor(stockfeed): reader as generator',
        service: 'stockfeed',
        deployed: 55,
        files: {
          'stockfeed/read.py':
            '-    rows = []\n-    for line in f: rows.append(parse(line))\n-    return rows\n+    for line in f:\n+        yield parse(line)',
        },
      },
      {
        id: 'b1-rowlog',
        message: 'chore(stockfeed): say file and line of rows that cannot be read',
        service: 'stockfeed',
        deployed: 49,
        files: { 'stockfeed/log.py': '+    log.error("file %s line %d: %s", name, number, error)' },
      },
      {
        id: 'b1-feed',
        message: 'feat(stockfeed): second supplier',
        service: 'stockfeed',
        deployed: 58,
        files: { 'stockfeed/suppliers.yaml': '+  - name: supplier-sud\n+    every: 6h' },
      },
    ],
  },
  'the month is used up': {
    alert: ['geocode', 'lookup_failure_ratio', 'geocode: lookups fail'],
    metrics: { 'geocode lookup_failure_ratio': [0.003, 0.99], 'geocode lookups_per_second': [18, 18] },
    logs: [
      'geocode ERROR maps-platform.example answered 429 OVER_QUOTA: monthly quota of 500000 requests exceeded',
      'delivery WARN no coordinates for address {n}',
    ],
    usual: ['geocode address found', 'delivery tour planned'],
    changes: [
      {
        id: 'b1-lookup',
        message: 'refactor(geocode): lookup returns a result type',
        service: 'geocode',
        deployed: 57,
        files: { 'geocode/src/lookup.rs': '-    Ok(point)\n+    Ok(Found { point })' },
      },
      {
        id: 'b1-cache',
        message: 'chore(geocode): cache entries 20000',
        service: 'geocode',
        deployed: 44,
        files: { 'geocode/config.toml': '-cache_entries = 25000\n+cache_entries = 20000' },
      },
      {
        id: 'b1-tour',
        message: 'feat(delivery): tours by bike',
        service: 'delivery',
        deployed: 59,
        files: { 'delivery/src/tour.rs': '+    Mode::Bike => plan_bike(stops),' },
      },
    ],
  },
  'more rows every day': {
    alert: ['eventsdb', 'disk_used_pct', 'eventsdb disk above 95%'],
    onset: 80,
    metrics: {
      'eventsdb disk_used_pct': [0.88, 0.99, 0],
      'eventsdb rows_total': [910000000, 926000000, 0],
      'collector insert_failure_ratio': [0.001, 0.7],
    },
    logs: [
      'eventsdb ERROR could not extend file "base/16384/2619": No space left on device',
      'collector ERROR insert failed: disk full',
    ],
    usual: ['collector event inserted', 'eventsdb checkpoint complete'],
    changes: [
      {
        id: 'b1-insert',
        message: 'refactor(collector): insert in one place',
        service: 'collector',
        deployed: 76,
        files: { 'collector/insert.go': '-    return db.Exec(q, e.ID, e.Body)\n+    return insert(db, e)' },
      },
      {
        id: 'b1-vac',
        message: 'chore(eventsdb): dashboard of disk space',
        service: 'eventsdb',
        deployed: 70,
        files: { 'dashboards/eventsdb.json': '+{ "title": "disk used" }' },
      },
      {
        id: 'b1-evt',
        message: 'feat(collector): accepts events of the app',
        service: 'collector',
        deployed: 60,
        files: { 'collector/types.go': '+    TypeApp = "app"' },
      },
    ],
  },
}
