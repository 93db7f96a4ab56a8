import type { Incident } from './incident.world.ts'

/** First batch: what is written, read and counted otherwise than before. */
export const firstData: Readonly<Record<string, Incident>> = {
  'a column with a new name': {
    did: 'b1-rename',
    alert: ['reporting', 'job_failure_ratio', 'reporting jobs fail'],
    metrics: { 'reporting job_failure_ratio': [0.01, 1], 'customers http_5xx_ratio': [0.001, 0.001] },
    logs: [
      'reporting ERROR psycopg2.errors.UndefinedColumn: column c.mail does not exist LINE 1: SELECT c.id, c.mail FROM customers c',
    ],
    usual: ['reporting report written', 'customers customer read'],
    changes: [
      {
        id: 'b1-rename',
        message: 'feat(customers): say what the column holds',
        service: 'customers',
        deployed: 54,
        files: {
          'customers/migrations/0033_email.sql':
            '+ALTER TABLE customers RENAME COLUMN mail TO email_address;',
          'customers/models.py': '-    mail = Column(String)\n+    email_address = Column(String)',
        },
      },
      {
        id: 'b1-report',
        message: 'refactor(reporting): job runner logs the failure ratio',
        service: 'reporting',
        deployed: 57,
        files: { 'reporting/runner.py': '+    log.info("failure ratio %.2f", failed / total)' },
      },
      {
        id: 'b1-xls',
        message: 'feat(reporting): reports as spreadsheets',
        service: 'reporting',
        deployed: 51,
        files: {
          'reporting/export/xlsx.py':
            '+def to_xlsx(rows):\n+    book = Workbook()\n+    for row in rows:\n+        book.active.append(row)\n+    return book',
        },
      },
    ],
  },
  'a field number used again': {
    did: 'b1-proto',
    alert: ['routing', 'invalid_route_ratio', 'routing: parcels go to depot 0'],
    metrics: { 'routing invalid_route_ratio': [0.001, 0.94], 'intake parcels_per_minute': [300, 305] },
    logs: ['routing ERROR depot 0 unknown for parcel {n}', 'intake INFO parcel accepted with weight 0 g'],
    usual: ['routing parcel routed', 'intake parcel accepted'],
    changes: [
      {
        id: 'b1-proto',
        message: 'feat(proto): weight in grams',
        service: 'intake',
        deployed: 52,
        files: {
          'proto/parcel.proto': ` message Parcel {
   string id = 1;
-  int32 depot = 2;
-  reserved 4;
+  int32 weight_grams = 2;
+  int32 depot = 4;
 }`,
        },
      },
      {
        id: 'b1-depot',
        message: 'chore(routing): names of depots in the log',
        service: 'routing',
        deployed: 58,
        files: {
          'routing/src/log.rs': '-    info!("parcel routed");\n+    info!(depot = %name, "parcel routed");',
        },
      },
      {
        id: 'b1-rust',
        message: 'chore(routing): bump tracing',
        service: 'routing',
        deployed: 56,
        files: { 'routing/Cargo.toml': '-tracing = "0.1.40"\n+tracing = "0.1.41"' },
      },
    ],
  },
  'midnight somewhere else': {
    did: 'b1-zone',
    alert: ['reminders', 'reminders_late_ratio', 'reminders are sent hours late'],
    metrics: {
      'reminders reminders_late_ratio': [0.01, 0.98],
      'reminders reminders_sent_per_minute': [90, 3],
    },
    logs: ['reminders WARN reminder {n} is due in -7 h, sending now', 'reminders INFO nothing due'],
    usual: ['reminders reminder sent'],
    changes: [
      {
        id: 'b1-zone',
        message: 'refactor(reminders): use the standard library only',
        service: 'reminders',
        deployed: 55,
        files: {
          'reminders/due.py': `-    now = pendulum.now(user.timezone)
-    return user.at.in_timezone(user.timezone) <= now
+    now = datetime.now()
+    return user.at.replace(tzinfo=None) <= now`,
        },
      },
      {
        id: 'b1-text',
        message: 'feat(reminders): reminder text has the name',
        service: 'reminders',
        deployed: 59,
        files: { 'reminders/text.py': '-TEXT = "Do not forget"\n+TEXT = "Do not forget, {name}"' },
      },
      {
        id: 'b1-late',
        message: 'feat(reminders): alert when reminders are late',
        service: 'reminders',
        deployed: 45,
        files: {
          'alerts/reminders.yaml': '+  - alert: RemindersLate\n+    expr: reminders_late_ratio > 0.1',
        },
      },
    ],
  },
  'a hundred times too much': {
    did: 'b1-cents',
    alert: ['checkout', 'payment_declined_ratio', 'checkout: declined payments above 30%'],
    metrics: { 'checkout payment_declined_ratio': [0.03, 0.71], 'billing amount_p50': [3400, 340000] },
    logs: [
      'billing WARN charge declined by issuer: insufficient_funds',
      'checkout ERROR order {n} not paid: declined',
    ],
    usual: ['billing charge accepted', 'checkout order paid'],
    changes: [
      {
        id: 'b1-cents',
        message: 'refactor(checkout): Money type everywhere',
        service: 'checkout',
        deployed: 54,
        files: {
          'checkout/src/pay.kt': `-    billing.charge(order.customer, order.totalCents)
+    billing.charge(order.customer, order.total.toMinorUnits() * 100)`,
        },
      },
      {
        id: 'b1-declined',
        message: 'feat(billing): translate decline reasons',
        service: 'billing',
        deployed: 58,
        files: { 'billing/src/reasons.kt': '+    "insufficient_funds" to "Your bank declined the payment",' },
      },
      {
        id: 'b1-receipt',
        message: 'fix(checkout): receipt shows the currency sign',
        service: 'checkout',
        deployed: 57,
        files: { 'checkout/src/receipt.kt': '-    val text = "$amount"\n+    val text = "€ $amount"' },
      },
    ],
  },
  'fields that nobody expects': {
    did: 'b1-jackson',
    alert: ['fulfilment', 'consumer_errors_per_second', 'fulfilment cannot read orders'],
    metrics: {
      'fulfilment consumer_errors_per_second': [0.02, 40],
      'fulfilment consumer_lag': [12, 61000, 60],
    },
    logs: [
      'fulfilment ERROR com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException: Unrecognized field "giftNote" (class com.acme.OrderPlaced), not marked as ignorable at com.acme.fulfilment.OrderListener.onMessage(OrderListener.java:52)',
    ],
    usual: ['fulfilment order taken', 'orders order placed'],
    changes: [
      {
        id: 'b1-jackson',
        message: 'refactor(fulfilment): one ObjectMapper',
        service: 'fulfilment',
        deployed: 55,
        files: {
          'fulfilment/src/main/java/com/acme/fulfilment/JsonConfig.java': `-    return new ObjectMapper()
-        .registerModule(new JavaTimeModule())
-        .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
+    return JsonMapper.builder().addModule(new JavaTimeModule()).build();`,
        },
      },
      {
        id: 'b1-order',
        message: 'perf(orders): index page of orders',
        service: 'orders',
        deployed: 58,
        files: {
          'orders/src/main/java/com/acme/orders/Page.java':
            '-        return list;\n+        return List.copyOf(list);',
        },
      },
      {
        id: 'b1-listener',
        message: 'chore(fulfilment): name of the listener thread',
        service: 'fulfilment',
        deployed: 51,
        files: {
          'fulfilment/src/main/java/com/acme/fulfilment/OrderListener.java':
            '+    Thread.currentThread().setName("orders-" + partition);',
        },
      },
    ],
  },
  'everybody sees the same': {
    did: 'b1-cachekey',
    alert: ['offers', 'wrong_country_reports_per_minute', 'offers: customers see prices of other countries'],
    metrics: {
      'offers wrong_country_reports_per_minute': [0, 25],
      'offers cache_hit_ratio': [0.82, 0.99],
      'offers http_5xx_ratio': [0.001, 0.001],
    },
    logs: [
      'offers WARN offer for country DE shown to visitor from FR',
      'offers INFO offer served from cache',
    ],
    usual: ['offers offer computed'],
    changes: [
      {
        id: 'b1-cachekey',
        message: 'perf(offers): better hit ratio',
        service: 'offers',
        deployed: 56,
        files: {
          'offers/lib/offers.ex': `-    key = {:offers, product.id, visitor.country, visitor.segment}
+    key = {:offers, product.id}
     Cache.fetch(key, fn -> compute(product, visitor) end)`,
        },
      },
      {
        id: 'b1-country',
        message: 'feat(offers): list of countries is sorted',
        service: 'offers',
        deployed: 59,
        files: {
          'offers/lib/countries.ex': '-  def all, do: @countries\n+  def all, do: Enum.sort(@countries)',
        },
      },
      {
        id: 'b1-price',
        message: 'docs: how prices of other countries are made',
        files: { 'docs/prices.md': '+Prices of other countries are converted daily.' },
        written: 55,
      },
    ],
  },
  'all rows at once': {
    did: 'b1-limit',
    alert: ['auditlog', 'container_restarts_total', 'auditlog restarts, out of memory'],
    metrics: {
      'auditlog container_restarts_total': [0, 18],
      'auditlog response_bytes_p99': [60000, 310000000],
      'auditlog container_memory_working_set_bytes': [200000000, 980000000],
    },
    logs: [
      'kubelet WARN auditlog-77d-abc: container killed, out of memory',
      'console ERROR auditlog: connection reset while reading body',
    ],
    usual: ['auditlog listed events', 'console page shown'],
    changes: [
      {
        id: 'b1-limit',
        message: 'feat(auditlog): filter by actor',
        service: 'auditlog',
        deployed: 53,
        files: {
          'auditlog/src/list.rs': `-    let rows = sqlx::query_as::<_, Event>("SELECT * FROM events WHERE at > $1 ORDER BY at LIMIT $2")
-        .bind(since).bind(page.size.min(500))
+    let rows = sqlx::query_as::<_, Event>("SELECT * FROM events WHERE at > $1 AND ($2 IS NULL OR actor = $2) ORDER BY at")
+        .bind(since).bind(actor)
         .fetch_all(&pool).await?;`,
        },
      },
      {
        id: 'b1-console',
        message: 'feat(console): filter of the audit log',
        service: 'console',
        deployed: 57,
        files: { 'console/src/Audit.jsx': "+      <Select label='Actor' options={actors} />" },
      },
      {
        id: 'b1-mem',
        message: 'chore(auditlog): print memory at start',
        service: 'auditlog',
        deployed: 58,
        files: { 'auditlog/src/main.rs': '+    info!(memory = sys.total_memory(), "starting");' },
      },
    ],
  },
  'numbers that do not fit any more': {
    did: 'b1-int',
    alert: ['tracking', 'event_insert_failures_per_second', 'tracking: inserts of events fail'],
    metrics: {
      'tracking event_insert_failures_per_second': [0, 55],
      'tracking http_5xx_ratio': [0.001, 0.63],
    },
    logs: [
      'tracking ERROR System.OverflowException: Value was either too large or too small for an Int32 at Tracking.EventId.Parse(EventId.cs:17)',
    ],
    usual: ['tracking event stored'],
    changes: [
      {
        id: 'b1-int',
        message: 'refactor(tracking): typed ids',
        service: 'tracking',
        deployed: 56,
        files: {
          'Tracking/EventId.cs':
            '-    public static EventId Parse(string s) => new(long.Parse(s));\n+    public static EventId Parse(string s) => new(int.Parse(s));',
        },
      },
      {
        id: 'b1-insert',
        message: 'chore(tracking): count inserts of events that fail',
        service: 'tracking',
        deployed: 50,
        files: {
          'Tracking/Metrics.cs':
            '+    public static readonly Counter InsertFailures = Metrics.CreateCounter("event_insert_failures", "");',
        },
      },
      {
        id: 'b1-map',
        message: 'feat(tracking): map shows the last stop',
        service: 'tracking',
        deployed: 59,
        files: { 'Tracking/Views/Map.cshtml': '+<LastStop stop="@Model.Stop" />' },
      },
    ],
  },
  'charged twice': {
    did: 'b1-idem',
    alert: ['payouts', 'duplicate_payout_ratio', 'payouts: same payout sent more than once'],
    metrics: { 'payouts duplicate_payout_ratio': [0, 0.08], 'payouts requests_per_second': [60, 64] },
    logs: [
      'payouts ERROR reconciliation: payout {n} was sent 2 times',
      'payouts WARN bank answered late, sending again',
    ],
    usual: ['payouts payout sent'],
    changes: [
      {
        id: 'b1-idem',
        message: 'refactor(payouts): generated bank client',
        service: 'payouts',
        deployed: 50,
        files: {
          'payouts/src/bank.ts': `-    await http.post('/transfers', body, { headers: { 'Idempotency-Key': payout.id } })
+    await bank.createTransfer({ body })`,
        },
      },
      {
        id: 'b1-recon',
        message: 'feat(payouts): reconciliation report as CSV',
        service: 'payouts',
        deployed: 57,
        files: {
          'payouts/src/reconciliation.ts':
            "+export const csv = (rows: Row[]) => rows.map(r => r.join(',')).join('\\n')",
        },
      },
      {
        id: 'b1-late',
        message: 'chore(payouts): bank timeout in seconds in the log',
        service: 'payouts',
        deployed: 58,
        files: { 'payouts/src/log.ts': '-  log(`timeout ${ms}ms`)\n+  log(`timeout ${ms / 1000}s`)' },
      },
    ],
  },
  'rows filled in by the million': {
    did: 'b1-backfill',
    alert: ['membersdb', 'replication_lag_seconds', 'membersdb replica lag above 60s'],
    metrics: {
      'membersdb replication_lag_seconds': [0.4, 900, 58],
      'membersdb write_iops': [400, 9500],
      'members stale_read_ratio': [0.001, 0.4],
    },
    logs: [
      'membersdb WARN replica replays WAL {n} MB behind',
      'members ERROR member just created is not found',
    ],
    usual: ['members member read', 'membersdb checkpoint complete'],
    changes: [
      {
        id: 'b1-backfill',
        message: 'feat(members): loyalty tier for everybody',
        service: 'members',
        deployed: 57,
        files: {
          'members/migrations/0104_tier.py': `+    operations = [
+        migrations.AddField("member", "tier", models.CharField(default="basic", max_length=16)),
+        migrations.RunPython(lambda apps, _: apps.get_model("members", "Member").objects.all().update(tier="basic")),
+    ]`,
        },
      },
      {
        id: 'b1-replica',
        message: 'chore(members): log which replica was read',
        service: 'members',
        deployed: 52,
        files: { 'members/db.py': '+    log.debug("read from replica %s", alias)' },
      },
      {
        id: 'b1-badge',
        message: 'feat(web): badge for tiers',
        service: 'web',
        deployed: 59,
        files: { 'web/src/Badge.tsx': '+export const Badge = ({ tier }) => <i className={tier} />' },
      },
    ],
  },
}
