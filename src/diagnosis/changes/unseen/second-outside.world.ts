import type { Incident } from './incident.world.ts'

/** Second batch: nothing of ours did it. */
export const secondOutside: Readonly<Record<string, Incident>> = {
  'a store of objects that fails': {
    alert: ['media', 'upload_failure_ratio', 'media uploads fail'],
    metrics: {
      'media upload_failure_ratio': [0.002, 0.43],
      'backup job_failure_ratio': [0, 0.5],
      'media requests_per_second': [60, 61],
    },
    logs: [
      'media ERROR S3: InternalError: We encountered an internal error. Please try again. status code: 500, request id: {n}',
      'backup ERROR PutObject: 503 SlowDown: Please reduce your request rate',
    ],
    usual: ['media picture stored', 'backup snapshot stored'],
    changes: [
      {
        id: 'b2-upload',
        message: 'refactor(media): upload by stream',
        service: 'media',
        deployed: 56,
        files: {
          'media/upload.py':
            '-    body = request.read()\n-    store.put(key, body)\n+    store.put(key, request.stream)',
        },
      },
      {
        id: 'b2-part',
        message: 'chore(media): parts of 16 MB',
        service: 'media',
        deployed: 44,
        files: { 'media/config.yaml': '-part_size: 8MB\n+part_size: 16MB' },
      },
      {
        id: 'b2-snap',
        message: 'feat(backup): snapshots have labels',
        service: 'backup',
        deployed: 58,
        files: { 'backup/snapshot.go': '+    Labels map[string]string' },
      },
    ],
  },
  'an account that was closed': {
    alert: ['translations', 'translation_failure_ratio', 'translations fail'],
    metrics: {
      'translations translation_failure_ratio': [0.01, 1],
      'translations requests_per_second': [7, 7],
    },
    logs: ['translations ERROR engine answered 403: this API key has been suspended, contact billing'],
    usual: ['translations text translated'],
    changes: [
      {
        id: 'b2-key',
        message: 'chore(translations): key comes from the secret store',
        service: 'translations',
        deployed: 30,
        files: {
          'deploy/translations/deployment.yaml':
            '+            - name: ENGINE_KEY\n+              valueFrom: { secretKeyRef: { name: engine, key: key } }',
        },
      },
      {
        id: 'b2-lang',
        message: 'feat(translations): Danish',
        service: 'translations',
        deployed: 57,
        files: { 'translations/languages.py': '-LANGUAGES = ["de", "fr"]\n+LANGUAGES = ["da", "de", "fr"]' },
      },
      {
        id: 'b2-glossary',
        message: 'refactor(translations): glossary lookup',
        service: 'translations',
        deployed: 55,
        files: {
          'translations/glossary.py':
            '-    for term in terms:\n-        if term.text == word: return term\n+    return next((term for term in terms if term.text == word), None)',
        },
      },
    ],
  },
  'a country that cannot reach us': {
    alert: ['storefront', 'requests_per_second', 'storefront: requests from one country gone'],
    metrics: {
      'storefront requests_per_second': [800, 560],
      'storefront requests_per_second_de': [260, 8],
      'storefront http_5xx_ratio': [0.001, 0.001],
      'cdn edge_errors_per_second_fra': [0.1, 90],
    },
    logs: ['cdn ERROR pop fra: connection to origin timed out, 34% packet loss', 'cdn INFO pop ams: served'],
    usual: ['storefront page served', 'cdn pop fra: served'],
    changes: [
      {
        id: 'b2-geo',
        message: 'feat(storefront): banner by country',
        service: 'storefront',
        deployed: 55,
        files: { 'storefront/src/banner.ts': "+  if (country === 'DE') return sale" },
      },
      {
        id: 'b2-cdn',
        message: 'chore(cdn): images live for two days',
        service: 'cdn',
        deployed: 46,
        files: { 'cdn/rules.yaml': '-  images: 1d\n+  images: 2d' },
      },
      {
        id: 'b2-page',
        message: 'refactor(storefront): page shell',
        service: 'storefront',
        deployed: 58,
        files: { 'storefront/src/Shell.tsx': '-<main>{children}</main>\n+<main id="main">{children}</main>' },
      },
    ],
  },
  'a card that is broken': {
    alert: ['inference', 'http_5xx_ratio', 'inference 5xx above 10%'],
    metrics: {
      'inference http_5xx_ratio': [0.001, 0.27],
      'gpu-node-4 gpu_xid_errors': [0, 11],
      'gpu-node-4 gpu_temperature_celsius': [61, 62],
    },
    logs: [
      'inference ERROR CUDA error: uncorrectable ECC error encountered on gpu-node-4',
      'kubelet WARN NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.',
    ],
    usual: ['inference answer computed'],
    changes: [
      {
        id: 'b2-batchsize',
        message: 'perf(inference): batches of 24',
        service: 'inference',
        deployed: 54,
        files: { 'inference/config.yaml': '-max_batch: 16\n+max_batch: 24' },
      },
      {
        id: 'b2-cuda',
        message: 'chore(inference): bump torch patch',
        service: 'inference',
        deployed: 40,
        files: { 'inference/requirements.txt': '-torch==2.4.0\n+torch==2.4.1' },
      },
      {
        id: 'b2-answer',
        message: 'refactor(inference): answer type',
        service: 'inference',
        deployed: 58,
        files: { 'inference/answer.py': '-    return {"text": text}\n+    return Answer(text=text)' },
      },
    ],
  },
  'a clock that runs away': {
    alert: ['gatekeeper', 'http_401_ratio', 'gatekeeper refuses signatures'],
    metrics: { 'gatekeeper http_401_ratio': [0.002, 0.33], 'node-12 node_timex_offset_seconds': [0.001, 41] },
    logs: [
      'gatekeeper WARN signature refused: request time is 41 s in the future',
      'chronyd ERROR no selectable sources, clock unsynchronised on node-12',
    ],
    usual: ['gatekeeper signature accepted'],
    changes: [
      {
        id: 'b2-sign',
        message: 'refactor(gatekeeper): signature parts as a struct',
        service: 'gatekeeper',
        deployed: 56,
        files: {
          'gatekeeper/signature.go':
            '-    parts := strings.Split(header, ",")\n+    parts := parseHeader(header)',
        },
      },
      {
        id: 'b2-window',
        message: 'chore(gatekeeper): window of signatures from settings',
        service: 'gatekeeper',
        deployed: 51,
        files: {
          'gatekeeper/window.go':
            '-const window = 30 * time.Second\n+var window = settings.Duration("SIGNATURE_WINDOW", 30*time.Second)',
        },
      },
      {
        id: 'b2-refuse',
        message: 'feat(gatekeeper): refusals say why',
        service: 'gatekeeper',
        deployed: 58,
        files: {
          'gatekeeper/refuse.go':
            '-    http.Error(w, "refused", 401)\n+    http.Error(w, "signature refused: "+reason, 401)',
        },
      },
    ],
  },
  'a customer that asks for everything': {
    alert: ['searchapi', 'http_server_duration_p99_ms', 'searchapi p99 above 3s'],
    metrics: {
      'searchapi http_server_duration_p99_ms': [120, 4400],
      'searchapi requests_per_second': [210, 1900],
      'searchapi requests_per_second_tenant_4711': [3, 1690],
      'searchapi cpu_utilization_pct': [35, 98],
    },
    logs: [
      'searchapi WARN slow search by tenant 4711: q=* size=1000 took {n} ms',
      'searchapi WARN queue is {n} long',
    ],
    usual: ['searchapi search by tenant {n} answered'],
    changes: [
      {
        id: 'b2-facet',
        message: 'feat(searchapi): facets for colours',
        service: 'searchapi',
        deployed: 55,
        files: { 'searchapi/facets.go': '+    "colour": terms("colour", 20),' },
      },
      {
        id: 'b2-slowlog',
        message: 'feat(searchapi): slow searches say the tenant',
        service: 'searchapi',
        deployed: 48,
        files: {
          'searchapi/slow.go':
            '-    log.Warn("slow search", "q", q)\n+    log.Warn("slow search", "q", q, "tenant", tenant)',
        },
      },
      {
        id: 'b2-size',
        message: 'refactor(searchapi): size has a type',
        service: 'searchapi',
        deployed: 58,
        files: { 'searchapi/query.go': '-    Size int\n+    Size Size' },
      },
    ],
  },
  'machines taken back': {
    alert: ['training', 'job_failure_ratio', 'training jobs fail'],
    metrics: {
      'training job_failure_ratio': [0.02, 0.71],
      'cluster spot_nodes': [14, 3],
      'training queue_depth': [4, 60],
    },
    logs: [
      'node-termination-handler WARN spot interruption notice for i-0abc{n}: terminate at 13:02',
      'training ERROR worker lost: connection closed by peer',
    ],
    usual: ['training epoch done'],
    changes: [
      {
        id: 'b2-epoch',
        message: 'feat(training): learning rate schedule',
        service: 'training',
        deployed: 55,
        files: { 'training/schedule.py': '-LR = 1e-4\n+LR = cosine(1e-4, warmup=100)' },
      },
      {
        id: 'b2-worker',
        message: 'refactor(training): worker loop',
        service: 'training',
        deployed: 58,
        files: {
          'training/worker.py':
            '-    while True:\n-        job = queue.get()\n-        run(job)\n+    for job in iter(queue.get, None):\n+        run(job)',
        },
      },
      {
        id: 'b2-lost',
        message: 'chore(training): log which worker was lost',
        service: 'training',
        deployed: 50,
        files: { 'training/log.py': '+    log.error("worker lost: %s", reason)' },
      },
    ],
  },
  'told twice by a partner': {
    alert: ['webhooks', 'duplicate_events_ratio', 'webhooks: duplicate events from payment partner'],
    metrics: { 'webhooks duplicate_events_ratio': [0.01, 0.6], 'webhooks events_per_second': [15, 48] },
    logs: [
      'webhooks WARN event evt_{n} was delivered before, partner sends it again',
      'webhooks INFO event ignored',
    ],
    usual: ['webhooks event taken'],
    changes: [
      {
        id: 'b2-event',
        message: 'refactor(webhooks): event parser',
        service: 'webhooks',
        deployed: 57,
        files: {
          'webhooks/parse.ts':
            '-  const event = JSON.parse(body)\n-  return event\n+  return JSON.parse(body) as Event',
        },
      },
      {
        id: 'b2-ignored',
        message: 'feat(webhooks): count events that are ignored',
        service: 'webhooks',
        deployed: 51,
        files: {
          'webhooks/metrics.ts':
            "+export const ignored = new Counter({ name: 'events_ignored', help: 'Ignored' })",
        },
      },
      {
        id: 'b2-partner',
        message: 'feat(webhooks): second partner',
        service: 'webhooks',
        deployed: 40,
        files: { 'webhooks/partners.yaml': '+  - name: paynord\n+    path: /hooks/paynord' },
      },
    ],
  },
}
