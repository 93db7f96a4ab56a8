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
}
