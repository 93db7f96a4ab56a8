import { type CanonicalRequest, textOf } from '../../canonical/request.ts'
import { adapt, type EncodedBody, writeSampling, writeStream } from './chat-body.ts'
import type { Dialect } from './dialect.ts'

/** The body of `POST /completions`, or undefined when only chat completions can say it. */
export function completionBody(request: CanonicalRequest, dialect: Dialect): EncodedBody | undefined {
  const { messages, origin } = request
  const [prompt] = messages
  if (!dialect.operations.includes('completion') || messages.length !== 1 || prompt?.role !== 'user')
    return undefined
  const dropped: string[] = []
  const body: Record<string, unknown> = origin.protocol === 'openai-completions' ? { ...origin.value } : {}
  body.model = request.model
  if (prompt.edited || body.prompt === undefined) body.prompt = textOf(prompt)
  writeSampling(body, request, { ...dialect, maxTokens: ['max_tokens'] }, dropped)
  writeStream(body, request, dialect)
  if (request.extra) Object.assign(body, request.extra)
  adapt(body, dialect, dropped)
  return { body, dropped }
}

/** The body of `POST /embeddings`. */
export function embeddingsBody(request: CanonicalRequest, dialect: Dialect): EncodedBody {
  const { origin, inputs = [], dimensions, user } = request
  const dropped: string[] = []
  const body: Record<string, unknown> = origin.protocol === 'openai-embeddings' ? { ...origin.value } : {}
  body.model = request.model
  // One text stays one text: a list of one has the same meaning, but not every server takes lists.
  body.input = inputs.length === 1 && !Array.isArray(body.input) ? inputs[0] : inputs
  if (dimensions !== undefined) body.dimensions = dimensions
  if (user !== undefined) body.user = user
  if (!dialect.base64 && body.encoding_format !== undefined) body.encoding_format = 'float'
  if (request.extra) Object.assign(body, request.extra)
  adapt(body, dialect, dropped)
  return { body, dropped }
}
