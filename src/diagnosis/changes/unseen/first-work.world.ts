import type { Incident } from './incident.world.ts'

/** First batch: threads, queues, replicas, defaults. */
export const firstWork: Readonly<Record<string, Incident>> = {
  'a default that flipped': {
    did: 'b1-default',
    alert: ['recommend', 'http_5xx_ratio', 'recommend 5xx above 5%'],
    metrics: { 'recommend http_5xx_ratio': [0.002, 0.48], 'recommend model_calls_per_second': [0, 210] },
    logs: [
      'recommend ERROR ranker v3 is not loaded: FileNotFoundError: /models/ranker-v3.bin',
      'shop WARN recommend answered 500, showing bestsellers',
    ],
    usual: ['recommend list ranked', 'shop page shown'],
    changes: [
      {
        id: 'b1-default',
        message: 'chore(recommend): settings as dataclass',
        service: 'recommend',
        deployed: 54,
        files: {
          'recommend/settings.py': `-USE_V3 = os.environ.get("USE_V3", "false") == "true"
+@dataclass
+class Settings:
+    use_v3: bool = os.environ.get("USE_V3", "true") == "true"`,
        },
      },
      {
        id: 'b1-best',
        message: 'feat(shop): bestsellers have a headline',
        service: 'shop',
        deployed: 58,
        files: { 'shop/src/Bestsellers.tsx': '+  <h2>Bestsellers</h2>' },
      },
      {
        id: 'b1-rank',
        message: 'refactor(recommend): type hints in ranker',
        service: 'recommend',
        deployed: 57,
        files: {
          'recommend/ranker.py':
            '-def rank(items, user):\n+def rank(items: list[Item], user: User) -> list[Item]:',
        },
      },
    ],
  },
  'fewer pods than work': {
    did: 'b1-hpa',
    alert: ['quotes', 'http_server_duration_p99_ms', 'quotes p99 above 3s'],
    metrics: {
      'quotes http_server_duration_p99_ms': [140, 4600],
      'quotes cpu_utilization_pct': [58, 100],
      'quotes replicas': [12, 4],
    },
    logs: ['quotes WARN {n} requests wait for a worker', 'portal ERROR quotes: gateway timeout'],
    usual: ['quotes quote given', 'portal page shown'],
    changes: [
      {
        id: 'b1-hpa',
        message: 'cost: right-size after the campaign',
        service: 'quotes',
        deployed: 55,
        files: { 'deploy/quotes/hpa.yaml': '   minReplicas: 2\n-  maxReplicas: 20\n+  maxReplicas: 4' },
      },
      {
        id: 'b1-portal',
        message: 'feat(portal): spinner while quotes load',
        service: 'portal',
        deployed: 59,
        files: { 'portal/src/Spinner.jsx': '+export const Spinner = () => <div className="spin" />' },
      },
      {
        id: 'b1-quote',
        message: 'refactor(quotes): worker names',
        service: 'quotes',
        deployed: 50,
        files: { 'quotes/worker.go': '-    name := "w"\n+    name := fmt.Sprintf("worker-%d", i)' },
      },
    ],
  },
  'one message at a time': {
    did: 'b1-prefetch',
    alert: ['mailqueue', 'messages_ready', 'mailqueue: 50k messages waiting'],
    metrics: {
      'mailqueue messages_ready': [40, 88000, 57],
      'mailer messages_per_second': [220, 12],
      'mailer cpu_utilization_pct': [40, 5],
    },
    logs: ['mailqueue WARN queue mail has {n} messages ready', 'mailer INFO mail sent after waiting {n} s'],
    usual: ['mailer mail sent'],
    changes: [
      {
        id: 'b1-prefetch',
        message: 'fix(mailer): fair dispatch between consumers',
        service: 'mailer',
        deployed: 56,
        files: {
          'mailer/src/consume.ts': `-  await channel.prefetch(100)
-  channel.consume(queue, message => void handle(message))
+  await channel.prefetch(1)
+  channel.consume(queue, message => handle(message))`,
        },
      },
      {
        id: 'b1-mailtext',
        message: 'feat(mailer): footer with address',
        service: 'mailer',
        deployed: 59,
        files: { 'mailer/templates/footer.html': '+<p>Acme, Main Street 1</p>' },
      },
      {
        id: 'b1-queuepolicy',
        message: 'chore(mailqueue): queue type in the dashboard',
        service: 'mailqueue',
        deployed: 53,
        files: { 'dashboards/mailqueue.json': '+{ "title": "messages ready" }' },
      },
    ],
  },
  'no place for what cannot be handled': {
    did: 'b1-redrive',
    alert: ['imports', 'messages_received_per_second', 'imports: same messages over and over'],
    metrics: {
      'imports messages_received_per_second': [30, 900],
      'imports handler_error_ratio': [0.01, 0.97],
      'imports messages_deleted_per_second': [30, 2],
    },
    logs: [
      'imports ERROR row 1 has no sku, message 7f3a received {n} times',
      'imports INFO message returned to queue',
    ],
    usual: ['imports file imported'],
    changes: [
      {
        id: 'b1-redrive',
        message: 'chore(terraform): module for queues',
        service: 'imports',
        deployed: 50,
        files: {
          'terraform/imports/queue.tf': `-resource "aws_sqs_queue" "imports" {
-  name           = "imports"
-  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
-}
+module "imports_queue" {
+  source = "../modules/queue"
+  name   = "imports"
+}`,
        },
      },
      {
        id: 'b1-sku',
        message: 'feat(imports): sku may have lower case letters',
        service: 'imports',
        deployed: 57,
        files: { 'imports/sku.py': '-    return value\n+    return value.upper()' },
      },
      {
        id: 'b1-importlog',
        message: 'chore(imports): say how often a message was received',
        service: 'imports',
        deployed: 58,
        files: { 'imports/log.py': '+    log.info("received %s times", count)' },
      },
    ],
  },
  'each waits for the other': {
    did: 'b1-locks',
    alert: ['wallet', 'transfer_timeout_ratio', 'wallet transfers time out'],
    metrics: {
      'wallet transfer_timeout_ratio': [0.001, 0.36],
      'wallet threads_blocked': [0, 180],
      'wallet cpu_utilization_pct': [45, 6],
    },
    logs: [
      'wallet ERROR transfer not done within 30s at com.acme.wallet.TransferService.move(TransferService.java:71)',
      'wallet WARN 180 threads BLOCKED on com.acme.wallet.Account',
    ],
    usual: ['wallet transfer done'],
    changes: [
      {
        id: 'b1-locks',
        message: 'refactor(wallet): simpler transfer',
        service: 'wallet',
        deployed: 54,
        files: {
          'wallet/src/main/java/com/acme/wallet/TransferService.java': `-        Account first = from.id() < to.id() ? from : to;
-        Account second = from.id() < to.id() ? to : from;
-        synchronized (first) {
-            synchronized (second) {
+        synchronized (from) {
+            synchronized (to) {
                 from.withdraw(amount);
                 to.deposit(amount);`,
        },
      },
      {
        id: 'b1-walletlog',
        message: 'chore(wallet): transfers that time out are logged',
        service: 'wallet',
        deployed: 49,
        files: {
          'wallet/src/main/java/com/acme/wallet/Timeouts.java':
            '+        log.error("transfer not done within {}s", seconds);',
        },
      },
      {
        id: 'b1-coin',
        message: 'feat(wallet): coin icon',
        service: 'wallet',
        deployed: 59,
        files: { 'wallet/web/coin.svg': '+<svg><circle r="4"/></svg>' },
      },
    ],
  },
  'connections closed too early': {
    did: 'b1-keepalive',
    alert: ['catalogapi', 'http_502_ratio', 'load balancer answers 502 for catalogapi'],
    metrics: { 'loadbalancer http_502_ratio': [0.0003, 0.04], 'catalogapi http_5xx_ratio': [0, 0] },
    logs: [
      'loadbalancer ERROR upstream prematurely closed connection while reading response header from upstream catalogapi',
      'loadbalancer INFO 502 for /items/{n}',
    ],
    usual: ['loadbalancer 200 for /items', 'catalogapi item served'],
    changes: [
      {
        id: 'b1-keepalive',
        message: 'chore(catalogapi): defaults of the new server',
        service: 'catalogapi',
        deployed: 57,
        files: {
          'catalogapi/src/server.js': ` const server = http.createServer(app)
-server.keepAliveTimeout = 65_000
-server.headersTimeout = 66_000
 server.listen(port)`,
        },
      },
      {
        id: 'b1-item',
        message: 'feat(catalogapi): items have a weight',
        service: 'catalogapi',
        deployed: 59,
        files: { 'catalogapi/src/item.js': '+  weight: row.weight,' },
      },
      {
        id: 'b1-lb',
        message: 'docs: load balancer and 502',
        files: { 'docs/loadbalancer.md': '+A 502 means that the upstream closed.' },
        written: 51,
      },
    ],
  },
}
