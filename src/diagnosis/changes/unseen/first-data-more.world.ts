import type { Incident } from './incident.world.ts'

/** First batch: what is written, read and counted otherwise than before. */
export const firstDataMore: Readonly<Record<string, Incident>> = {
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
