import type { CanonicalRequest, Message } from '../../canonical/request.ts'
import { type Json, optionalBoolean, optionalCount, put, stringAt, wrong } from '../fields.ts'
import { maxInputs } from '../limits.ts'
import { readSampling } from '../openai-sampling.ts'
import { takeVariables } from '../own-fields.ts'
import { isTokens } from '../tokens.ts'

/** `POST /v1/completions`. A prompt is one user message; several prompts, or tokens, only its own protocol can say. */
export function readCompletion(body: Json): CanonicalRequest {
  const model = stringAt(body, 'model')
  if (model === '') throw wrong('model', 'must be the name of a model; GET /v1/models lists them')
  const messages = readPrompts(body.prompt)
  const request: CanonicalRequest = {
    operation: 'completion',
    origin: { protocol: 'openai-completions', value: body },
    model,
    messages,
    choices: 1,
    stream: optionalBoolean(body, 'stream') ?? false,
    usageInStream: false,
    variables: takeVariables(body),
  }
  readSampling(body, request)
  put(request, 'maxTokens', optionalCount(body, 'max_tokens'))
  const bound = boundTo(body, messages)
  if (bound.length > 0) request.ownProtocolOnly = bound
  return request
}

function readPrompts(prompt: unknown): Message[] {
  if (typeof prompt === 'string') return [{ role: 'user', parts: [{ type: 'text', text: prompt }] }]
  if (isTokens(prompt)) return [tokenMessage(prompt)]
  if (!Array.isArray(prompt) || prompt.length === 0)
    throw wrong('prompt', 'must be a string, an array of strings, an array of tokens or an array of those')
  if (prompt.length > maxInputs) throw wrong('prompt', `must have at most ${maxInputs} elements`)
  return prompt.map((element: unknown, i): Message => {
    if (typeof element === 'string') return { role: 'user', parts: [{ type: 'text', text: element }] }
    if (isTokens(element)) return tokenMessage(element)
    throw wrong(`prompt[${i}]`, 'must be a string or an array of tokens')
  })
}

const tokenMessage = (tokens: readonly number[]): Message => ({
  role: 'user',
  parts: [{ type: 'opaque', origin: { protocol: 'openai-completions', value: { tokens } } }],
})

function boundTo(body: Json, messages: readonly Message[]): string[] {
  const bound: string[] = []
  if (messages.length > 1 || messages[0]?.parts[0]?.type !== 'text') bound.push('prompt')
  if (typeof body.suffix === 'string' && body.suffix !== '') bound.push('suffix')
  if (body.echo === true) bound.push('echo')
  if (typeof body.best_of === 'number' && body.best_of > 1) bound.push('best_of')
  return bound
}
