import type { ClassFixtures } from './fixture.world.ts'

/** Limits, times, caches, queries, forms, checks and duties. */
export const workFixtures: Readonly<Record<string, ClassFixtures>> = {
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
}
