import type { CanonicalRequest, Tool } from '../../canonical/request.ts'
import { foreignFields } from '../upstream/foreign-fields.ts'
import { unsupported } from '../upstream/unsupported.ts'
import { messagesFields } from './fields.ts'
import { encodeMessages } from './messages.ts'

/** The API wants a limit; this one is taken where neither client nor ModelProvider names one. */
const defaultMaxTokens = 4096

/**
 * The body of `POST /v1/messages`. A request that came as one keeps every field, known or not; what the gateway
 * understands is written over it.
 * @throws ProviderError unsupported_by_provider where leaving something out would change what is asked
 */
export function messagesBody(
  request: CanonicalRequest,
  maxOutputTokens: number | undefined,
): { body: Record<string, unknown>; dropped: string[] } {
  if (request.operation === 'embeddings') throw unsupported('makes no embeddings')
  if (request.choices > 1)
    throw unsupported(`gives one answer to a request, not ${request.choices}: send n as 1`)
  const dropped: string[] = []
  const { origin } = request
  const body: Record<string, unknown> =
    origin.protocol === 'anthropic-messages'
      ? { ...origin.value }
      : foreignFields(request, messagesFields, dropped)
  const { system, messages } = encodeMessages(request.messages, dropped)
  body.model = request.model
  body.max_tokens = request.maxTokens ?? maxOutputTokens ?? defaultMaxTokens
  body.messages = messages
  if (system !== undefined || body.system !== undefined) body.system = system
  writeSampling(body, request, dropped)
  writeTools(body, request)
  writeOutput(body, request, dropped)
  if (request.stream) body.stream = true
  else if (body.stream !== undefined) body.stream = false
  if (request.extra) Object.assign(body, request.extra)
  return { body, dropped }
}

/** Fields that count as input; the others are not taken by `count_tokens`. */
const counted = ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config'] as const

export function countBody(request: CanonicalRequest): Record<string, unknown> {
  const { body } = messagesBody(request, undefined)
  return Object.fromEntries(counted.flatMap(name => (body[name] === undefined ? [] : [[name, body[name]]])))
}

function writeSampling(body: Record<string, unknown>, request: CanonicalRequest, dropped: string[]): void {
  const { temperature, topP, topK, stop, user, seed, presencePenalty, frequencyPenalty } = request
  if (temperature !== undefined) {
    // OpenAI's scale goes to 2, this one to 1.
    body.temperature = Math.min(1, temperature)
    if (temperature > 1) dropped.push('temperature above 1')
  }
  if (topP !== undefined) body.top_p = topP
  if (topK !== undefined) body.top_k = topK
  if (stop !== undefined) body.stop_sequences = stop
  if (user !== undefined) body.metadata = { ...(body.metadata as object | undefined), user_id: user }
  if (seed !== undefined) dropped.push('seed')
  if (presencePenalty) dropped.push('presence_penalty')
  if (frequencyPenalty) dropped.push('frequency_penalty')
}

function writeTools(
  body: Record<string, unknown>,
  { tools, toolChoice, parallelTools }: CanonicalRequest,
): void {
  if (tools !== undefined) body.tools = tools.length > 0 ? tools.map(encodeTool) : undefined
  if (!tools?.length) return
  const choice = choiceOf(toolChoice)
  const came = body.tool_choice as Record<string, unknown> | undefined
  if (choice && !(came?.type === choice.type && came.name === choice.name)) body.tool_choice = choice
  const parallel = body.tool_choice as Record<string, unknown> | undefined
  if (parallelTools === undefined || parallel?.type === 'none') return
  if (!parallel && parallelTools) return
  if (parallel?.disable_parallel_tool_use !== !parallelTools)
    body.tool_choice = { ...(parallel ?? { type: 'auto' }), disable_parallel_tool_use: !parallelTools }
}

function choiceOf(toolChoice: CanonicalRequest['toolChoice']): { type: string; name?: string } | undefined {
  if (toolChoice === undefined) return undefined
  if (typeof toolChoice === 'object') return { type: 'tool', name: toolChoice.name }
  return { type: toolChoice === 'required' ? 'any' : toolChoice }
}

function encodeTool({ name, description, parameters, strict, custom, origin }: Tool): unknown {
  if (origin?.protocol === 'anthropic-messages') return origin.value
  if (custom || (parameters === undefined && origin && origin.value.type !== 'function'))
    throw unsupported(`has no tool like "${name || String(origin?.value.type)}": leave it out of tools`)
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input_schema: parameters ?? { type: 'object', properties: {} },
    ...(strict === undefined || strict === null ? {} : { strict }),
  }
}

/** Response format and reasoning: both live in `output_config`, and a budget of thinking in `thinking`. */
function writeOutput(
  body: Record<string, unknown>,
  { format, reasoning }: CanonicalRequest,
  dropped: string[],
): void {
  // Clients that ask for any JSON must ask for it in their messages too, so nothing is lost but the guarantee.
  if (format?.type === 'json') dropped.push('response_format')
  const output: Record<string, unknown> = {}
  // The name that the field had while it was tried out stays as the client sent it.
  if (format?.type === 'schema' && body.output_format === undefined)
    output.format = { type: 'json_schema', schema: format.schema }
  const { effort, budgetTokens } = reasoning ?? {}
  if (effort === 'none') body.thinking = { type: 'disabled' }
  else if (effort !== undefined) output.effort = effort === 'minimal' ? 'low' : effort
  const thinking = body.thinking as Record<string, unknown> | undefined
  if (budgetTokens !== undefined && thinking?.budget_tokens !== budgetTokens)
    body.thinking = { ...thinking, type: 'enabled', budget_tokens: budgetTokens }
  if (Object.keys(output).length > 0)
    body.output_config = { ...(body.output_config as object | undefined), ...output }
}
