import { afterEach, expect, test } from 'vitest'
import { seededRandom } from '../../lib/random.ts'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import { collector } from './collector.world.ts'
import { fullCall } from './full-call.world.ts'
import { otlpSettings } from './settings.ts'
import { createSpanExport } from './span-export.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function world(environment: Record<string, string> = {}, status?: () => number) {
  const receiver = await collector(status)
  cleanups.push(receiver.stop)
  const settings = otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...environment })
  if (!settings) throw new Error('no settings')
  const said: string[] = []
  const spans = createSpanExport({
    settings,
    instance: 'g1',
    random: seededRandom(1),
    say: text => said.push(text),
  })
  cleanups.push(spans.stop)
  return { receiver, spans, said }
}

async function told(call: CallRecord, environment: Record<string, string> = {}) {
  const { receiver, spans } = await world(environment)
  await spans.send([call])
  return receiver.spans
}

test('a collector gets a call below the span of the client, with the names of the conventions', async () => {
  const { receiver, spans } = await world({
    OTEL_SERVICE_NAME: 'gateway-eu',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod,team=a%20b',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k%201',
  })
  const call = fullCall()
  await spans.send([call])
  const [span] = receiver.spans
  expect(receiver.requests[0]).toMatchObject({ path: '/v1/traces', headers: { 'api-key': 'k 1' } })
  expect(span).toMatchObject({
    traceId: call.trace?.traceId,
    spanId: call.trace?.spanId,
    parentSpanId: call.trace?.parentSpanId,
    name: 'chat gpt-5-mini',
    kind: 3,
    startTimeUnixNano: '1760000000000000000',
    endTimeUnixNano: '1760000001500000000',
    resource: {
      'service.name': 'gateway-eu',
      'service.instance.id': 'g1',
      'deployment.environment.name': 'prod',
      team: 'a b',
    },
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'gen_ai.response.time_to_first_chunk': 0.5,
      'gen_ai.usage.input_tokens': 1200,
      'gen_ai.usage.output_tokens': 90,
      'gen_ai.usage.cache_read.input_tokens': 200,
      'gen_ai.usage.cache_creation.input_tokens': 100,
      'gen_ai.usage.reasoning.output_tokens': 20,
      'openai.api.type': 'chat_completions',
      'keelway.release': 'triage-7',
      'keelway.release.digest': 'sha256:7',
      'keelway.arm': 'candidate',
      'keelway.cost.usd': 0.0125,
      'keelway.price.source': 'genai-prices 2026-08-01',
      'keelway.usage.source': 'provider',
    },
  })
})

test('failed tries and rules of guardrails are spans below the call', async () => {
  const [root, attempt, ...guards] = await told(fullCall())
  expect(attempt).toMatchObject({
    parentSpanId: root?.spanId,
    name: 'chat gpt-5-mini',
    startTimeUnixNano: '1760000000000000000',
    endTimeUnixNano: '1760000000300000000',
    status: { code: 2, message: 'provider_timeout' },
    attributes: { 'gen_ai.provider.name': 'azure.ai.openai', 'error.type': 'provider_timeout' },
  })
  expect(guards.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual(
    Array(3).fill(['run_guardrail basic', root?.spanId]),
  )
  const ids = [root, attempt, ...guards].map(span => span?.spanId)
  expect(new Set(ids).size).toBe(5)
})

test('verdict and action of a rule are told apart, and a rule that could not run has no verdict', async () => {
  const [, , denied, allowed, failed] = await told(fullCall())
  expect(denied?.attributes).toMatchObject({
    'gen_ai.guardrail.verdict.type': 'deny',
    'gen_ai.guardrail.action.type': 'allow',
    'gen_ai.guardrail.security.policy.rule.id': 'injection',
    'gen_ai.guardrail.security.risk.score': 0.8,
  })
  expect(allowed?.attributes).toMatchObject({ 'gen_ai.guardrail.verdict.type': 'allow' })
  expect(failed?.attributes).not.toHaveProperty('gen_ai.guardrail.verdict.type')
  expect(failed).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'guardrail_failed' } })
})

const contentNames = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'keelway.input.context',
  'input.value',
  'output.value',
]

test('no text of users or models is told unless it is wanted', async () => {
  for (const span of await told(fullCall(), { KEELWAY_OPENINFERENCE: 'true' })) {
    for (const name of contentNames) expect(span.attributes).not.toHaveProperty(name)
    expect(JSON.stringify(span)).not.toContain('parcel')
  }
  const [span] = await told(fullCall(), { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' })
  expect(JSON.parse(String(span?.attributes['gen_ai.input.messages']))).toEqual([
    { role: 'user', parts: [{ type: 'text', content: 'where is my parcel?' }] },
  ])
  expect(JSON.parse(String(span?.attributes['gen_ai.output.messages']))).toMatchObject([
    { role: 'assistant', parts: [{ type: 'text', content: 'on its way' }] },
  ])
})

test('OpenInference is told besides when it is wanted', async () => {
  const [span] = await told(fullCall(), { KEELWAY_OPENINFERENCE: 'true' })
  expect(span?.attributes).toMatchObject({
    'openinference.span.kind': 'LLM',
    'llm.model_name': 'gpt-5-mini',
    'llm.token_count.prompt': 1200,
    'llm.token_count.completion': 90,
    'llm.token_count.total': 1290,
    'gen_ai.request.model': 'gpt-5-mini',
  })
})

test('the newer conventions have their own names', async () => {
  const [root, , denied] = await told(fullCall(), { KEELWAY_SEMCONV: 'genai' })
  expect(root?.attributes).toMatchObject({ 'gen_ai.usage.cache_write.input_tokens': 100 })
  expect(root?.attributes).not.toHaveProperty('gen_ai.usage.cache_creation.input_tokens')
  expect(denied?.attributes).toMatchObject({ 'gen_ai.security.verdict.type': 'deny' })
})

test('a model that runs in the gateway is internal, and an error is the status of the span', async () => {
  const [span] = await told(
    fullCall({ provider: 'model', model: 'linear-text', error: 'internal_error', attempts: [], guards: [] }),
  )
  expect(span).toMatchObject({ kind: 1, status: { code: 2, message: 'internal_error' } })
})

test('a call without a trace, or of a client that does not sample, is not told', async () => {
  const { trace, ...untraced } = fullCall()
  const { receiver, spans } = await world()
  await spans.send([
    untraced,
    { ...untraced, trace: { traceId: 'a', spanId: 'b', ...trace, sampled: false } },
  ])
  expect(receiver.spans).toEqual([])
})

test('many calls go out in batches', async () => {
  const { receiver, spans } = await world()
  await spans.send(Array.from({ length: 1000 }, () => fullCall({ attempts: [], guards: [] })))
  expect(receiver.spans).toHaveLength(1000)
  expect(receiver.requests).toHaveLength(2)
})

test('what a collector does not take is counted, and said once', async () => {
  let status = 400
  const { spans, said, receiver } = await world({}, () => status)
  await spans.send([fullCall()])
  await spans.send([fullCall()])
  expect(spans.dropped).toBe(10)
  expect(said).toHaveLength(1)
  status = 200
  await spans.send([fullCall()])
  expect(receiver.spans).toHaveLength(5)
  expect(said[1]).toContain('taken again')
})
