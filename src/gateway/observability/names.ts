import type { CallRecord } from '../../telemetry/telemetry.ts'

/**
 * OBSERVE: every name under which a call is told to the outside, once. Spans, metrics, `/metrics` and the Grafana
 * dashboard are made from these tables and nothing else.
 *
 * The GenAI conventions of OpenTelemetry are in development. `1.41.1` is their last release in
 * open-telemetry/semantic-conventions (11 May 2026); `genai` are the names that open-telemetry/semantic-conventions-genai
 * has merged (#440) or is about to (#374, #427). What no standard names begins with `keelway.`.
 */
export const conventions = ['1.41.1', 'genai'] as const
export type Convention = (typeof conventions)[number]

export type AttributeValue = string | number | boolean | string[]

export interface AttributeRow {
  name: string
  /** Its name in the conventions `genai`, where it differs. */
  genai?: string
  /** Its name in OpenInference, which can be told besides. */
  openInference?: string
  /** Text of users or models: told only where content is wanted. */
  content?: true
  of(call: CallRecord): AttributeValue | undefined
}

/** OpenTelemetry's names of operations and providers, for ours where they differ. */
const operations: Readonly<Record<string, string>> = { completion: 'text_completion' }
const providers: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  'amazon-bedrock': 'aws.bedrock',
  gemini: 'gcp.gemini',
  google: 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  'google-vertex': 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  xai: 'x_ai',
  watsonx: 'ibm.watsonx.ai',
}
const apiTypes: Readonly<Record<string, string>> = {
  'openai-chat': 'chat_completions',
  'openai-responses': 'responses',
}

export const operationOf = ({ operation = 'chat' }: CallRecord): string => operations[operation] ?? operation
export const providerOf = ({ provider }: Pick<CallRecord, 'provider'>): string =>
  providers[provider] ?? provider

/** OpenTelemetry counts cached tokens as input and reasoning as output, whatever the provider does. */
export const inputTokensOf = ({ usage, inputTokens }: CallRecord): number | undefined =>
  usage
    ? usage.input + usage.cacheRead + usage.cacheWrite + (usage.cacheWriteLong ?? 0) + usage.inputAudio
    : inputTokens
export const outputTokensOf = ({ usage, outputTokens }: CallRecord): number | undefined =>
  usage ? usage.output + usage.reasoning + usage.outputAudio : outputTokens

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000)
const positive = (count: number | undefined): number | undefined => (count ? count : undefined)
const message = (role: string, text: string | undefined, extra: object = {}): string | undefined =>
  text === undefined
    ? undefined
    : JSON.stringify([{ role, parts: [{ type: 'text', content: text }], ...extra }])

/** Attributes of the span of a call. */
export const callAttributes: readonly AttributeRow[] = [
  { name: 'gen_ai.operation.name', of: operationOf },
  { name: 'gen_ai.provider.name', openInference: 'llm.provider', of: providerOf },
  { name: 'gen_ai.request.model', openInference: 'llm.model_name', of: call => call.model },
  { name: 'gen_ai.request.stream', of: call => call.streamed || undefined },
  {
    name: 'gen_ai.response.finish_reasons',
    of: call => (call.finish ? [call.finish.replaceAll('-', '_')] : undefined),
  },
  {
    name: 'gen_ai.response.time_to_first_chunk',
    of: call => (call.streamed ? seconds(call.firstByteMs) : undefined),
  },
  { name: 'gen_ai.usage.input_tokens', openInference: 'llm.token_count.prompt', of: inputTokensOf },
  { name: 'gen_ai.usage.output_tokens', openInference: 'llm.token_count.completion', of: outputTokensOf },
  {
    name: 'gen_ai.usage.cache_read.input_tokens',
    openInference: 'llm.token_count.prompt_details.cache_read',
    of: call => positive(call.usage?.cacheRead),
  },
  {
    name: 'gen_ai.usage.cache_creation.input_tokens',
    genai: 'gen_ai.usage.cache_write.input_tokens',
    openInference: 'llm.token_count.prompt_details.cache_write',
    of: ({ usage }) => positive(usage && usage.cacheWrite + (usage.cacheWriteLong ?? 0)),
  },
  {
    name: 'gen_ai.usage.reasoning.output_tokens',
    openInference: 'llm.token_count.completion_details.reasoning',
    of: call => positive(call.usage?.reasoning),
  },
  {
    name: 'keelway.usage.audio.input_tokens',
    genai: 'gen_ai.usage.audio.input_tokens',
    openInference: 'llm.token_count.prompt_details.audio',
    of: call => positive(call.usage?.inputAudio),
  },
  {
    name: 'keelway.usage.audio.output_tokens',
    genai: 'gen_ai.usage.audio.output_tokens',
    openInference: 'llm.token_count.completion_details.audio',
    of: call => positive(call.usage?.outputAudio),
  },
  { name: 'error.type', of: call => call.error },
  { name: 'openai.api.type', of: call => apiTypes[call.protocol ?? ''] },
  { name: 'http.response.status_code', of: call => call.status },
  { name: 'keelway.call.id', of: call => call.id },
  { name: 'keelway.namespace', of: call => call.namespace },
  { name: 'keelway.route', of: call => call.route },
  { name: 'keelway.release', of: call => call.release },
  { name: 'keelway.release.digest', of: call => call.digest },
  { name: 'keelway.arm', of: call => call.arm },
  { name: 'keelway.phase', of: call => call.phase || undefined },
  { name: 'keelway.unit', openInference: 'session.id', of: call => call.unit },
  { name: 'keelway.pair', of: call => call.pair },
  { name: 'keelway.access_key', of: call => call.accessKey },
  { name: 'keelway.protocol', of: call => call.protocol },
  { name: 'keelway.usage.source', of: call => call.usageSource },
  { name: 'keelway.cost.usd', openInference: 'llm.cost.total', of: call => call.costUsd },
  { name: 'keelway.cost.saved_usd', of: call => call.savedUsd },
  { name: 'keelway.price.source', of: call => call.priceSource },
  { name: 'keelway.cache', of: call => call.cache },
  { name: 'keelway.input.digest', of: call => call.inputDigest },
  { name: 'keelway.output.digest', of: call => call.outputDigest },
  { name: 'gen_ai.input.messages', content: true, of: call => message('user', call.input) },
  {
    name: 'gen_ai.output.messages',
    content: true,
    of: call => message('assistant', call.output, { finish_reason: call.finish ?? 'stop' }),
  },
  { name: 'keelway.input.context', content: true, of: call => call.context },
]

/** What only OpenInference has. */
export const openInferenceAttributes: readonly AttributeRow[] = [
  { name: 'openinference.span.kind', of: call => (call.operation === 'embeddings' ? 'EMBEDDING' : 'LLM') },
  { name: 'llm.system', of: providerOf },
  {
    name: 'llm.token_count.total',
    of: call => {
      const [input, output] = [inputTokensOf(call), outputTokensOf(call)]
      return input === undefined || output === undefined ? undefined : input + output
    },
  },
  { name: 'input.value', content: true, of: call => call.input },
  { name: 'output.value', content: true, of: call => call.output },
]

/** Attributes of the span of one guardrail rule; the conventions are a draft in both forms. */
export const guardNames = {
  '1.41.1': {
    component: 'gen_ai.guardrail.component.name',
    target: 'gen_ai.guardrail.target.type',
    verdict: 'gen_ai.guardrail.verdict.type',
    reason: 'gen_ai.guardrail.verdict.reason',
    action: 'gen_ai.guardrail.action.type',
    policy: 'gen_ai.guardrail.security.policy.id',
    rule: 'gen_ai.guardrail.security.policy.rule.id',
    score: 'gen_ai.guardrail.security.risk.score',
  },
  genai: {
    component: 'gen_ai.security.guardrail.name',
    target: 'gen_ai.security.target.type',
    verdict: 'gen_ai.security.verdict.type',
    reason: 'gen_ai.security.verdict.reason',
    action: 'gen_ai.security.action.type',
    policy: 'gen_ai.security.policy.id',
    rule: 'gen_ai.security.policy.rule.id',
    score: 'gen_ai.security.risk.score',
  },
} as const satisfies Record<Convention, Record<string, string>>
