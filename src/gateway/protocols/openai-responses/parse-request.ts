import type { CanonicalRequest, Message, Tool } from '../../canonical/request.ts'
import {
  each,
  isJson,
  type Json,
  optionalBoolean,
  optionalCount,
  optionalList,
  optionalNumber,
  optionalRecord,
  optionalString,
  put,
  recordAt,
  stringAt,
  within,
  wrong,
} from '../fields.ts'
import { maxMessages, maxTools } from '../limits.ts'
import { takeVariables } from '../own-fields.ts'
import { isBound, readItems } from './parse-items.ts'

/** `POST /v1/responses`. What the provider would remember, such as an earlier response, only the provider knows. */
export function readResponses(body: Json): CanonicalRequest {
  const model = stringAt(body, 'model')
  if (model === '') throw wrong('model', 'must be the name of a model; GET /v1/models lists them')
  const request: CanonicalRequest = {
    operation: 'chat',
    origin: { protocol: 'openai-responses', value: body },
    model,
    messages: [...readInstructions(body), ...readInput(body)],
    choices: 1,
    stream: optionalBoolean(body, 'stream') ?? false,
    usageInStream: true,
    variables: takeVariables(body),
  }
  put(request, 'maxTokens', optionalCount(body, 'max_output_tokens'))
  put(request, 'temperature', optionalNumber(body, 'temperature'))
  put(request, 'topP', optionalNumber(body, 'top_p'))
  put(request, 'user', optionalString(body, 'user'))
  put(request, 'format', readFormat(body))
  const reasoning = optionalRecord(body, 'reasoning')
  const effort = reasoning && within('reasoning', reasoning, it => optionalString(it, 'effort'))
  if (effort !== undefined) request.reasoning = { effort }
  readTools(body, request)
  const bound = boundTo(body)
  if (bound.length > 0) request.ownProtocolOnly = bound
  return request
}

function readInstructions(body: Json): Message[] {
  const text = optionalString(body, 'instructions')
  if (text === undefined || text === '') return []
  const origin = { protocol: 'openai-responses', value: { instructions: text } } as const
  return [{ role: 'system', parts: [{ type: 'text', text }], origin }]
}

function readInput(body: Json): Message[] {
  const { input } = body
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', text: input }] }]
  if (input === undefined || input === null) {
    if (body.prompt || body.previous_response_id || body.conversation) return []
    throw wrong('input', 'must be a string or an array of items')
  }
  const items = Array.isArray(input) ? optionalList(body, 'input', maxMessages) : undefined
  if (!items) throw wrong('input', 'must be a string or an array of items')
  return readItems(items)
}

function readFormat(body: Json): CanonicalRequest['format'] {
  const text = optionalRecord(body, 'text')
  const format = text && within('text', text, it => optionalRecord(it, 'format'))
  if (format?.type === 'json_object') return { type: 'json' }
  if (format?.type !== 'json_schema') return undefined
  return within('text.format', format, value => {
    const strict = optionalBoolean(value, 'strict')
    return {
      type: 'schema' as const,
      name: stringAt(value, 'name'),
      schema: recordAt(value, 'schema'),
      ...(strict === undefined ? {} : { strict }),
    }
  })
}

function readTools(body: Json, request: CanonicalRequest): void {
  const tools = optionalList(body, 'tools', maxTools)
  if (tools) request.tools = each(tools, 'tools', readTool)
  put(request, 'parallelTools', optionalBoolean(body, 'parallel_tool_calls'))
  const choice = body.tool_choice
  if (choice === undefined || choice === null) return
  if (choice === 'auto' || choice === 'none' || choice === 'required') request.toolChoice = choice
  else if (!isJson(choice)) throw wrong('tool_choice', 'must be "auto", "none", "required" or name a tool')
  else if (choice.type === 'allowed_tools') within('tool_choice', choice, it => allow(it, request))
  else
    request.toolChoice = {
      name: within('tool_choice', choice, it => optionalString(it, 'name') ?? stringAt(it, 'type')),
    }
}

function readTool(value: Json): Tool {
  const origin = { protocol: 'openai-responses', value } as const
  const type = stringAt(value, 'type')
  if (type !== 'function' && type !== 'custom') return { name: optionalString(value, 'name') ?? type, origin }
  const tool: Tool = { name: stringAt(value, 'name'), origin }
  const description = optionalString(value, 'description')
  if (description !== undefined) tool.description = description
  if (type === 'custom') return { ...tool, custom: true }
  tool.parameters = optionalRecord(value, 'parameters') ?? { type: 'object', properties: {} }
  const strict = optionalBoolean(value, 'strict')
  if (strict !== undefined) tool.strict = strict
  return tool
}

function allow(choice: Json, request: CanonicalRequest): void {
  request.toolChoice = choice.mode === 'required' ? 'required' : 'auto'
  const list = optionalList(choice, 'tools', maxTools) ?? []
  const names = new Set(each(list, 'tools', tool => tool.name ?? tool.type))
  if (request.tools) request.tools = request.tools.filter(({ name }) => names.has(name))
}

function boundTo(body: Json): string[] {
  const bound = ['previous_response_id', 'conversation', 'prompt'].filter(
    field => body[field] !== undefined && body[field] !== null,
  )
  if (body.background === true) bound.push('background')
  if (Array.isArray(body.input) && body.input.some(isBound)) bound.push('input')
  return bound
}
