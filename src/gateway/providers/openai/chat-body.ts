import type { CanonicalRequest, Tool } from '../../canonical/request.ts'
import { foreignFields } from '../upstream/foreign-fields.ts'
import { unsupported } from '../upstream/unsupported.ts'
import type { Dialect } from './dialect.ts'
import { chatFields } from './fields.ts'
import { encodeMessages } from './messages.ts'

/** A request as it goes out, and what of it could not be said. */
export interface EncodedBody {
  body: Record<string, unknown>
  dropped: string[]
}

/**
 * The body of `POST /chat/completions`. A request that came as one keeps every field, known or not; what the gateway
 * understands is written over it, so that a prompt, a parameter of the route or a masked text counts.
 * @throws ProviderError unsupported_by_provider where leaving something out would change what is asked
 */
export function chatBody(request: CanonicalRequest, dialect: Dialect): EncodedBody {
  const dropped: string[] = []
  const { origin } = request
  const same = origin.protocol === 'openai-chat' && request.operation === 'chat'
  const body = same ? { ...origin.value } : foreignFields(request, chatFields, dropped)
  body.model = request.model
  body.messages = encodeMessages(request.messages, dialect, dropped)
  writeSampling(body, request, dialect, dropped)
  writeTools(body, request, dialect)
  writeFormat(body, request, dialect)
  writeReasoning(body, request, dialect, dropped)
  writeStream(body, request, dialect)
  if (request.extra) Object.assign(body, request.extra)
  adapt(body, dialect, dropped)
  return { body, dropped }
}

export function writeStream(
  body: Record<string, unknown>,
  { stream }: CanonicalRequest,
  { usageOption }: Dialect,
): void {
  if (stream) {
    body.stream = true
    body.stream_options = usageOption
      ? { ...(body.stream_options as object | undefined), include_usage: true }
      : undefined
    return
  }
  if (body.stream !== undefined) body.stream = false
  if (body.stream_options !== undefined) body.stream_options = undefined
}

export function writeSampling(
  body: Record<string, unknown>,
  request: CanonicalRequest,
  dialect: Dialect,
  dropped: string[],
): void {
  const { maxTokens, temperature, topP, topK, stop, seed, presencePenalty, frequencyPenalty, user } = request
  if (maxTokens !== undefined) writeMaxTokens(body, maxTokens, dialect)
  if (temperature !== undefined) body.temperature = temperature
  if (topP !== undefined) body.top_p = topP
  if (stop !== undefined && !(typeof body.stop === 'string' && stop.length === 1 && stop[0] === body.stop))
    body.stop = stop
  if (seed !== undefined) body.seed = seed
  if (presencePenalty !== undefined) body.presence_penalty = presencePenalty
  if (frequencyPenalty !== undefined) body.frequency_penalty = frequencyPenalty
  if (user !== undefined) body.user = user
  if (topK !== undefined) {
    if (dialect.topK) body.top_k = topK
    else if (body.top_k === undefined) dropped.push('top_k')
  }
  if (request.choices > 1 && !dialect.manyChoices)
    throw unsupported(`gives one answer to a request, not ${request.choices}: send n as 1`)
  if (request.choices > 1 || (body.n !== undefined && body.n !== null)) body.n = request.choices
}

/** Under the name the client chose where the server knows that one too. */
function writeMaxTokens(
  body: Record<string, unknown>,
  maxTokens: number,
  { maxTokens: names }: Dialect,
): void {
  const [preferred = 'max_tokens'] = names
  const name = names.find(known => body[known] !== undefined && body[known] !== null) ?? preferred
  for (const other of ['max_tokens', 'max_completion_tokens'] as const)
    if (other !== name && body[other] !== undefined) body[other] = undefined
  body[name] = maxTokens
}

function writeTools(
  body: Record<string, unknown>,
  { tools, toolChoice, parallelTools }: CanonicalRequest,
  { toolChoiceRequired }: Dialect,
): void {
  // These say it in a form of their own, and it stays as the client sent it.
  if (body.functions !== undefined && body.tools === undefined) return
  if ((body.tool_choice as { type?: unknown } | null | undefined)?.type === 'allowed_tools') return
  if (tools !== undefined) body.tools = tools.length > 0 ? tools.map(encodeTool) : undefined
  if (toolChoice !== undefined)
    body.tool_choice =
      toolChoice === 'required'
        ? toolChoiceRequired
        : typeof toolChoice === 'string'
          ? toolChoice
          : forced(toolChoice.name, tools)
  if (parallelTools !== undefined && tools?.length) body.parallel_tool_calls = parallelTools
}

const forced = (name: string, tools: readonly Tool[] | undefined): object =>
  tools?.find(tool => tool.name === name)?.custom
    ? { type: 'custom', custom: { name } }
    : { type: 'function', function: { name } }

function encodeTool(tool: Tool): unknown {
  const { name, description, parameters, strict, custom, origin } = tool
  if (origin?.protocol === 'openai-chat') return origin.value
  const named = { name, ...(description === undefined ? {} : { description }) }
  if (custom) {
    const format = origin?.value.format
    return { type: 'custom', custom: { ...named, ...(format === undefined ? {} : { format }) } }
  }
  if (parameters === undefined && origin !== undefined && !declared.has(String(origin.value.type)))
    throw unsupported(
      `has no built-in tool "${name || String(origin.value.type)}" in chat completions: leave it out of tools`,
    )
  return {
    type: 'function',
    function: {
      ...named,
      ...(parameters === undefined ? {} : { parameters }),
      ...(strict === undefined ? {} : { strict }),
    },
  }
}

/** Types of tools that the client itself runs; Anthropic's may have none. */
const declared: ReadonlySet<string> = new Set(['function', 'custom', 'undefined'])

function writeFormat(
  body: Record<string, unknown>,
  { format }: CanonicalRequest,
  { schemaFormat }: Dialect,
): void {
  if (format === undefined) return
  if (format.type === 'json') {
    body.response_format = { type: 'json_object' }
    return
  }
  if (!schemaFormat)
    throw unsupported('takes no JSON schema as response format: ask for json_object and check the answer')
  const before = (body.response_format as { json_schema?: object } | undefined)?.json_schema
  const { name, schema, strict } = format
  body.response_format = {
    type: 'json_schema',
    json_schema: { ...before, name, schema, ...(strict === undefined ? {} : { strict }) },
  }
}

function writeReasoning(
  body: Record<string, unknown>,
  { reasoning }: CanonicalRequest,
  { reasoning: field }: Dialect,
  dropped: string[],
): void {
  if (reasoning === undefined) return
  const { effort, budgetTokens } = reasoning
  if (field === 'reasoning_effort') {
    if (effort !== undefined) body.reasoning_effort = effort
    if (budgetTokens !== undefined) dropped.push('reasoning budget')
    return
  }
  if (body.reasoning_effort !== undefined) body.reasoning_effort = undefined
  body.reasoning = {
    ...(body.reasoning as object | undefined),
    ...(effort === undefined ? {} : { effort }),
    ...(budgetTokens === undefined || effort !== undefined ? {} : { max_tokens: budgetTokens }),
  }
}

/** Renames and leaves out what this server would refuse. */
export function adapt(
  body: Record<string, unknown>,
  { renamed, unsupported }: Dialect,
  dropped: string[],
): void {
  for (const name in renamed) {
    if (body[name] === undefined) continue
    body[renamed[name] as string] = body[name]
    body[name] = undefined
  }
  for (const name of unsupported) {
    if (body[name] === undefined) continue
    if (body[name] !== null) dropped.push(name)
    body[name] = undefined
  }
}
