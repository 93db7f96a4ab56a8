import { fetch } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { gatewayWorld, openai, recorded, release, route, userKey } from '../gateway.world.ts'
import { completion, fakeOpenAi, sendJson } from '../upstream.world.ts'
import { collector } from './collector.world.ts'
import { parseExposition } from './exposition.world.ts'
import { otlpSettings } from './settings.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function world() {
  const receiver = await collector()
  cleanups.push(receiver.stop)
  const upstream = await fakeOpenAi(response => sendJson(response, 200, completion('the secret answer')))
  cleanups.push(upstream.stop)
  const otlp = otlpSettings({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' }, receiver.url)
  if (!otlp) throw new Error('no settings')
  const gateway = await gatewayWorld({ observe: { otlp } })
  cleanups.push(gateway.stop)
  await gateway.publish({
    routes: [route({ record: { content: 'none', redact: true } })],
    releases: release('mail-triage-1', openai(upstream.endpoint)),
  })
  const ask = async (headers: Record<string, string> = {}) => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'mail-triage', messages: [{ role: 'user', content: 'the question' }] }),
      headers: { authorization: `Bearer ${userKey}`, 'content-type': 'application/json', ...headers },
    })
    await response.text()
    return response.headers.get('x-keelway-call') ?? ''
  }
  const record = async (id: string) => {
    await recorded(gateway, async () => (await gateway.telemetry.call(id)) !== undefined)
    return gateway.telemetry.call(id)
  }
  return { receiver, upstream, gateway, ask, record }
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parent = '00f067aa0ba902b7'

test('client, gateway, provider and collector agree on one trace', async () => {
  const { receiver, upstream, gateway, ask, record } = await world()
  const id = await ask({ traceparent: `00-${traceId}-${parent}-01`, tracestate: 'a=1' })
  const call = await record(id)
  await recorded(gateway, async () => receiver.spans.length > 0)
  const [span] = receiver.spans
  expect(span).toMatchObject({ traceId, parentSpanId: parent, attributes: { 'keelway.call.id': id } })
  expect(call?.trace).toMatchObject({ traceId, spanId: span?.spanId, parentSpanId: parent })
  expect(upstream.requests[0]?.headers).toMatchObject({
    traceparent: `00-${traceId}-${span?.spanId}-01`,
    tracestate: 'a=1',
  })
})

test('that a client does not sample goes on to the provider', async () => {
  const { upstream, ask } = await world()
  await ask({ traceparent: `00-${traceId}-${parent}-00` })
  expect(upstream.requests[0]?.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
})

test('what a record does not keep no collector gets, even where content is wanted', async () => {
  const { receiver, gateway, ask, record } = await world()
  const call = await record(await ask())
  await recorded(gateway, async () => receiver.spans.length > 0)
  expect(call?.inputDigest).toMatch(/^hmac-sha256:[0-9a-f]{64}$/)
  expect(call?.outputDigest).toMatch(/^hmac-sha256:[0-9a-f]{64}$/)
  expect(JSON.stringify([call, receiver.spans])).not.toMatch(/secret answer|the question/)
})

test('a gateway tells its metrics and how it stands over HTTP', async () => {
  const { gateway, ask } = await world()
  await ask()
  const response = await fetch(`${gateway.url}/metrics`)
  expect(response.headers.get('content-type')).toContain('version=0.0.4')
  const { samples } = parseExposition(await response.text())
  const value = (name: string) => samples.find(sample => sample.name === name)?.value
  expect(value('gen_ai_client_operation_duration_seconds_count')).toBe(1)
  expect(value('keelway_requests_open')).toBe(1)
  expect(await (await fetch(`${gateway.url}/healthz`)).json()).toMatchObject({
    status: 'ok',
    id: gateway.gateway.id,
    controlPlane: { state: 'connected' },
    records: { dropped: 0 },
    worker: { index: 1, count: 1, pid: process.pid },
  })
})
