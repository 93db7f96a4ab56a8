import { type Random, seededRandom } from '../../src/lib/random.ts'
import type { LogRecord, Resource, SpanRecord } from '../../src/telemetry/signals/signal.ts'

/** A shop of fifty services with three instances each; a request is a trace of about eight spans. */
const services = Array.from({ length: 50 }, (_, i) => `service-${i}`)
const resources = services.map((service, i) =>
  Array.from(
    { length: 3 },
    (_, n): Resource => ({
      service,
      namespace: 'shop',
      workload: `Deployment/${service}`,
      version: `1.${i}.0`,
      instance: `${service}-7d9f8c6b5-${n}`,
    }),
  ),
)

const hex = (random: Random, digits: number): string => {
  let text = ''
  while (text.length < digits)
    text += Math.floor(random() * 0x100000000)
      .toString(16)
      .padStart(8, '0')
  return text.slice(0, digits)
}

/** Makes spans of traces that begin at times that grow with `perSecond`. */
export function spanMaker(begin: number, perSecond: number, seed = 1): (count: number) => SpanRecord[] {
  const random = seededRandom(seed)
  let made = 0
  const trace = (at: number): SpanRecord[] => {
    const traceId = hex(random, 32)
    const spans: SpanRecord[] = []
    let parent: { id: string; service: number } | undefined
    for (let depth = 0; depth < 4; depth++) {
      const service = parent
        ? (parent.service * 3 + 1 + Math.floor(random() * 3)) % 50
        : Math.floor(random() * 10)
      const resource = resources[service]?.[Math.floor(random() * 3)] ?? { service: '' }
      const route = `/api/v1/items-${Math.floor(random() * 10)}/{id}`
      const durationMs = Math.round(Math.exp(random() * 3 + 1) * 1000) / 1000
      const error = random() < 0.01
      const attributes = {
        'http.request.method': 'GET',
        'http.route': route,
        'http.response.status_code': error ? 500 : 200,
        'url.path': route.replace('{id}', String(Math.floor(random() * 100_000))),
        'server.address': `10.0.${service}.7`,
      }
      const server = hex(random, 16)
      const client = hex(random, 16)
      const common = { kind: 'span' as const, resource, traceId, error, attributes }
      spans.push({
        ...{ ...common, at, spanId: server, name: `GET ${route}`, spanKind: 'server', durationMs },
        ...(parent && { parentSpanId: parent.id }),
      })
      spans.push({
        ...{ ...common, at: at + 0.2, spanId: client, parentSpanId: server, spanKind: 'client' },
        ...(depth === 3 ? { name: 'SELECT shop', peer: `postgres-${service % 5}` } : { name: 'GET' }),
        durationMs: durationMs * 0.8,
      })
      parent = { id: client, service }
    }
    return spans
  }
  return count => {
    const spans: SpanRecord[] = []
    while (spans.length < count) {
      const one = trace(begin + (made / perSecond) * 1000)
      made += one.length
      spans.push(...one)
    }
    return spans
  }
}

const messages = Array.from(
  { length: 200 },
  (_, i) => (random: Random) =>
    `worker ${i % 7} handled order ${Math.floor(random() * 1e6)} of user u-${Math.floor(random() * 1e4)} in ${Math.floor(random() * 900)} ms, step ${'abcdefghij'[i % 10]}${'klmnopqrst'[Math.floor(i / 10) % 10]} of ${'uvwxyz'[i % 6]}`,
)

/** Makes log lines of 200 templates and about 75 characters. */
export function logMaker(begin: number, perSecond: number, seed = 2): (count: number) => LogRecord[] {
  const random = seededRandom(seed)
  let made = 0
  return count =>
    Array.from({ length: count }, () => {
      const message = messages[Math.floor(random() ** 2 * messages.length)]
      const at = begin + (made++ / perSecond) * 1000
      return {
        kind: 'log',
        resource: resources[Math.floor(random() * 50)]?.[made % 3] ?? { service: '' },
        at,
        severity: random() < 0.02 ? 17 : 9,
        body: message?.(random) ?? '',
        attributes: { 'log.file.name': 'app.log', thread: `pool-1-thread-${Math.floor(random() * 16)}` },
      }
    })
}
