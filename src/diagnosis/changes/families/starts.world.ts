import type { Family } from '../made-incidents.world.ts'

/** What does not start or run with what it is given. */
export const starts: Readonly<Record<string, Family>> = {
  'a flag': {
    did: 'flag:parallel_pricing',
    service: 'pricing',
    metrics: { error_ratio: [0.002, 0.35], threads_active: [20, 400] },
    says: ['parallel pricing: executor rejected task, 400 threads busy'],
    changes: [
      {
        id: 'flag:parallel_pricing',
        kind: 'flag',
        message: 'flag parallel_pricing: off->on',
        service: 'pricing',
        deployed: 59,
      },
      {
        id: 'text',
        service: 'pricing',
        deployed: 54,
        path: 'services/pricing/labels.kt',
        diff: '-val free = "Free"\n+val free = "Free of charge"',
      },
    ],
  },
  'a value in a ConfigMap': {
    did: 'configmap',
    service: 'mailer',
    metrics: { send_error_ratio: [0.001, 0.97] },
    says: ['dial tcp: lookup smtp-relay-new.mail.svc: no such host'],
    changes: [
      {
        id: 'configmap',
        service: 'mailer',
        kind: 'config',
        deployed: 58,
        path: 'ConfigMap/mail/mailer',
        diff: '-data.SMTP_HOST: smtp-relay.mail.svc\n+data.SMTP_HOST: smtp-relay-new.mail.svc',
      },
      {
        id: 'template',
        service: 'mailer',
        deployed: 55,
        path: 'services/mailer/templates/welcome.html',
        diff: '-<h1>Hello</h1>\n+<h1>Welcome</h1>',
      },
    ],
  },
  'a library with another behaviour': {
    did: 'bump',
    service: 'gateway',
    metrics: { http_5xx_ratio: [0.001, 0.5] },
    says: [
      "TypeError: Cannot read properties of undefined (reading 'headers') at undici/lib/dispatcher.js:112",
    ],
    changes: [
      {
        id: 'bump',
        service: 'gateway',
        deployed: 55,
        path: 'services/gateway/package.json',
        diff: '-    "undici": "^6.21.0",\n+    "undici": "^7.3.0",',
      },
      {
        id: 'bump-lint',
        service: 'gateway',
        deployed: 52,
        path: 'services/gateway/package.json',
        diff: '-    "pino": "^9.1.0",\n+    "pino": "^9.2.0",',
      },
    ],
  },
  'less memory than it needs': {
    did: 'limits',
    service: 'thumbnails',
    metrics: {
      container_restarts_total: [0, 14],
      container_memory_working_set_bytes: [400000000, 260000000],
    },
    says: ['container thumbnails OOMKilled, exit code 137', 'Back-off restarting failed container'],
    changes: [
      {
        id: 'limits',
        service: 'thumbnails',
        kind: 'config',
        deployed: 59,
        path: 'charts/thumbnails/values.yaml',
        diff: ' resources:\n   limits:\n-    memory: 1Gi\n+    memory: 256Mi',
      },
      {
        id: 'sizes',
        service: 'thumbnails',
        deployed: 52,
        path: 'services/thumbnails/sizes.go',
        diff: '-var sizes = []int{64, 128}\n+var sizes = []int{64, 128, 144}',
      },
    ],
  },
  'an environment variable renamed': {
    did: 'env',
    service: 'exporter',
    metrics: { pod_restart_total: [0, 11] },
    says: [
      "KeyError: 'EXPORT_BUCKET_NAME'",
      'exporter failed to start: missing environment variable EXPORT_BUCKET_NAME',
    ],
    changes: [
      {
        id: 'env',
        service: 'exporter',
        deployed: 57,
        path: 'services/exporter/settings.py',
        diff: '-BUCKET = os.environ["EXPORT_BUCKET"]\n+BUCKET = os.environ["EXPORT_BUCKET_NAME"]',
      },
      {
        id: 'rows',
        service: 'exporter',
        deployed: 54,
        path: 'services/exporter/rows.py',
        diff: '-    rows = list(rows)\n+    rows = tuple(rows)',
      },
    ],
  },
  'an image that lacks certificates': {
    did: 'base',
    service: 'webhooks',
    metrics: { delivery_error_ratio: [0.01, 1] },
    says: ['x509: certificate signed by unknown authority'],
    changes: [
      {
        id: 'base',
        service: 'webhooks',
        deployed: 56,
        path: 'services/webhooks/Dockerfile',
        diff: '-FROM gcr.io/distroless/static\n+FROM scratch',
      },
      {
        id: 'sign',
        service: 'webhooks',
        deployed: 52,
        path: 'services/webhooks/names.go',
        diff: '-const header = "X-Sign"\n+const header = "X-Signature"',
      },
    ],
  },
  'a heap too small': {
    did: 'xmx',
    service: 'ledger',
    metrics: { jvm_gc_pause_seconds_max: [0.05, 7.5], http_p99_ms: [80, 7800] },
    says: ['GC overhead limit exceeded'],
    changes: [
      {
        id: 'xmx',
        service: 'ledger',
        kind: 'config',
        deployed: 56,
        message: 'chore: right-size',
        path: 'charts/ledger/values.yaml',
        diff: '-  javaOpts: "-Xms2g -Xmx4g"\n+  javaOpts: "-Xms512m -Xmx512m"',
      },
      {
        id: 'dto',
        service: 'ledger',
        deployed: 54,
        path: 'services/ledger/src/main/java/Dto.java',
        diff: '-  public String id;\n+  private String id;',
      },
    ],
  },
  'another key of a Secret': {
    did: 'secret',
    service: 'notify',
    metrics: { pod_ready_replicas: [3, 0] },
    says: ["Error: couldn't find key SMTP_PASSWORD in Secret mail/notify"],
    changes: [
      {
        id: 'secret',
        service: 'notify',
        kind: 'config',
        deployed: 58,
        message: 'chore: secret names',
        path: 'k8s/notify/deployment.yaml',
        diff: '             secretKeyRef:\n               name: notify\n-              key: smtp-password\n+              key: SMTP_PASSWORD',
      },
      {
        id: 'tmpl',
        service: 'notify',
        deployed: 55,
        path: 'services/notify/tmpl.go',
        diff: '-const sig = "The team"\n+const sig = "Your team"',
      },
    ],
  },
}
