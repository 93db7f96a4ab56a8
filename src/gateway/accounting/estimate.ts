import type { AnswerContent } from '../canonical/answer.ts'
import type { CanonicalRequest, Part } from '../canonical/request.ts'
import { estimateTokens, noUsage, type Usage } from '../canonical/usage.ts'

/** What a message costs beyond its text. */
const messageTokens = 4
/** An image of middle size at full detail. */
const imageTokens = 1000
/** Characters of base64 that make about one token of compressed speech, and of a document. */
const audioCharacters = 500
const fileCharacters = 40

/**
 * What a call used: what the provider said, and where it said nothing, or stopped in the middle, an estimate of what was
 * sent and delivered. An explicit 0 stays the provider's; what was not delivered is not counted.
 */
export function usageOf(request: CanonicalRequest, content: AnswerContent | undefined): Usage {
  const said = content?.usage
  if (said && content.choices.every(({ finish }) => finish !== undefined)) return said
  const estimated = estimateUsage(request, content)
  if (!said) return estimated
  // Anthropic tells the input when an answer begins, and the output when it ends.
  const counted = said.output + said.reasoning + said.outputAudio
  if (estimated.output + estimated.reasoning <= counted) return said
  const reasoning = Math.max(said.reasoning, estimated.reasoning)
  const output = Math.max(said.output, estimated.output)
  return { ...said, output, reasoning, source: 'estimated' }
}

/** Tokens of a request and of what was delivered of its answer, where nobody counted. */
export function estimateUsage(request: CanonicalRequest, content: AnswerContent | undefined): Usage {
  let [output, reasoning] = [0, 0]
  for (const choice of content?.choices ?? []) {
    output += tokensIn(choice.text) + tokensIn(choice.refusal)
    reasoning += tokensIn(choice.reasoning)
    for (const call of choice.toolCalls) output += tokensIn(call.name) + tokensIn(call.arguments)
  }
  return { ...noUsage, input: estimateInput(request), output, reasoning, source: 'estimated' }
}

/** Tokens of a request, where nobody counted. */
export function estimateInput({ messages, inputs, tools }: CanonicalRequest): number {
  let tokens = 0
  for (const { parts, toolCalls } of messages) {
    tokens += messageTokens
    for (const part of parts) tokens += tokensOf(part)
    for (const call of toolCalls ?? []) tokens += tokensIn(call.name) + tokensIn(call.arguments)
  }
  for (const input of inputs ?? []) tokens += typeof input === 'string' ? tokensIn(input) : input.length
  for (const { name, description = '', parameters } of tools ?? [])
    tokens += tokensIn(name) + tokensIn(description) + (parameters ? tokensIn(JSON.stringify(parameters)) : 0)
  return tokens
}

function tokensOf(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return tokensIn(part.text)
    case 'image':
      return imageTokens
    case 'audio':
      return Math.ceil(part.data.length / audioCharacters)
    case 'file':
      return Math.ceil((part.data?.length ?? 0) / fileCharacters)
    case 'opaque':
      return tokensIn(JSON.stringify(part.origin.value))
  }
}

/** By bytes of UTF-8, which is nearer than characters for scripts other than Latin. */
const tokensIn = (text: string): number => (text === '' ? 0 : estimateTokens(Buffer.byteLength(text)))
