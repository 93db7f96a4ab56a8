import { seededRandom } from '../../src/lib/random.ts'
import type { OtlpPath } from '../../src/telemetry/intake/otlp/encode.fake.ts'

/** Records of one request. */
export const perRequest = 2000
const random = seededRandom(1)
const whole = (below: number) => Math.floor(random() * below)
const hex = (bytes: number) =>
  Array.from({ length: bytes }, () => whole(256).toString(16).padStart(2, '0')).join('')
const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
})

/** As an instrumented HTTP server in Kubernetes sends them. */
const resource = {
  attributes: [
    attribute('service.name', 'checkout'),
    attribute('service.namespace', 'shop'),
    attribute('service.version', '1.4.2'),
    attribute('k8s.pod.name', 'checkout-7d4b9c6f5-x2vlq'),
    attribute('k8s.deployment.name', 'checkout'),
    attribute('telemetry.sdk.language', 'nodejs'),
  ],
}
const start = BigInt(Date.now() - 60_000) * 1_000_000n
const nano = (at: number) => String(start + BigInt(at))

const span = (at: number) => ({
  traceId: hex(16),
  spanId: hex(8),
  parentSpanId: hex(8),
  name: `GET /api/orders/{id}`,
  kind: 2 + (at % 2),
  startTimeUnixNano: nano(at * 10_000),
  endTimeUnixNano: nano(at * 10_000 + whole(100_000_000)),
  attributes: [
    attribute('http.request.method', 'GET'),
    attribute('url.scheme', 'https'),
    attribute('url.path', `/api/orders/${whole(100_000)}`),
    attribute('http.route', '/api/orders/{id}'),
    attribute('http.response.status_code', 200),
    attribute('network.protocol.version', '1.1'),
    attribute('server.address', 'checkout.shop.svc'),
    attribute('server.port', 8080),
    attribute('client.address', `10.0.${whole(256)}.${whole(256)}`),
    attribute('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'),
    attribute('thread.id', whole(64)),
    attribute('thread.name', `worker-${whole(16)}`),
  ],
  ...(at % 50 === 0 && {
    status: { code: 2, message: 'upstream timed out' },
    events: [
      {
        timeUnixNano: nano(at * 10_000),
        name: 'exception',
        attributes: [
          attribute('exception.type', 'TimeoutError'),
          attribute('exception.message', 'after 3 s'),
        ],
      },
    ],
  }),
})

const log = (at: number) => ({
  timeUnixNano: nano(at * 10_000),
  observedTimeUnixNano: nano(at * 10_000),
  severityNumber: 9,
  severityText: 'INFO',
  body: {
    stringValue: `order ${whole(1e6)} of user ${hex(4)} charged ${whole(10_000)} ms after it was placed`,
  },
  attributes: [
    attribute('logger.name', 'com.shop.checkout.OrderService'),
    attribute('thread.name', `worker-${whole(16)}`),
    attribute('order.id', whole(1e6)),
    attribute('log.iostream', 'stdout'),
  ],
  traceId: hex(16),
  spanId: hex(8),
})

const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const histogram = (at: number) => ({
  startTimeUnixNano: nano(0),
  timeUnixNano: nano(1_000_000_000),
  count: '100',
  sum: 12.5,
  bucketCounts: [...bounds, 0].map(() => whole(20)),
  explicitBounds: bounds,
  attributes: [
    attribute('http.route', `/api/orders/${at}`),
    attribute('http.request.method', 'GET'),
    attribute('http.response.status_code', 200),
  ],
})

const many = <Item>(make: (at: number) => Item) => Array.from({ length: perRequest }, (_, at) => make(at))
export const bodies: readonly (readonly [what: string, path: OtlpPath, json: object])[] = [
  ['spans', '/v1/traces', { resourceSpans: [{ resource, scopeSpans: [{ spans: many(span) }] }] }],
  ['log records', '/v1/logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords: many(log) }] }] }],
  [
    'data points',
    '/v1/metrics',
    {
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'http.server.request.duration',
                  unit: 's',
                  histogram: { dataPoints: many(histogram), aggregationTemporality: 1 },
                },
              ],
            },
          ],
        },
      ],
    },
  ],
]
