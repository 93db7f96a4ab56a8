import { GatewayError } from './error.ts'

/** A message as clients send it; unknown fields pass through. */
export interface ChatMessage {
  role: string
  content?: string | { type: string; text?: string }[] | null
  [field: string]: unknown
}

/** The body of `POST /v1/chat/completions`; unknown fields pass through. */
export interface ChatRequest {
  model: string
  messages: ChatMessage[]
  stream?: boolean
  stream_options?: { include_usage?: boolean; [field: string]: unknown }
  user?: string
  metadata?: Record<string, unknown>
  /** Ours: values of the prompt's variables. Never sent on to a provider. */
  keelway?: { variables?: Record<string, unknown> }
  [field: string]: unknown
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Checks what the gateway itself relies on and leaves the rest to the provider. @throws GatewayError */
export function parseChatRequest(body: Buffer): ChatRequest {
  const value = parseJson(body)
  if (!isObject(value)) throw invalid('the body must be a JSON object')
  if (typeof value.model !== 'string' || value.model === '')
    throw invalid('model must be the name of a model; GET /v1/models lists them', 'model')
  if (!Array.isArray(value.messages) || value.messages.length === 0)
    throw invalid('messages must be an array with at least one message', 'messages')
  for (const [i, message] of value.messages.entries()) checkMessage(message, `messages[${i}]`)
  if (value.stream !== undefined && value.stream !== null && typeof value.stream !== 'boolean')
    throw invalid('stream must be true or false', 'stream')
  for (const field of ['stream_options', 'metadata', 'keelway'])
    if (value[field] !== undefined && value[field] !== null && !isObject(value[field]))
      throw invalid(`${field} must be an object`, field)
  if (value.user !== undefined && value.user !== null && typeof value.user !== 'string')
    throw invalid('user must be a string', 'user')
  // Checked field by field above; everything else is unknown and stays so.
  return value as ChatRequest
}

/** @throws GatewayError when the bytes are not JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch (error) {
    throw new GatewayError('invalid_json', `the body is not valid JSON: ${(error as Error).message}`)
  }
}

/** The text of a message's content, parts joined by line breaks; images and the like have none. */
export function textOf(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content
  if (!Array.isArray(message.content)) return ''
  return message.content.flatMap(part => (typeof part?.text === 'string' ? [part.text] : [])).join('\n')
}

/** What the user said last; empty when nobody spoke as user. */
export function lastUserText(messages: readonly ChatMessage[]): string {
  const last = messages.findLast(message => message.role === 'user')
  return last ? textOf(last) : ''
}

function checkMessage(message: unknown, param: string): void {
  if (!isObject(message)) throw invalid(`${param} must be an object`, param)
  if (typeof message.role !== 'string') throw invalid(`${param}.role must be a string`, `${param}.role`)
  const { content } = message
  const absent = content === undefined || content === null
  if (!absent && typeof content !== 'string' && !Array.isArray(content))
    throw invalid(`${param}.content must be a string or an array of parts`, `${param}.content`)
}

const invalid = (message: string, param?: string): GatewayError =>
  new GatewayError('invalid_request', message, param === undefined ? {} : { param })
