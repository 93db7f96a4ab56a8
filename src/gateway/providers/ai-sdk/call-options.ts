import type {
  JSONObject,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
} from '@ai-sdk/provider'
import type { CanonicalRequest, Tool } from '../../canonical/request.ts'
import { sdkPrompt, unsupported } from './messages.ts'
import type { Service } from './service.ts'

/**
 * A request in the SDK's form, and what of it was left out.
 * @throws ProviderError when the service can not do what is asked
 */
export async function callOptions(
  request: CanonicalRequest,
  service: Service,
  model: LanguageModelV4,
): Promise<{ options: LanguageModelV4CallOptions; dropped: Set<string> }> {
  const { title } = service
  if (request.choices > 1)
    throw unsupported(
      `${title} gives one answer a call; several would bill the input once for each, so ask for n: 1`,
    )
  if (request.ownProtocolOnly?.length)
    throw unsupported(`${title} has nothing for ${request.ownProtocolOnly.join(', ')}`)
  const dropped = new Set(unknownFields(request.origin.value))
  if (request.user !== undefined) dropped.add('user')
  const options: LanguageModelV4CallOptions = {
    prompt: sdkPrompt(request, { ...service, urls: await model.supportedUrls }, dropped),
    ...numbers(request),
    ...(request.stop ? { stopSequences: [...request.stop] } : {}),
    ...format(request),
    ...tools(request, title),
    ...reasoning(request, dropped),
    providerOptions: serviceOptions(request, service, dropped),
  }
  return { options, dropped }
}

function numbers(request: CanonicalRequest): Partial<LanguageModelV4CallOptions> {
  const found: Partial<LanguageModelV4CallOptions> = {}
  if (request.maxTokens !== undefined) found.maxOutputTokens = request.maxTokens
  for (const name of [
    'temperature',
    'topP',
    'topK',
    'presencePenalty',
    'frequencyPenalty',
    'seed',
  ] as const) {
    const value = request[name]
    if (value !== undefined) found[name] = value
  }
  return found
}

function format({ format }: CanonicalRequest): Pick<LanguageModelV4CallOptions, 'responseFormat'> {
  if (!format) return {}
  return format.type === 'json'
    ? { responseFormat: { type: 'json' } }
    : { responseFormat: { type: 'json', name: format.name, schema: format.schema } }
}

function tools(
  { tools = [], toolChoice }: CanonicalRequest,
  title: string,
): Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'> {
  if (tools.length === 0) return {}
  return {
    tools: tools.map(tool => functionTool(tool, title)),
    ...(toolChoice === undefined
      ? {}
      : {
          toolChoice:
            typeof toolChoice === 'string'
              ? { type: toolChoice }
              : { type: 'tool' as const, toolName: toolChoice.name },
        }),
  }
}

function functionTool({ name, description, parameters, strict, origin }: Tool, title: string) {
  if (!parameters && origin && origin.value.type !== 'function')
    throw unsupported(
      `${title} does not know the tool "${name}" of type ${String(origin.value.type).slice(0, 64)}`,
    )
  const tool: LanguageModelV4FunctionTool = {
    type: 'function',
    name,
    inputSchema: parameters ?? { type: 'object', properties: {} },
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined ? {} : { strict }),
  }
  return tool
}

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const

/** A budget is each service's own option and wins over an effort. */
function reasoning(
  { reasoning }: CanonicalRequest,
  dropped: Set<string>,
): Pick<LanguageModelV4CallOptions, 'reasoning'> {
  if (reasoning?.effort === undefined || reasoning.budgetTokens !== undefined) return {}
  const effort = efforts.find(known => known === reasoning.effort)
  if (effort) return { reasoning: effort }
  dropped.add('reasoning')
  return {}
}

/** Parameters of the route that have no field of their own are options of the service. */
function serviceOptions(
  request: CanonicalRequest,
  service: Service,
  dropped: Set<string>,
): Record<string, JSONObject> {
  const own = service.options?.(request) ?? {}
  const { namespace } = service
  if (request.parallelTools === false && !('mistral' in own) && !('anthropic' in own))
    dropped.add('parallel_tool_calls')
  if (request.reasoning?.budgetTokens !== undefined && !own[namespace]) dropped.add('reasoning')
  if (!request.extra) return own
  return { ...own, [namespace]: { ...own[namespace], ...(request.extra as JSONObject) } }
}

/** Fields that the canonical request carries, in any protocol's spelling, and those of the gateway itself. */
const carried = new Set(
  `model messages input prompt system instructions tools tool_choice parallel_tool_calls max_tokens
  max_completion_tokens max_output_tokens temperature top_p top_k stop stop_sequences n seed presence_penalty
  frequency_penalty response_format text reasoning reasoning_effort thinking stream stream_options user metadata
  keelway dimensions encoding_format`.split(/\s+/),
)

/** What is null or false asks for nothing. */
export const unknownFields = (value: Record<string, unknown>): string[] =>
  Object.entries(value).flatMap(([name, field]) =>
    carried.has(name) || field === undefined || field === null || field === false ? [] : [name],
  )
