import type { Incident } from './incident.world.ts'

/** First batch: who is refused, and what does not reach whom. */
export const firstRefusals: Readonly<Record<string, Incident>> = {
  'a claim that machines do not have': {
    did: 'b1-claim',
    alert: ['documents', 'http_403_ratio', 'documents 403 ratio above 10%'],
    metrics: { 'documents http_403_ratio': [0.004, 0.46], 'archiver jobs_failed_total': [0, 90] },
    logs: [
      'documents WARN access denied for client archiver: policy TenantMember not satisfied',
      'archiver ERROR PUT /documents/{n} answered 403 Forbidden',
    ],
    usual: ['documents document stored', 'archiver archived document'],
    changes: [
      {
        id: 'b1-claim',
        message: 'feat: tenants on every document route',
        service: 'documents',
        deployed: 53,
        files: {
          'Documents/Auth/Policies.cs': `         options.AddPolicy("TenantMember", policy => policy
             .RequireAuthenticatedUser()
+            .RequireClaim("tenant_id")
             .RequireClaim("scope", "documents"));`,
        },
      },
      {
        id: 'b1-docname',
        message: 'fix: access log says the name of the document',
        service: 'documents',
        deployed: 58,
        files: {
          'Documents/Logging/AccessLog.cs':
            '-        log.Info("stored {Id}", id);\n+        log.Info("stored {Name}", name);',
        },
      },
      {
        id: 'b1-arch',
        message: 'refactor(archiver): one client for all buckets',
        service: 'archiver',
        deployed: 57,
        files: {
          'Archiver/Client.cs':
            '-        var client = new HttpClient();\n+        var client = factory.CreateClient("documents");',
        },
      },
    ],
  },
  'keys that are never fetched again': {
    did: 'b1-keys',
    alert: ['apigateway', 'http_401_ratio', 'apigateway rejects tokens: 401 ratio above 5%'],
    onset: 75,
    metrics: { 'apigateway http_401_ratio': [0.003, 0.88], 'identity tokens_issued_per_second': [40, 130] },
    logs: [
      'apigateway WARN token rejected: no key found for kid 2026-05-b',
      'identity INFO signing key rotated: 2026-05-a -> 2026-05-b',
    ],
    usual: ['apigateway token accepted', 'identity token issued'],
    changes: [
      {
        id: 'b1-keys',
        message: 'perf: load verification keys once',
        service: 'apigateway',
        deployed: 35,
        files: {
          'gateway/src/auth/keys.ts': `-const keys = createRemoteJWKSet(new URL(issuer + '/jwks'), { cooldownDuration: 30_000 })
+const document = await (await fetch(issuer + '/jwks')).json()
+const keys = createLocalJWKSet(document)`,
        },
      },
      {
        id: 'b1-login',
        message: 'feat(identity): nicer login page',
        service: 'identity',
        deployed: 70,
        files: { 'identity/templates/login.html': '-<h1>Sign in</h1>\n+<h1>Welcome back</h1>' },
      },
      {
        id: 'b1-authlog',
        message: 'chore(gateway): log why a token was rejected',
        service: 'apigateway',
        deployed: 72,
        files: { 'gateway/src/auth/log.ts': '+  logger.warn(`token rejected: ${reason}`)' },
      },
    ],
  },
  'old ciphers only': {
    did: 'b1-tls',
    alert: [
      'terminals',
      'handshake_failures_per_second',
      'terminals: TLS handshake failures, card terminals offline',
    ],
    metrics: {
      'terminals handshake_failures_per_second': [0.1, 34],
      'terminals connected_devices': [5200, 1300],
    },
    logs: [
      'terminals ERROR tls: client offered only unsupported versions: [302 301]',
      'terminals INFO device {n} disconnected',
    ],
    usual: ['terminals device heartbeat'],
    changes: [
      {
        id: 'b1-tls',
        message: 'chore(security): align listener with the company baseline',
        service: 'terminals',
        deployed: 55,
        files: {
          'terminals/listener.go': `     cfg := &tls.Config{
         Certificates: certs,
-        MinVersion:   tls.VersionTLS10,
+        MinVersion:   tls.VersionTLS13,
     }`,
        },
      },
      {
        id: 'b1-dev',
        message: 'feat: device page shows last handshake',
        service: 'terminals',
        deployed: 58,
        files: { 'terminals/web/device.html': '+<dt>Last handshake</dt><dd>{{ .LastHandshake }}</dd>' },
      },
      {
        id: 'b1-hb',
        message: 'refactor: heartbeat in its own file',
        service: 'terminals',
        deployed: 52,
        files: {
          'terminals/heartbeat.go': '+func (d *Device) beat() { d.last = clock.Now() }',
          'terminals/device.go': '-func (d *Device) beat() { d.last = clock.Now() }',
        },
      },
    ],
  },
  'an origin left out': {
    did: 'b1-cors',
    alert: ['accounts', 'client_errors_per_minute', 'accounts: browser clients fail, sign-ups down 90%'],
    metrics: {
      'accounts client_errors_per_minute': [4, 610],
      'accounts signups_per_minute': [55, 4],
      'accounts http_5xx_ratio': [0.001, 0.001],
    },
    logs: [
      'accounts WARN preflight from https://join.acme.shop refused: origin not allowed',
      'join ERROR TypeError: Failed to fetch at signUp (signup.tsx:41)',
    ],
    usual: ['accounts account created', 'join form shown'],
    changes: [
      {
        id: 'b1-cors',
        message: 'chore: tidy gateway settings',
        service: 'accounts',
        deployed: 57,
        files: {
          'accounts/config/production.yaml': ` http:
   cors:
-    origins: ["https://acme.shop", "https://join.acme.shop"]
+    origins: ["https://acme.shop"]
     credentials: true`,
        },
      },
      {
        id: 'b1-join',
        message: 'feat(join): better copy on the sign-up form',
        service: 'join',
        deployed: 59,
        files: {
          'join/src/signup.tsx': '-      <button>Sign up</button>\n+      <button>Create my account</button>',
        },
      },
      {
        id: 'b1-preflight',
        message: 'test: preflight of accounts',
        files: { 'accounts/test/preflight.test.ts': "+test('preflight', async () => {})" },
        written: 55,
      },
    ],
  },
  'a path rewritten twice': {
    did: 'b1-path',
    alert: ['reports', 'http_404_ratio', 'reports: 404 ratio above 20%'],
    metrics: { 'reports http_404_ratio': [0.01, 0.97], 'ingress requests_per_second': [120, 118] },
    logs: ['reports WARN no route for GET /reports/monthly', 'ingress INFO "GET /api/reports/monthly" 404'],
    usual: ['reports report rendered', 'ingress "GET /api/reports/monthly" 200'],
    changes: [
      {
        id: 'b1-path',
        message: 'chore(ingress): capture groups like everywhere else',
        service: 'ingress',
        deployed: 54,
        files: {
          'deploy/ingress/reports.yaml': `   annotations:
-    nginx.ingress.kubernetes.io/rewrite-target: /$2
+    nginx.ingress.kubernetes.io/rewrite-target: /$1
 spec:
   rules:
     - http:
         paths:
-          - path: /api/reports(/|$)(.*)
+          - path: /api/(.*)`,
        },
      },
      {
        id: 'b1-monthly',
        message: 'feat(reports): monthly report has totals',
        service: 'reports',
        deployed: 58,
        files: { 'reports/app/monthly.rb': '+    totals: rows.sum(&:amount),' },
      },
      {
        id: 'b1-404',
        message: 'feat(reports): friendlier 404 page',
        service: 'reports',
        deployed: 51,
        files: { 'reports/app/views/404.erb': '-<p>Not found</p>\n+<p>We could not find this report.</p>' },
      },
    ],
  },
  'sessions that change the server': {
    did: 'b1-affinity',
    alert: ['booking', 'wizard_restart_ratio', 'booking: customers thrown back to step 1'],
    metrics: { 'booking wizard_restart_ratio': [0.01, 0.62], 'booking session_miss_per_second': [0.2, 48] },
    logs: [
      'booking WARN session {n} not found on this replica, starting over',
      'booking INFO wizard started',
    ],
    usual: ['booking wizard step completed'],
    changes: [
      {
        id: 'b1-affinity',
        message: 'chore(booking): plain Service, nothing needs the extras',
        service: 'booking',
        deployed: 56,
        files: {
          'deploy/booking/service.yaml': ` spec:
-  sessionAffinity: ClientIP
-  sessionAffinityConfig: { clientIP: { timeoutSeconds: 3600 } }
   ports:
     - port: 80`,
        },
      },
      {
        id: 'b1-step',
        message: 'feat(booking): wizard step 1 asks for the date first',
        service: 'booking',
        deployed: 59,
        files: { 'booking/src/wizard/StepOne.jsx': '-<Guests /><Dates />\n+<Dates /><Guests />' },
      },
      {
        id: 'b1-sess',
        message: 'refactor(booking): session type in its own file',
        service: 'booking',
        deployed: 53,
        files: { 'booking/src/session.ts': '+export interface Session { id: string; step: number }' },
      },
    ],
  },
  'a permission taken away': {
    did: 'b1-iam',
    alert: ['invoices', 'pdf_upload_failures_total', 'invoices: uploads of PDFs fail'],
    metrics: { 'invoices pdf_upload_failures_total': [0, 320], 'invoices queue_depth': [10, 4100] },
    logs: [
      'invoices ERROR AccessDenied: User arn:aws:sts::1234:assumed-role/invoices is not authorized to perform: s3:PutObject on resource arn:aws:s3:::acme-invoices/{n}.pdf',
      'invoices WARN upload will be retried',
    ],
    usual: ['invoices invoice rendered and stored'],
    changes: [
      {
        id: 'b1-iam',
        message: 'security: least privilege for invoice roles',
        deployed: 52,
        service: 'infrastructure',
        files: {
          'terraform/invoices/iam.tf': `   statement {
-    actions   = ["s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"]
+    actions   = ["s3:GetObject"]
     resources = ["arn:aws:s3:::acme-invoices/*"]
   }`,
        },
      },
      {
        id: 'b1-pdf',
        message: 'feat(invoices): PDF has the new logo',
        service: 'invoices',
        deployed: 58,
        files: { 'invoices/templates/invoice.html': '-<img src="logo.png">\n+<img src="logo-2026.png">' },
      },
      {
        id: 'b1-upload',
        message: 'refactor(invoices): upload returns the key',
        service: 'invoices',
        deployed: 56,
        files: {
          'invoices/storage.py':
            '-    self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)\n+    self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)\n+    return key',
        },
      },
    ],
  },
  'a variable with another name': {
    did: 'b1-helm',
    alert: ['sms', 'messages_failed_per_minute', 'sms: every message fails'],
    metrics: { 'sms messages_failed_per_minute': [1, 410], 'sms messages_sent_per_minute': [420, 0] },
    logs: ['sms ERROR could not send: sender id is empty', 'sms WARN SMS_SENDER_ID is not set, using ""'],
    usual: ['sms message sent'],
    changes: [
      {
        id: 'b1-helm',
        message: 'chore(helm): names of variables as the guideline says',
        service: 'sms',
        deployed: 57,
        files: {
          'charts/sms/templates/deployment.yaml': `           env:
-            - name: SMS_SENDER_ID
+            - name: SMS_SENDERID
               value: {{ .Values.sender | quote }}`,
        },
      },
      {
        id: 'b1-smstext',
        message: 'feat(sms): shorter message texts',
        service: 'sms',
        deployed: 59,
        files: { 'sms/texts.py': '-CODE = "Your confirmation code is {code}"\n+CODE = "Code: {code}"' },
      },
      {
        id: 'b1-smsmetric',
        message: 'feat(sms): count messages that fail per minute',
        service: 'sms',
        deployed: 48,
        files: { 'sms/metrics.py': '+FAILED = Counter("messages_failed", "Messages that were not sent")' },
      },
    ],
  },
  'an image without its libraries': {
    did: 'b1-image',
    alert: ['thumbs', 'pod_ready_replicas', 'thumbs has no ready pods'],
    metrics: { 'thumbs pod_ready_replicas': [4, 0], 'thumbs pod_restart_total': [0, 22] },
    logs: [
      'thumbs ERROR ImportError: libvips.so.42: cannot open shared object file: No such file or directory',
      'gallery ERROR thumbs: connection refused',
    ],
    usual: ['thumbs thumbnail made', 'gallery gallery shown'],
    changes: [
      {
        id: 'b1-image',
        message: 'chore: slimmer image',
        service: 'thumbs',
        deployed: 58,
        files: {
          'thumbs/Dockerfile':
            '-FROM python:3.12-bookworm\n+FROM python:3.12-slim-bookworm\n RUN pip install -r requirements.txt',
        },
      },
      {
        id: 'b1-jpeg',
        message: 'feat(thumbs): quality 82 for JPEG',
        service: 'thumbs',
        deployed: 55,
        files: { 'thumbs/render.py': '-QUALITY = 80\n+QUALITY = 82' },
      },
      {
        id: 'b1-gallery',
        message: 'fix(gallery): placeholder when thumbs has no ready pods',
        service: 'gallery',
        deployed: 59,
        files: { 'gallery/src/Image.tsx': "+  if (!src) return <img src='/placeholder.svg' alt='' />" },
      },
    ],
  },
}
