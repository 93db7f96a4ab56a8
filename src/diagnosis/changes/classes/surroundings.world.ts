import type { ClassFixtures } from './fixture.world.ts'

/** Libraries, wiring, access, encodings, switches, logs, jobs, logic and models. */
export const surroundingFixtures: Readonly<Record<string, ClassFixtures>> = {
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
