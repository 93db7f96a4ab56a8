import type { CanonicalRequest, Tool } from '../../canonical/request.ts'
import {
  each,
  isJson,
  type Json,
  optionalBoolean,
  optionalCount,
  optionalList,
  optionalRecord,
  optionalString,
  put,
  recordAt,
  stringAt,
  within,
  wrong,
} from '../fields.ts'
import { maxMessages, maxTools } from '../limits.ts'
import { readSampling } from '../openai-sampling.ts'
import { takeVariables } from '../own-fields.ts'
import { linkFunctionResults, readMessage } from './parse-message.ts'

/** `POST /v1/chat/completions`. Reads what the gateway acts on and keeps the rest as it came. */
export function readChat(body: Json): CanonicalRequest {
  const model = stringAt(body, 'model')
  if (model === '') throw wrong('model', 'must be the name of a model; GET /v1/models lists them')
  const list = optionalList(body, 'messages', maxMessages)
  if (!list || list.length === 0) throw wrong('messages', 'must be an array with at least one message')
  const messages = each(list, 'messages', readMessage)
  linkFunctionResults(messages)
  const request: CanonicalRequest = {
    operation: 'chat',
    origin: { protocol: 'openai-chat', value: body },
    model,
    messages,
    choices: 1,
    stream: optionalBoolean(body, 'stream') ?? false,
    usageInStream: false,
    variables: takeVariables(body),
  }
  readSampling(body, request)
  put(request, 'maxTokens', optionalCount(body, 'max_completion_tokens') ?? optionalCount(body, 'max_tokens'))
  put(request, 'format', readFormat(body))
  const effort = optionalString(body, 'reasoning_effort')
  if (effort !== undefined) request.reasoning = { effort }
  readTools(body, request)
  const bound = boundTo(body)
  if (bound.length > 0) request.ownProtocolOnly = bound
  return request
}

function readTools(body: Json, request: CanonicalRequest): void {
  const tools = optionalList(body, 'tools', maxTools)
  const functions = optionalList(body, 'functions', maxTools)
  if (tools) request.tools = each(tools, 'tools', readTool)
  else if (functions) {
    request.tools = each(functions, 'functions', readFunction)
    // The old form has no way to say two calls.
    request.parallelTools = false
  }
  put(request, 'parallelTools', optionalBoolean(body, 'parallel_tool_calls'))
  readChoice(body, request)
}

function readTool(value: Json): Tool {
  const origin = { protocol: 'openai-chat', value } as const
  if (value.type === 'function')
    return { ...within('function', recordAt(value, 'function'), readFunction), origin }
  if (value.type === 'custom') {
    const custom = recordAt(value, 'custom')
    const tool: Tool = { name: within('custom', custom, it => stringAt(it, 'name')), custom: true, origin }
    const description = within('custom', custom, it => optionalString(it, 'description'))
    if (description !== undefined) tool.description = description
    return tool
  }
  return { name: stringAt(value, 'type'), origin }
}

function readFunction(value: Json): Tool {
  const tool: Tool = {
    name: stringAt(value, 'name'),
    // Left out, it means: takes nothing.
    parameters: optionalRecord(value, 'parameters') ?? { type: 'object', properties: {} },
  }
  const description = optionalString(value, 'description')
  const strict = optionalBoolean(value, 'strict')
  if (description !== undefined) tool.description = description
  if (strict !== undefined) tool.strict = strict
  return tool
}

function readChoice(body: Json, request: CanonicalRequest): void {
  const field = body.tool_choice !== undefined ? 'tool_choice' : 'function_call'
  const choice = body[field]
  if (choice === undefined || choice === null) return
  if (choice === 'auto' || choice === 'none' || choice === 'required') {
    request.toolChoice = choice
    return
  }
  if (!isJson(choice)) throw wrong(field, 'must be "auto", "none", "required" or name a tool')
  if (choice.type === 'allowed_tools') {
    within(`${field}.allowed_tools`, recordAt(choice, 'allowed_tools'), it => allow(it, request))
    return
  }
  const named = choice.function ?? choice.custom ?? choice
  request.toolChoice = { name: within(field, isJson(named) ? named : {}, it => stringAt(it, 'name')) }
}

/** Only some of the tools may be called: other protocols do not offer the rest. */
function allow(allowed: Json, request: CanonicalRequest): void {
  request.toolChoice = allowed.mode === 'required' ? 'required' : 'auto'
  const names = new Set(
    each(optionalList(allowed, 'tools', maxTools) ?? [], 'tools', tool => {
      const named = tool.function ?? tool.custom
      return isJson(named) ? named.name : undefined
    }),
  )
  if (request.tools) request.tools = request.tools.filter(({ name }) => names.has(name))
}

function readFormat(body: Json): CanonicalRequest['format'] {
  const format = optionalRecord(body, 'response_format')
  if (format?.type === 'json_object') return { type: 'json' }
  if (format?.type !== 'json_schema') return undefined
  return within('response_format', format, outer =>
    within('json_schema', recordAt(outer, 'json_schema'), value => {
      const strict = optionalBoolean(value, 'strict')
      return {
        type: 'schema' as const,
        name: stringAt(value, 'name'),
        schema: optionalRecord(value, 'schema') ?? {},
        ...(strict === undefined ? {} : { strict }),
      }
    }),
  )
}

function boundTo(body: Json): string[] {
  const bound: string[] = []
  if (Array.isArray(body.modalities) && body.modalities.includes('audio')) bound.push('modalities')
  if (isJson(body.web_search_options)) bound.push('web_search_options')
  return bound
}
