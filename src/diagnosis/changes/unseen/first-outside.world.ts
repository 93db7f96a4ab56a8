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
}
