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
  optionalStrings,
  put,
  recordAt,
  stringAt,
  within,
  wrong,
} from '../fields.ts'
import { maxMessages, maxTools } from '../limits.ts'
import { takeVariables } from '../own-fields.ts'
import { readMessage, readText } from './parse-message.ts'

/** `POST /v1/messages`, and `count_tokens`, whose body is the same with less in it. */
export function readMessages(body: Json): CanonicalRequest {
  const model = stringAt(body, 'model')
  if (model === '') throw wrong('model', 'must be the name of a model; GET /v1/models lists them')
  const list = optionalList(body, 'messages', maxMessages)
  if (!list || list.length === 0) throw wrong('messages', 'must be an array with at least one message')
  const request: CanonicalRequest = {
    operation: 'chat',
    origin: { protocol: 'anthropic-messages', value: body },
    model,
    messages: [...readSystem(body), ...each(list, 'messages', readMessage).flat()],
    choices: 1,
    stream: optionalBoolean(body, 'stream') ?? false,
    usageInStream: true,
    variables: takeVariables(body),
  }
  readMetadata(body, request)
  put(request, 'maxTokens', optionalCount(body, 'max_tokens'))
  put(request, 'temperature', optionalNumber(body, 'temperature'))
  put(request, 'topP', optionalNumber(body, 'top_p'))
  put(request, 'topK', optionalNumber(body, 'top_k'))
  put(request, 'stop', optionalStrings(body, 'stop_sequences'))
  readTools(body, request)
  readThinking(body, request)
  const bound = ['container', 'mcp_servers'].filter(
    field => body[field] !== undefined && body[field] !== null,
  )
  if (bound.length > 0) request.ownProtocolOnly = bound
  return request
}

function readSystem(body: Json): Message[] {
  const { system } = body
  if (system === undefined || system === null || system === '') return []
  const origin = { protocol: 'anthropic-messages', value: { role: 'system', content: system } } as const
  if (typeof system === 'string') return [{ role: 'system', parts: [{ type: 'text', text: system }], origin }]
  const blocks = Array.isArray(system) ? optionalList(body, 'system', maxMessages) : undefined
  if (!blocks) throw wrong('system', 'must be a string or an array of text blocks')
  if (blocks.length === 0) return []
  return [{ role: 'system', parts: each(blocks, 'system', block => readText(block, undefined)), origin }]
}

/** Anthropic refuses members of `metadata` other than `user_id`: those are variables for the prompt only. */
function readMetadata(body: Json, request: CanonicalRequest): void {
  const metadata = optionalRecord(body, 'metadata')
  if (!metadata) return
  const user = within('metadata', metadata, it => optionalString(it, 'user_id'))
  put(request, 'user', user)
  const { user_id: _, ...variables } = metadata
  if (request.variables === metadata) request.variables = variables
  if (Object.keys(variables).length === 0) return
  if (user === undefined) delete body.metadata
  else body.metadata = { user_id: user }
}

function readTools(body: Json, request: CanonicalRequest): void {
  const tools = optionalList(body, 'tools', maxTools)
  if (tools) request.tools = each(tools, 'tools', readTool)
  const choice = optionalRecord(body, 'tool_choice')
  if (!choice) return
  if (choice.type === 'tool')
    request.toolChoice = { name: within('tool_choice', choice, it => stringAt(it, 'name')) }
  else if (choice.type === 'auto' || choice.type === 'none') request.toolChoice = choice.type
  else if (choice.type === 'any') request.toolChoice = 'required'
  else throw wrong('tool_choice.type', 'must be auto, any, tool or none')
  if (choice.disable_parallel_tool_use === true) request.parallelTools = false
}

function readTool(value: Json): Tool {
  const origin = { protocol: 'anthropic-messages', value } as const
  const custom = value.type === undefined || value.type === null || value.type === 'custom'
  // Tools that the provider runs itself have a dated type, and toolsets no name.
  if (!custom) return { name: optionalString(value, 'name') ?? stringAt(value, 'type'), origin }
  const tool: Tool = { name: stringAt(value, 'name'), parameters: recordAt(value, 'input_schema'), origin }
  const description = optionalString(value, 'description')
  const strict = optionalBoolean(value, 'strict')
  if (description !== undefined) tool.description = description
  if (strict !== undefined) tool.strict = strict
  return tool
}

function readThinking(body: Json, request: CanonicalRequest): void {
  const output = optionalRecord(body, 'output_config')
  const effort = output && within('output_config', output, it => optionalString(it, 'effort'))
  const thinking = optionalRecord(body, 'thinking')
  const budgetTokens = thinking && within('thinking', thinking, it => optionalCount(it, 'budget_tokens'))
  if (thinking?.type === 'disabled') request.reasoning = { effort: 'none' }
  else if (effort !== undefined || budgetTokens !== undefined)
    request.reasoning = {
      ...(effort === undefined ? {} : { effort }),
      ...(budgetTokens === undefined ? {} : { budgetTokens }),
    }
  const format = output?.format ?? body.output_format
  if (isJson(format) && format.type === 'json_schema')
    request.format = {
      type: 'schema',
      name: 'output',
      schema: within('output_config.format', format, it => recordAt(it, 'schema')),
    }
}
