import type { SymptomKind } from '../symptoms/symptom.ts'

export interface Fixture {
  path: string
  diff: string
}

/** For each class edits of it, with a symptom that it must be able to cause, and edits that only look like it. */
export const fixtures: Readonly<
  Record<string, { is: readonly (Fixture & { causes: SymptomKind })[]; isNot: readonly Fixture[] }>
> = {
  'limit-changed': {
    is: [
      { path: 'a/db.go', diff: '-const maxOpenConns = 50\n+const maxOpenConns = 5', causes: 'pool-wait' },
      { path: 'a/app.yaml', diff: '-  workers: 16\n+  workers: 2', causes: 'threads' },
      {
        path: 'a/limits.py',
        diff: '-RATE_LIMIT_PER_MINUTE = 600\n+RATE_LIMIT_PER_MINUTE = 6',
        causes: 'rate-limit',
      },
      { path: 'a/q.ts', diff: '-  batchSize: 100,\n+  batchSize: 10000,', causes: 'memory' },
    ],
    isNot: [
      { path: 'a/db.yaml', diff: '-  max_conn_idle: 30s\n+  max_conn_idle: 5m' },
      { path: 'a/tax.go', diff: '-const maxTax = 20\n+const maxTax = 20' },
      { path: 'a/otel.yaml', diff: '-  sample_rate: 0.1\n+  sample_rate: 1.0' },
    ],
  },
  'duration-changed': {
    is: [
      {
        path: 'a/client.go',
        diff: '-\tTimeout: 30 * time.Second,\n+\tTimeout: 300 * time.Millisecond,',
        causes: 'timeout',
      },
      { path: 'pkg/cache/config.yaml', diff: '-default_ttl: 15m\n+default_ttl: 15s', causes: 'cache-miss' },
      { path: 'a/retry.ts', diff: '-  maxRetries: 2,\n+  maxRetries: 20,', causes: 'retries' },
      {
        path: 'a/jwt.go',
        diff: '-const tokenLeeway = 120 * time.Second\n+const tokenLeeway = 0',
        causes: 'unauthorized',
      },
      {
        path: 'a/poll.py',
        diff: '-POLL_INTERVAL = timedelta(minutes=5)\n+POLL_INTERVAL = timedelta(seconds=1)',
        causes: 'traffic-up',
      },
    ],
    isNot: [
      { path: 'a/pool.go', diff: '-const workers = 8\n+const workers = 4' },
      { path: 'a/text.go', diff: '-const timeoutText = "late"\n+const timeoutText = "too late"' },
    ],
  },
  'resources-changed': {
    is: [
      { path: 'charts/a/values.yaml', diff: ' limits:\n-  memory: 1Gi\n+  memory: 128Mi', causes: 'oom' },
      { path: 'charts/a/values.yaml', diff: ' limits:\n-  cpu: "2"\n+  cpu: 200m', causes: 'throttling' },
      { path: 'k8s/a.yaml', diff: '-  replicas: 12\n+  replicas: 2', causes: 'latency' },
    ],
    isNot: [
      { path: 'a/cpu.go', diff: '-const cpuLabel = 1\n+const cpuLabel = 2' },
      { path: 'charts/a/values.yaml', diff: '-  memory: 512Mi\n+  memory: 512Mi # enough' },
    ],
  },
  'cache-changed': {
    is: [
      {
        path: 'a/items.go',
        diff: '-\titem, err := s.cache.GetOrLoad(ctx, key, load)\n+\titem, err := load(ctx, key)',
        causes: 'cache-miss',
      },
      {
        path: 'a/seen.ts',
        diff: '+const seen = new Map<string, Item>()\n+export const note = (item: Item) => { seen.set(item.id, item) }',
        causes: 'memory',
      },
      { path: 'a/lru.py', diff: '-cache = LRUCache(maxsize=1000)\n+cache = {}', causes: 'oom' },
      {
        path: 'a/metrics.go',
        diff: '-\tcalls = newCounterVec(opts, []string{"route"})\n+\tcalls = newCounterVec(opts, []string{"route", "user_id"})',
        causes: 'memory',
      },
    ],
    isNot: [
      {
        path: 'a/metrics.go',
        diff: '+\tcacheHits = prometheus.NewCounter(prometheus.CounterOpts{Name: "cache_hits_total"})',
      },
      {
        path: 'a/items.go',
        diff: '-\titem, err := s.cache.GetOrLoad(ctx, key, load)\n-\tif err != nil { return nil, err }\n-\treturn item, nil\n+\treturn s.cache.GetOrLoad(ctx, key, load)',
      },
    ],
  },
  'query-changed': {
    is: [
      {
        path: 'a/list.py',
        diff: '+    for order in orders:\n+        order.lines = session.query(Line).filter_by(order_id=order.id).all()',
        causes: 'calls-per-request',
      },
      { path: 'db/migrations/9.sql', diff: '+DROP INDEX idx_orders_user;', causes: 'slow-query' },
      {
        path: 'a/find.ts',
        diff: '-  return repo.find({ where }).limit(50)\n+  return repo.find({ where })',
        causes: 'memory',
      },
      {
        path: 'db/migrations/10.sql',
        diff: '+ALTER TABLE orders ADD COLUMN state text NOT NULL DEFAULT now();',
        causes: 'lock',
      },
    ],
    isNot: [
      { path: 'db/migrations/11.sql', diff: '+CREATE INDEX CONCURRENTLY idx_orders_city ON orders (city);' },
      {
        path: 'a/names.go',
        diff: '+\tfor _, n := range names {\n+\t\tout = append(out, strings.ToUpper(n))\n+\t}',
      },
    ],
  },
  'schema-changed': {
    is: [
      {
        path: 'a/event.go',
        diff: '-\tMeta map[string]string `json:"meta"`\n+\tMetadata map[string]string `json:"metadata"`',
        causes: 'validation',
      },
      {
        path: 'a/event.proto',
        diff: '-  string postcode = 2;\n+  string postal_code = 2;',
        causes: 'schema',
      },
      { path: 'db/migrations/12.sql', diff: '+ALTER TABLE users DROP COLUMN nick;', causes: 'schema' },
      {
        path: 'a/dao.py',
        diff: '+        return self.run("SELECT id FROM user_badges WHERE user_id = :u")',
        causes: 'schema',
      },
      {
        path: 'a/user-dto.ts',
        diff: '   id: u.id,\n-  avatar: u.avatar,\n   name: u.name,',
        causes: 'crash',
      },
    ],
    isNot: [
      {
        path: 'a/version.go',
        diff: '-const Version = "v2026.06.24-1014"\n+const Version = "v2026.06.24-1102"',
      },
      { path: 'a/local.go', diff: '-\tmeta := 1\n+\tmetadata := 1' },
    ],
  },
  'guard-changed': {
    is: [
      { path: 'a/charge.go', diff: '-\tif resp.Card == nil {\n-\t\treturn ""\n-\t}', causes: 'crash' },
      {
        path: 'a/page.ts',
        diff: '-  if (items.length === 0) return []\n+  const [head] = items',
        causes: 'crash',
      },
      {
        path: 'a/job.py',
        diff: '-    try:\n-        run(job)\n-    except JobError:\n-        log.warning("failed")\n+    run(job)',
        causes: 'crash',
      },
    ],
    isNot: [
      {
        path: 'a/validate.go',
        diff: '-\tif r.Lat < -90 || r.Lat > 90 {\n-\t\treturn out("lat", r.Lat)\n-\t}\n+\tif err := between("lat", r.Lat, -90, 90); err != nil {\n+\t\treturn err\n+\t}',
      },
      {
        path: 'a/decode.go',
        diff: '-\tvar in Batch\n-\tif err := json.NewDecoder(r).Decode(&in); err != nil {\n+\tin, err := decode(r)\n+\tif err != nil {',
      },
    ],
  },
  'duty-dropped': {
    is: [
      { path: 'a/file.go', diff: '-\tdefer f.Close()\n+\t_ = f', causes: 'file-handles' },
      {
        path: 'a/state.go',
        diff: '-\ts.mu.Lock()\n-\tdefer s.mu.Unlock()\n \ts.seen[k] = v',
        causes: 'crash',
      },
      {
        path: 'a/total.ts',
        diff: '-  const total = await priceOf(items)\n+  const total = priceOf(items)',
        causes: 'wrong-data',
      },
      { path: 'a/consume.js', diff: '-  channel.ack(message)', causes: 'backlog' },
      {
        path: 'a/poll.go',
        diff: '-\ttime.Sleep(interval + rand.N(interval))\n+\ttime.Sleep(interval)',
        causes: 'traffic-up',
      },
    ],
    isNot: [
      {
        path: 'a/writer.go',
        diff: '-\tdefer f.Close()\n-\t_, err = f.Write(line)\n+\treturn write(f, line)\n+}\n+\n+func write(f *os.File, line []byte) error {\n+\tdefer f.Close()\n+\t_, err = f.Write(line)',
      },
      { path: 'a/text.go', diff: '-const hint = "close the window"\n+const hint = "close this window"' },
    ],
  },
  'burden-added': {
    is: [
      {
        path: 'a/hash.ts',
        diff: '-  const key = await scrypt(password, salt, 64)\n+  const key = scryptSync(password, salt, 64)',
        causes: 'cpu',
      },
      { path: 'a/seat.go', diff: '+\ts.mu.Lock()\n+\tdefer s.mu.Unlock()', causes: 'lock' },
      { path: 'a/import.py', diff: '+    time.sleep(2)', causes: 'latency' },
      { path: 'a/in.go', diff: '-\tc.handle(m)\n+\tgo func() { c.handle(m) }()', causes: 'threads' },
    ],
    isNot: [
      { path: 'a/seat.go', diff: '-\ts.mu.Lock()\n+\ts.lock.Lock()' },
      { path: 'a/import.py', diff: '+import time' },
    ],
  },
  'made-synchronous': {
    is: [{ path: 'a/mail.ts', diff: '-  queue.add(mail)\n+  deliver(mail)', causes: 'latency' }],
    isNot: [{ path: 'a/mail.ts', diff: '-  queue.add(mail)\n+  queue.add(mail, { delay })' }],
  },
  'sharing-lost': {
    is: [
      {
        path: 'a/client.go',
        diff: '-var shared = &http.Client{Transport: transport}\n+\treturn &http.Client{Transport: newTransport()}',
        causes: 'file-handles',
      },
    ],
    isNot: [
      {
        path: 'a/client.go',
        diff: '-var shared = &http.Client{Transport: transport}\n+var shared = &http.Client{Transport: transport, Timeout: timeout}',
      },
    ],
  },
  'dependency-changed': {
    is: [
      {
        path: 'go.mod',
        diff: '-\tgoogle.golang.org/protobuf v1.31.0\n+\tgoogle.golang.org/protobuf v1.34.2',
        causes: 'startup',
      },
      { path: 'package.json', diff: '-    "undici": "^6.21.0",\n+    "undici": "^7.3.0",', causes: 'crash' },
      { path: 'requirements.txt', diff: '-pandas==1.5.3\n+pandas==2.2.0', causes: 'error' },
      { path: 'Dockerfile', diff: '-FROM debian:12\n+FROM scratch', causes: 'certificate' },
    ],
    isNot: [
      { path: 'go.sum', diff: '-a v1.0.0 h1:x\n+a v2.0.0 h1:y' },
      { path: 'a/version.go', diff: '-const api = "1.0"\n+const api = "2.0"' },
    ],
  },
  'wiring-changed': {
    is: [
      { path: 'charts/a/values.yaml', diff: '-  host: db-a.shop\n+  host: db-b.shop', causes: 'dns' },
      {
        path: 'k8s/a/deployment.yaml',
        diff: ' readinessProbe:\n   httpGet:\n-    path: /healthz\n+    path: /ready',
        causes: 'probe',
      },
      {
        path: 'a/settings.py',
        diff: '-BUCKET = os.environ["BUCKET"]\n+BUCKET = os.environ["BUCKET_NAME"]',
        causes: 'config-missing',
      },
      {
        path: 'NetworkPolicy/shop/db',
        diff: '-spec.ingress[0].from[0].podSelector.matchLabels.tier: backend\n+spec.ingress[0].from[0].podSelector.matchLabels.tier: api',
        causes: 'unreachable',
      },
      {
        path: 'k8s/a/deployment.yaml',
        diff: ' secretKeyRef:\n   name: mail\n-  key: password\n+  key: PASSWORD',
        causes: 'config-missing',
      },
    ],
    isNot: [
      { path: 'a/lookup.go', diff: '-\thost := find(id)\n-\treturn host\n+\treturn find(id)' },
      { path: 'charts/a/values.yaml', diff: '-  colour: blue\n+  colour: green' },
    ],
  },
  'access-changed': {
    is: [
      {
        path: 'pkg/auth/jwt.go',
        diff: '-\tif exp.Add(leeway).Before(now) {\n+\tif exp.Before(now) {',
        causes: 'unauthorized',
      },
      {
        path: 'a/routes.ts',
        diff: "-router.get('/x', requireScope('a:read'), x)\n+router.get('/x', requireScope('a:admin'), x)",
        causes: 'forbidden',
      },
      { path: 'infra/iam.tf', diff: '   actions = [\n-    "s3:PutObject",\n   ]', causes: 'forbidden' },
      {
        path: 'a/dial.go',
        diff: '-\tMinVersion: tls.VersionTLS12,\n+\tMinVersion: tls.VersionTLS13,',
        causes: 'certificate',
      },
    ],
    isNot: [
      { path: 'a/dao.py', diff: '+        return self.session.execute(query)' },
      {
        path: 'a/auth.go',
        diff: '-\thttp.Error(w, "unauthorized", 401)\n+\thttp.Error(w, "please log in: unauthorized", 401)',
      },
      {
        path: 'a/pay.go',
        diff: '-\tparams.Source = String(req.CardToken)\n+\tp.Source = String(req.CardToken)',
      },
    ],
  },
  'encoding-changed': {
    is: [
      {
        path: 'a/dates.py',
        diff: '-    return parse(text).astimezone(timezone.utc)\n+    return parse(text).replace(tzinfo=None)',
        causes: 'wrong-data',
      },
      {
        path: 'a/upload.go',
        diff: '-\tbody := bytes.NewReader(raw)\n+\tbody := gzip.NewReader(raw)',
        causes: 'validation',
      },
      {
        path: 'a/amount.ts',
        diff: '-  return Math.round(amount * 100)\n+  return Math.round(amount)',
        causes: 'wrong-data',
      },
    ],
    isNot: [
      {
        path: 'a/parse.go',
        diff: '-\tif err := json.Unmarshal(b, &r); err != nil {\n+\tif err := json.Unmarshal(b, r); err != nil {',
      },
      {
        path: 'a/handler.go',
        diff: '-\tif err := json.NewDecoder(r.Body).Decode(&in); err != nil {\n+\tin, err := read(r)\n+\tif err != nil {',
      },
    ],
  },
  'routing-changed': {
    is: [
      {
        path: 'a/publish.go',
        diff: ' kafka.Message{\n-\t\tKey: []byte(e.AccountID),\n+\t\tKey: []byte(e.Type),',
        causes: 'backlog',
      },
    ],
    isNot: [{ path: 'a/map.go', diff: '-\tentry.Key = name\n+\tentry.Key = title' }],
  },
  'switch-flipped': {
    is: [
      { path: 'a/flags.ts', diff: '-  newPricing: false,\n+  newPricing: true,', causes: 'wrong-data' },
      { path: 'a/app.yaml', diff: '-  debug: false\n+  debug: true', causes: 'log-volume' },
    ],
    isNot: [{ path: 'a/flags.ts', diff: '-  replicas: 0,\n+  replicas: 1,' }],
  },
  'logging-changed': {
    is: [
      { path: 'a/agent.yaml', diff: ' logging:\n-  level: info\n+  level: debug', causes: 'disk' },
      { path: 'a/agent.yaml', diff: '-  sample_rate: 0.1\n+  sample_rate: 1.0', causes: 'log-volume' },
      { path: 'a/log.conf', diff: '-rotate_log_size = 10MB\n-max_backups = 5', causes: 'disk' },
    ],
    isNot: [
      { path: 'a/agent.yaml', diff: '-  level: debug\n+  level: info' },
      { path: 'a/game.yaml', diff: '-  level: 3\n+  level: 4' },
    ],
  },
  'schedule-changed': {
    is: [
      {
        path: 'k8s/cronjob.yaml',
        diff: '-  schedule: "0 3 * * *"\n+  schedule: "* * * * *"',
        causes: 'database-load',
      },
      {
        path: 'k8s/cronjob.yaml',
        diff: '-  concurrencyPolicy: Forbid\n+  concurrencyPolicy: Allow',
        causes: 'lock',
      },
    ],
    isNot: [{ path: 'a/hours.yaml', diff: '-  opening: 9 to 5\n+  opening: 9 to 6' }],
  },
  'logic-changed': {
    is: [
      {
        path: 'a/valid.py',
        diff: '-    return coupon.starts <= now\n+    return coupon.starts >= now',
        causes: 'wrong-data',
      },
      {
        path: 'a/handle.ts',
        diff: '-const handle = /^[a-z]{2,30}$/\n+const handle = /^([a-z]+_?)+$/',
        causes: 'cpu',
      },
      {
        path: 'a/pull.py',
        diff: '     while True:\n         page = get(cursor)\n-        if not page.next:\n-            break',
        causes: 'traffic-up',
      },
    ],
    isNot: [
      { path: 'a/rename.go', diff: '-\tseatName := row\n+\tname := row' },
      { path: 'a/a.go', diff: '-\tx := f()\n-\treturn x\n+\treturn f()' },
    ],
  },
  'ai-changed': {
    is: [
      {
        path: 'prompts/support.prompt',
        diff: '-Answer in one sentence.\n+Explain everything.',
        causes: 'tokens',
      },
      { path: 'llm/assistant.yaml', diff: '-  model: large-3\n+  model: mini-1', causes: 'quality' },
      { path: 'rag/retriever.yaml', diff: '-  top_k: 8\n+  top_k: 1', causes: 'retrieval-empty' },
    ],
    isNot: [{ path: 'a/car.yaml', diff: '-  model: estate\n+  model: coupe' }],
  },
  unclassified: {
    is: [{ path: 'a/a.go', diff: '-\treturn a\n+\treturn b', causes: 'error' }],
    isNot: [
      { path: 'a/a_test.go', diff: '-\treturn a\n+\treturn b' },
      { path: 'docs/a.md', diff: '-a\n+b' },
    ],
  },
}
