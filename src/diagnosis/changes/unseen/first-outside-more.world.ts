import type { Incident } from './incident.world.ts'

/** First batch: nothing of ours did it. */
export const firstOutsideMore: Readonly<Record<string, Incident>> = {
  'machines that start anew': {
    alert: ['jobs', 'jobs_interrupted_per_minute', 'jobs: runs interrupted'],
    metrics: {
      'jobs jobs_interrupted_per_minute': [0.1, 14],
      'cluster node_uptime_seconds_min': [900000, 300],
      'jobs queue_depth': [20, 900],
    },
    logs: [
      'node-controller WARN Node gke-pool-2-77 is being drained for upgrade to 1.31.5-gke.100 (auto-upgrade)',
      'kubelet INFO Starting kubelet, kernel 6.6.72+',
      'jobs ERROR run {n} interrupted: SIGTERM',
    ],
    usual: ['jobs run complete'],
    changes: [
      {
        id: 'b1-grace',
        message: 'chore(jobs): log when a run is stopped',
        service: 'jobs',
        deployed: 52,
        files: { 'jobs/run.py': '+    log.error("run %s interrupted", run.id)' },
      },
      {
        id: 'b1-run',
        message: 'refactor(jobs): run id',
        service: 'jobs',
        deployed: 58,
        files: { 'jobs/id.py': '-    return uuid4().hex\n+    return str(uuid4())' },
      },
      {
        id: 'b1-sched',
        message: 'feat(jobs): runs on Sunday too',
        service: 'jobs',
        deployed: 47,
        files: { 'jobs/schedule.py': '-DAYS = range(0, 6)\n+DAYS = range(0, 7)' },
      },
    ],
  },
  'a disk of the cloud that is slow': {
    alert: ['archive', 'write_latency_p99_ms', 'archive: writes above 1s'],
    metrics: {
      'archivedb disk_write_latency_ms': [2, 480],
      'archivedb iops': [900, 120],
      'archive write_latency_p99_ms': [20, 3900],
      'archivedb queries_per_second': [310, 190],
    },
    logs: ['archivedb WARN checkpoint took {n} s, fsync slow', 'archive ERROR write not confirmed within 3s'],
    usual: ['archive document written', 'archivedb checkpoint complete'],
    status:
      '[ { "service": "Managed Block Storage", "region": "eu-central-1", "event": "volumes in one zone have degraded performance", "start": "2026-05-12T12:57:00Z", "status": "open" } ]',
    changes: [
      {
        id: 'b1-write',
        message: 'refactor(archive): writer',
        service: 'archive',
        deployed: 58,
        files: {
          'archive/write.go':
            '-    if err := w.put(doc); err != nil { return err }\n-    return nil\n+    return w.put(doc)',
        },
      },
      {
        id: 'b1-batch',
        message: 'perf(archive): batches of 120',
        service: 'archive',
        deployed: 46,
        files: { 'archive/batch.go': '-const size = 100\n+const size = 120' },
      },
      {
        id: 'b1-latency',
        message: 'feat(archive): histogram of write latency',
        service: 'archive',
        deployed: 54,
        files: {
          'archive/metrics.go':
            '+var latency = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "write_latency"})',
        },
      },
    ],
  },
  'a file from a partner in other letters': {
    alert: ['stockfeed', 'row_error_ratio', 'stockfeed: rows cannot be read'],
    metrics: { 'stockfeed row_error_ratio': [0.002, 0.61], 'stockfeed files_per_hour': [4, 4] },
    logs: [
      "stockfeed ERROR file supplier-nord-20260512.csv line {n}: 'utf-8' codec can't decode byte 0xfc in position 12",
      'stockfeed INFO file supplier-sud-20260512.csv read',
    ],
    usual: ['stockfeed file supplier-nord read'],
    changes: [
      {
        id: 'b1-csv',
        message: 'refactor(stockfeed): reader as generator',
        service: 'stockfeed',
        deployed: 55,
        files: {
          'stockfeed/read.py':
            '-    rows = []\n-    for line in f: rows.append(parse(line))\n-    return rows\n+    for line in f:\n+        yield parse(line)',
        },
      },
      {
        id: 'b1-rowlog',
        message: 'chore(stockfeed): say file and line of rows that cannot be read',
        service: 'stockfeed',
        deployed: 49,
        files: { 'stockfeed/log.py': '+    log.error("file %s line %d: %s", name, number, error)' },
      },
      {
        id: 'b1-feed',
        message: 'feat(stockfeed): second supplier',
        service: 'stockfeed',
        deployed: 58,
        files: { 'stockfeed/suppliers.yaml': '+  - name: supplier-sud\n+    every: 6h' },
      },
    ],
  },
  'the month is used up': {
    alert: ['geocode', 'lookup_failure_ratio', 'geocode: lookups fail'],
    metrics: { 'geocode lookup_failure_ratio': [0.003, 0.99], 'geocode lookups_per_second': [18, 18] },
    logs: [
      'geocode ERROR maps-platform.example answered 429 OVER_QUOTA: monthly quota of 500000 requests exceeded',
      'delivery WARN no coordinates for address {n}',
    ],
    usual: ['geocode address found', 'delivery tour planned'],
    changes: [
      {
        id: 'b1-lookup',
        message: 'refactor(geocode): lookup returns a result type',
        service: 'geocode',
        deployed: 57,
        files: { 'geocode/src/lookup.rs': '-    Ok(point)\n+    Ok(Found { point })' },
      },
      {
        id: 'b1-cache',
        message: 'chore(geocode): cache entries 20000',
        service: 'geocode',
        deployed: 44,
        files: { 'geocode/config.toml': '-cache_entries = 25000\n+cache_entries = 20000' },
      },
      {
        id: 'b1-tour',
        message: 'feat(delivery): tours by bike',
        service: 'delivery',
        deployed: 59,
        files: { 'delivery/src/tour.rs': '+    Mode::Bike => plan_bike(stops),' },
      },
    ],
  },
  'more rows every day': {
    alert: ['eventsdb', 'disk_used_pct', 'eventsdb disk above 95%'],
    onset: 80,
    metrics: {
      'eventsdb disk_used_pct': [0.88, 0.99, 0],
      'eventsdb rows_total': [910000000, 926000000, 0],
      'collector insert_failure_ratio': [0.001, 0.7],
    },
    logs: [
      'eventsdb ERROR could not extend file "base/16384/2619": No space left on device',
      'collector ERROR insert failed: disk full',
    ],
    usual: ['collector event inserted', 'eventsdb checkpoint complete'],
    changes: [
      {
        id: 'b1-insert',
        message: 'refactor(collector): insert in one place',
        service: 'collector',
        deployed: 76,
        files: { 'collector/insert.go': '-    return db.Exec(q, e.ID, e.Body)\n+    return insert(db, e)' },
      },
      {
        id: 'b1-vac',
        message: 'chore(eventsdb): dashboard of disk space',
        service: 'eventsdb',
        deployed: 70,
        files: { 'dashboards/eventsdb.json': '+{ "title": "disk used" }' },
      },
      {
        id: 'b1-evt',
        message: 'feat(collector): accepts events of the app',
        service: 'collector',
        deployed: 60,
        files: { 'collector/types.go': '+    TypeApp = "app"' },
      },
    ],
  },
}
