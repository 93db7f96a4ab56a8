import type { Zone } from '../guardrails/detector.ts'

/**
 * SERVE: the one form of every request, whichever protocol the client speaks. Protocols parse into it once, everything
 * after that (routing, guardrails, budgets, cache, providers) reads nothing else. What a protocol said beyond it
 * rides along as `origin`, so that a provider of the same protocol gets every field back, known or not.
 */

/** The wire formats clients may speak; providers name the one they speak upstream by the same names. */
export const protocolNames = [
  'openai-chat',
  'openai-completions',
  'openai-embeddings',
  'openai-responses',
  'anthropic-messages',
] as const
export type ProtocolName = (typeof protocolNames)[number]

/**
 * A value as it came over the wire. Never changed in place, and true: who changes what it says takes
 * `withParts`, or drops it. The gateway's own `keelway` members have been taken out. What it is:
 * - of a request, the body; of a tool, a call or a part, its element of the list it stood in;
 * - of a message, the element of `messages`, with these exceptions. Anthropic: `{role: 'system', content}` for the
 *   top-level `system`; the `tool_result` block for a tool message, which is cut out of its user message;
 *   `{role, content, …}` with the blocks that remain for what stood between. Responses: `{items}`, the run of input items
 *   that make one message, and `{instructions}` for the instructions. Completions: none.
 */
export interface Origin {
  protocol: ProtocolName
  value: Record<string, unknown>
}

export interface CanonicalRequest {
  operation: 'chat' | 'completion' | 'embeddings'
  /** The body of the request. */
  origin: Origin
  /** The model name the client sent: a route, and after preparation the model's name at the provider. */
  model: string
  /** System messages first or wherever the client put them; a completion's prompt is one user message. */
  messages: readonly Message[]
  /** What to embed; only with operation embeddings. Token arrays stay as they are. */
  inputs?: readonly (string | readonly number[])[]
  /** Embeddings: wanted vector length, and the encoding the client wants back. */
  dimensions?: number
  encoding?: 'float' | 'base64'
  tools?: readonly Tool[]
  toolChoice?: 'auto' | 'none' | 'required' | { name: string }
  parallelTools?: boolean
  /** Limit of output tokens. */
  maxTokens?: number
  temperature?: number
  topP?: number
  topK?: number
  stop?: readonly string[]
  /** How many answers; `n` of OpenAI. */
  choices: number
  seed?: number
  presencePenalty?: number
  frequencyPenalty?: number
  format?:
    | { type: 'json' }
    | { type: 'schema'; name: string; schema: Record<string, unknown>; strict?: boolean }
  reasoning?: { effort?: string; budgetTokens?: number }
  stream: boolean
  /** The client wants to see usage in the stream; whole answers always have it. */
  usageInStream: boolean
  /** The client's own name of its user. */
  user?: string
  /**
   * Fields that mean something to a provider of the origin's protocol alone and without which the answer would be to
   * another question, such as `previous_response_id`: other providers refuse the request.
   */
  ownProtocolOnly?: readonly string[]
  /** Unfinished features of Anthropic's API that the client asks for, as its header `anthropic-beta` names them. */
  betas?: readonly string[]
  /** Values of the prompt's variables. */
  variables: Readonly<Record<string, unknown>>
  /** Parameters set by the route that have no field here; sent upstream as they are. */
  extra?: Readonly<Record<string, unknown>>
}

export interface Message {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  parts: readonly Part[]
  name?: string
  /** Of an assistant message. */
  toolCalls?: readonly ToolCall[]
  /** Of a tool message: which call it answers, and whether the tool failed. */
  toolCallId?: string
  toolFailed?: boolean
  origin?: Origin
  /** Parts or calls are no longer what `origin` says: encode them, keep only its other fields. */
  edited?: true
}

export type Part =
  | { type: 'text'; text: string; zone?: Zone; origin?: Origin }
  /** `url` may be a data: URL. */
  | { type: 'image'; url: string; detail?: string; origin?: Origin }
  /** Base64. */
  | { type: 'audio'; data: string; format: string; origin?: Origin }
  | { type: 'file'; name?: string; mediaType?: string; data?: string; id?: string; origin?: Origin }
  /** `signature` proves the text to its provider; `redacted` is what the provider tells nobody. Both go back unread. */
  | { type: 'reasoning'; text: string; signature?: string; redacted?: string; origin?: Origin }
  | { type: 'refusal'; text: string; origin?: Origin }
  /** Known to its own protocol only. */
  | { type: 'opaque'; origin: Origin }

export interface ToolCall {
  id: string
  name: string
  /** JSON text as the model wrote it; of a custom tool, any text. */
  arguments: string
  custom?: true
  origin?: Origin
}

export interface Tool {
  name: string
  description?: string
  /** JSON schema; absent for custom tools and for those that only their protocol knows. */
  parameters?: Record<string, unknown>
  strict?: boolean
  /** Takes any text instead of arguments. */
  custom?: true
  origin?: Origin
}

/** The zone a part of a message belongs to; what nobody marked is what its role says. */
export const zoneOf = (message: Message, part: Part): Zone =>
  ('zone' in part ? part.zone : undefined) ??
  (message.role === 'tool' ? 'tool' : message.role === 'assistant' ? 'output' : 'user')

type TextPart = Extract<Part, { type: 'text' }>

/**
 * The message with other parts, remembering that its origin no longer tells them. A part that is not the message's own
 * tells its text from now on, whatever its origin said: so nothing that was masked goes out as it came.
 */
export const withParts = (message: Message, parts: readonly Part[]): Message => ({
  ...message,
  parts: parts.map((part, i) =>
    part === message.parts[i] || part.type !== 'text' || message.parts.includes(part)
      ? part
      : trueToText(part),
  ),
  edited: true,
})

/** Fields such as a cache mark stay where they stand beside the text; an origin that says it elsewhere is dropped. */
function trueToText(part: TextPart): TextPart {
  const { origin, ...rest } = part
  if (origin === undefined || origin.value.text === part.text) return part
  if (typeof origin.value.text !== 'string') return rest
  return { ...rest, origin: { protocol: origin.protocol, value: { ...origin.value, text: part.text } } }
}

/** What `carrier` was in `protocol`, when it came so and still is: sent on as it is. */
export const originalOf = (
  carrier: { origin?: Origin; edited?: true },
  protocol: ProtocolName,
): Record<string, unknown> | undefined =>
  carrier.edited !== true && carrier.origin?.protocol === protocol ? carrier.origin.value : undefined

/** The text of a message, its text parts joined by line breaks. */
export function textOf({ parts }: Message): string {
  const [first] = parts
  if (parts.length === 1 && first) return first.type === 'text' ? first.text : ''
  return parts.flatMap(part => (part.type === 'text' ? [part.text] : [])).join('\n')
}

/** What the user said last; empty when nobody spoke as user. */
export function lastUserText({ messages }: CanonicalRequest): string {
  const last = messages.findLast(message => message.role === 'user')
  return last ? textOf(last) : ''
}
