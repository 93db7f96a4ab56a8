import { describe, expect, test } from 'vitest'
import { families, readingOf } from './families.ts'
import { troubleIn } from './trouble.ts'

/** Lines as systems of many languages write them, with what has to stand in the meaning; and lines that only look so. */
const cases: Readonly<
  Record<string, { lines: readonly (readonly [string, RegExp])[]; near: readonly string[] }>
> = {
  connection: {
    lines: [
      ['dial tcp 10.2.3.4:5432: connect: connection refused', /10\.2\.3\.4:5432.*refuses/],
      ['Error: connect ECONNREFUSED 127.0.0.1:6379', /127\.0\.0\.1:6379/],
      [
        'java.net.ConnectException: Connection refused (Connection refused) to orders-db:3306',
        /orders-db:3306/,
      ],
      [
        "requests.exceptions.ConnectTimeout: HTTPSConnectionPool(host='billing.example.com', port=443): Max retries exceeded (Caused by ConnectTimeoutError)",
        /billing\.example\.com/,
      ],
      ['read tcp 10.0.0.1:41234->10.0.0.2:9092: read: connection reset by peer', /breaks the connection off/],
      ['MongoServerSelectionError: connect EHOSTUNREACH 10.9.8.7:27017', /no route/],
      [
        'could not connect to server: Is the server running on host "pg.internal" (10.0.3.9) and accepting TCP/IP connections on port 5432?',
        /can not connect/,
      ],
      ['The message broker at mq.example.net has become unavailable', /mq\.example\.net|broker/],
    ],
    near: [
      'Listening for connections on 0.0.0.0:8080',
      'Connected to orders-db:3306',
      'host unreachable alerts are configured',
    ],
  },
  dns: {
    lines: [
      [
        'dial tcp: lookup payments.shop.svc.cluster.local on 10.96.0.10:53: no such host',
        /payments\.shop\.svc\.cluster\.local.*no such host/,
      ],
      ['Error: getaddrinfo ENOTFOUND redis-master', /redis-master/],
      ['java.net.UnknownHostException: config-server: Name or service not known', /config-server/],
      [
        'psql: error: could not translate host name "pgsql" to address: Temporary failure in name resolution',
        /pgsql.*does not answer/,
      ],
      [
        'nginx: [emerg] host not found in upstream "api.backend" in /etc/nginx/conf.d/default.conf:12',
        /api\.backend/,
      ],
    ],
    near: ['resolved 12 issues', 'Using host names from /etc/hosts'],
  },
  'connection-pool': {
    lines: [
      ['HikariPool-1 - Connection is not available, request timed out after 30000ms.', /exhausted/],
      [
        'sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30',
        /pool/,
      ],
      ['could not acquire connection from pool after 5s', /5s/],
    ],
    near: ['Connection pool initialised with 10 connections', 'HikariPool-1 - Start completed.'],
  },
  authentication: {
    lines: [
      ['FATAL: password authentication failed for user "svc_orders"', /svc_orders/],
      ["Access denied for user 'root'@'10.0.0.3' (using password: YES)", /refused/],
      ['WRONGPASS invalid username-password pair or user is disabled.', /not accepted/],
      ['jwt expired', /expired/],
    ],
    near: ['User 401 logged in', 'authenticated user alice'],
  },
  rbac: {
    lines: [
      [
        'pods is forbidden: User "system:serviceaccount:ops:watcher" cannot list resource "pods" in API group "" in the namespace "shop"',
        /watcher of namespace ops can not list pods in namespace shop/,
      ],
      [
        'nodes is forbidden: User "system:serviceaccount:ops:watcher" cannot get resource "nodes" in API group "" at the cluster scope',
        /whole cluster/,
      ],
    ],
    near: ['403 Forbidden', 'you cannot list more than 100 items'],
  },
  permission: {
    lines: [
      ["PermissionError: [Errno 13] Permission denied: '/var/lib/data/index'", /\/var\/lib\/data\/index/],
      ["Error: EACCES: permission denied, open '/etc/app/config.json'", /\/etc\/app\/config\.json/],
      ['touch: /tmp/x: Read-only file system', /read-only/],
      [
        'AccessDenied: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: s3:GetObject',
        /s3:GetObject/,
      ],
    ],
    near: ['permissions loaded', 'granted permission to alice'],
  },
  certificate: {
    lines: [
      [
        'x509: certificate has expired or is not yet valid: current time 2026-01-02T00:00:00Z is after 2026-01-01T00:00:00Z',
        /expired/,
      ],
      ['tls: failed to verify certificate: x509: certificate signed by unknown authority', /not trusted/],
      ["Error: Hostname/IP does not match certificate's altnames: Host: api.x", /another host/],
      ['javax.net.ssl.SSLHandshakeException: PKIX path building failed', /not trusted/],
    ],
    near: ['Loaded certificate chain from /etc/tls/tls.crt', 'SSL enabled'],
  },
  'missing-variable': {
    lines: [
      ['Error: required environment variable DATABASE_URL is not set', /DATABASE_URL/],
      ["KeyError: 'REDIS_HOST'", /REDIS_HOST/],
      ['start.sh: line 3: API_TOKEN: unbound variable', /API_TOKEN/],
      ['Environment variable QUEUE_NAME is undefined', /QUEUE_NAME/],
      ["Could not resolve placeholder 'spring.datasource.url' in value", /spring\.datasource\.url/],
      ['panic: missing env var: STRIPE_KEY', /STRIPE_KEY/],
    ],
    near: ['Environment variable LOG_LEVEL is set to info', "KeyError: 'price'"],
  },
  'missing-file': {
    lines: [
      ["Error: ENOENT: no such file or directory, open '/app/config/prod.yaml'", /\/app\/config\/prod\.yaml/],
      ['open /etc/ssl/ca.pem: no such file or directory', /\/etc\/ssl\/ca\.pem/],
      ["ModuleNotFoundError: No module named 'psycopg2'", /psycopg2/],
      ["Error: Cannot find module 'express'", /express/],
      [
        'error while loading shared libraries: libssl.so.1.1: cannot open shared object file',
        /libssl\.so\.1\.1/,
      ],
      ['java.io.FileNotFoundException: /data/in.csv (No such file or directory)', /\/data\/in\.csv/],
    ],
    near: ['file /app/config.yaml loaded', 'page not found'],
  },
  configuration: {
    lines: [
      ['unknown flag: --metrics-port', /--metrics-port/],
      ['nginx: [emerg] unknown directive "proxy_passs" in /etc/nginx/nginx.conf:9', /proxy_passs/],
      ['Failed to parse config file "/etc/app/app.toml": expected a table', /\/etc\/app\/app\.toml/],
      ['Configuration error: queue.size must be positive', /configuration/],
    ],
    near: ['Configuration loaded', 'config: using defaults'],
  },
  syntax: {
    lines: [
      ["/bin/sh: syntax error: unexpected 'done'", /unexpected done/],
      ["bash: -c: line 4: syntax error near unexpected token `fi'", /fi/],
      ['  File "/app/main.py", line 3\nSyntaxError: invalid syntax', /code/],
      ['yaml: line 12: mapping values are not allowed in this context', /YAML/],
    ],
    near: ['syntax highlighting enabled', 'ERROR: syntax error at or near "FORM" in SELECT'],
  },
  command: {
    lines: [
      ['exec: "cur": executable file not found in $PATH', /cur.*not found.*curl/],
      ['/bin/sh: 1: pyhton: not found', /pyhton.*python/],
      ['bash: gti: command not found', /gti.*git/],
      ['exec /app/server: exec format error', /architecture/],
      ['Error: spawn imagemagick ENOENT', /imagemagick/],
    ],
    near: ['command ls finished', 'sh: 2 jobs running'],
  },
  memory: {
    lines: [
      ['java.lang.OutOfMemoryError: Java heap space', /Java heap/],
      ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', /Node/],
      ['MemoryError', /Python/],
      ['Out of memory: Killed process 4242 (java) total-vm:1kB', /kernel/],
      ['fatal error: runtime: out of memory', /out of memory/],
      ["OOM command not allowed when used memory > 'maxmemory'.", /Redis/],
    ],
    near: ['memory usage 20%', 'allocated 512MB heap'],
  },
  'disk-full': {
    lines: [
      ['write /var/lib/kafka/00.log: no space left on device', /no space/],
      ['OSError: [Errno 28] No space left on device', /no space/],
      ['flood stage disk watermark [95%] exceeded on [node-1]', /disk/],
    ],
    near: ['disk space: 40% used', 'workspace left'],
  },
  'port-in-use': {
    lines: [
      ['Error: listen EADDRINUSE: address already in use :::8080', /8080/],
      ['listen tcp :9090: bind: address already in use', /9090/],
      ['nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)', /may not listen on port 80/],
    ],
    near: ['port 8080 opened', 'binding queue to exchange'],
  },
  database: {
    lines: [
      ['ERROR: relation "invoices" does not exist at character 15', /invoices/],
      ["(1054, \"Unknown column 'o.total' in 'field list'\")", /o\.total/],
      ['duplicate key value violates unique constraint "users_email_key"', /users_email_key/],
      ['Failed to run query list_users: Syntax error', /syntax error/],
      ['ERROR: cannot execute INSERT in a read-only transaction', /read-only/],
    ],
    near: ['relation "invoices" created', 'database exists'],
  },
  deadlock: {
    lines: [
      [
        'ERROR: deadlock detected DETAIL: Process 123 waits for ShareLock on transaction 456; blocked by process 789.',
        /123/,
      ],
      ['Deadlock found when trying to get lock; try restarting transaction', /deadlock/],
      ['Lock wait timeout exceeded; try restarting transaction', /lock/],
    ],
    near: ['no deadlocks found', 'lock acquired'],
  },
  'too-many-connections': {
    lines: [
      ['FATAL: sorry, too many clients already', /too many/],
      ['ERROR 1040 (HY000): Too many connections', /too many/],
    ],
    near: ['max_pool_size=10', '12 connections open'],
  },
  migration: {
    lines: [
      ['error: Dirty database version 17. Fix and force version.', /17/],
      ['Flyway migration V12__add_orders failed', /V12__add_orders/],
    ],
    near: ['Migration 12 applied', 'migrations are up to date'],
  },
  'rate-limit': {
    lines: [
      ['HTTP 429 Too Many Requests - limit is 50 requests/minute', /50 requests\/minute/],
      ['ThrottlingException: Rate exceeded', /429/],
    ],
    near: ['429 items processed', 'limits loaded'],
  },
  upstream: {
    lines: [
      ['upstream prematurely closed connection while reading response header from upstream', /calls/],
      ['POST http://pricing:8080/quote returned 503', /pricing:8080.*503/],
      ["CircuitBreaker 'inventory' is OPEN and does not permit further calls", /calls/],
    ],
    near: ['upstream configured', 'took 503 ms'],
  },
  timeout: {
    lines: [
      ['context deadline exceeded', /timeout/],
      ['Request timed out after 3000 ms', /3000 ms/],
    ],
    near: ['timeouts are disabled', 'server timeout=30s'],
  },
  parsing: {
    lines: [
      ['json: cannot unmarshal string into Go struct field Order.total of type int', /Order\.total/],
      ['json.decoder.JSONDecodeError: Expecting value: line 1 column 1', /can not read/],
      ['com.fasterxml.jackson.core.JsonParseException: Unexpected character', /can not read/],
    ],
    near: ['parsed 12 files', 'decoded token'],
  },
  'null-reference': {
    lines: [
      ['java.lang.NullPointerException at com.shop.Cart.total(Cart.java:42)', /Cart\.java:42/],
      [
        "TypeError: Cannot read properties of undefined (reading 'id') at pay (/app/pay.js:10:5)",
        /null or undefined/,
      ],
      ["AttributeError: 'NoneType' object has no attribute 'name'", /null or undefined/],
      ['panic: runtime error: invalid memory address or nil pointer dereference', /null or undefined/],
      ['Segmentation fault (core dumped)', /null or undefined/],
    ],
    near: ['value=null', 'nil error'],
  },
  'process-limits': {
    lines: [
      ['accept tcp [::]:8080: accept4: too many open files', /file descriptors/],
      ['java.lang.OutOfMemory: unable to create new native thread', /threads/],
    ],
    near: ['opened 12 files', 'thread started'],
  },
  licence: {
    lines: [['License expired on 2026-01-01', /licence/]],
    near: ['License: MIT', 'licensed under Apache-2.0'],
  },
  clock: {
    lines: [
      ['clock skew detected: 312s', /clock/],
      ['token used before issued', /clock/],
    ],
    near: ['o clock', 'before start'],
  },
  queue: {
    lines: [
      [
        'Mnesia(rabbit@a): ** ERROR ** mnesia_event got {inconsistent_database, running_partitioned_network, rabbit@b}',
        /split brain/,
      ],
      ['UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition', /broker/],
      ["no queue 'orders' in vhost '/'", /orders/],
    ],
    near: ['queue size 0', 'topic created'],
  },
  leadership: {
    lines: [
      ['leader election lost', /lease/],
      ['etcdserver: no leader', /quorum/],
    ],
    near: ['became leader', 'successfully acquired lease'],
  },
  'model-provider': {
    lines: [
      [
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens",
        /context length/,
      ],
      ['Error code: 401 - Incorrect API key provided', /API key/],
      ['You exceeded your current quota, please check your plan and billing details', /quota/],
      ['The model `gpt-x` does not exist', /model/],
    ],
    near: ['model loaded', 'context created'],
  },
  exception: {
    lines: [
      ['com.shop.PriceMismatchException: 3 != 4', /PriceMismatchException/],
      ['panic: unreachable state 4', /panic/],
    ],
    near: ['no exception was thrown', 'errors are logged'],
  },
}

describe('families', () => {
  test('each has lines that it reads and lines that it does not', () => {
    expect(Object.keys(cases).sort()).toEqual(families.map(({ name }) => name).sort())
  })

  const lines = Object.entries(cases).flatMap(([name, { lines }]) =>
    lines.map(([line, means]) => [name, line, means] as const),
  )
  test.each(lines)('%s: %s', (name, line, means) => {
    const reading = readingOf(line)
    expect(`${reading?.family}: ${reading?.means}`).toMatch(new RegExp(`^${name}: .*${means.source}`, 'i'))
    expect(reading?.fix).toMatch(/\.$/)
  })

  const near = Object.entries(cases).flatMap(([name, { near }]) => near.map(line => [name, line] as const))
  test.each(near)('%s does not mean: %s', (name, line) => {
    expect(readingOf(line)?.family === name && troubleIn(line) !== undefined).toBe(false)
  })

  test('hostile lines are read to their end', () => {
    const hostile = [
      'a'.repeat(4000),
      'connection '.repeat(300),
      'lookup '.repeat(500),
      `exec: "${'x'.repeat(3900)}`,
      'env '.repeat(900),
      `${'a.'.repeat(1900)}:80`,
      'failed to parse '.repeat(250),
      'User "'.repeat(600),
      'at '.repeat(1300),
      'timeout after '.repeat(280),
    ]
    // What backtracks does not come back within the time of a test.
    for (const line of hostile) expect((readingOf(line)?.means ?? '').length).toBeLessThan(600)
  })
})
