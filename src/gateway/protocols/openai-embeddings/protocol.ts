import { createFold, type Frame } from '../../canonical/answer.ts'
import type { CanonicalRequest } from '../../canonical/request.ts'
import { usageToOpenAi } from '../../canonical/usage-openai.ts'
import {
  isJson,
  type Json,
  optionalCount,
  optionalList,
  optionalString,
  put,
  readBody,
  stringAt,
  wrong,
} from '../fields.ts'
import { maxInputs } from '../limits.ts'
import { openAiErrorBody } from '../openai-error.ts'
import { takeVariables } from '../own-fields.ts'
import type { AnswerContext, Protocol } from '../protocol.ts'
import { writeEvent } from '../sse.ts'
import { isTokens } from '../tokens.ts'
import { vectorFromBase64, vectorToBase64 } from './vector.ts'

/** OpenAI embeddings, as in https://platform.openai.com/docs/api-reference/embeddings. They never stream. */
export const openAiEmbeddings: Protocol = {
  name: 'openai-embeddings',
  path: '/v1/embeddings',
  parse: body => readBody(body, readEmbeddings),
  encode: context => ({
    whole: frame => encodeWhole(frame, context),
    frame: () => '',
    end: () => '',
    failure: failure => writeEvent(JSON.stringify(openAiErrorBody(failure))),
  }),
  errorBody: openAiErrorBody,
}

function readEmbeddings(body: Json): CanonicalRequest {
  const model = stringAt(body, 'model')
  if (model === '') throw wrong('model', 'must be the name of a model; GET /v1/models lists them')
  const encoding = optionalString(body, 'encoding_format')
  if (encoding !== undefined && encoding !== 'float' && encoding !== 'base64')
    throw wrong('encoding_format', 'must be "float" or "base64"')
  const request: CanonicalRequest = {
    operation: 'embeddings',
    origin: { protocol: 'openai-embeddings', value: body },
    model,
    messages: [],
    inputs: readInputs(body),
    encoding: encoding ?? 'float',
    choices: 1,
    stream: false,
    usageInStream: false,
    variables: takeVariables(body),
  }
  put(request, 'dimensions', optionalCount(body, 'dimensions'))
  put(request, 'user', optionalString(body, 'user'))
  return request
}

function readInputs(body: Json): readonly (string | readonly number[])[] {
  const { input } = body
  if (typeof input === 'string') return [input]
  if (isTokens(input)) return [input]
  const list = Array.isArray(input) ? optionalList(body, 'input', maxInputs) : undefined
  if (!list || list.length === 0)
    throw wrong('input', 'must be a string, an array of strings, an array of tokens or an array of those')
  return list.map((element, i) => {
    if (typeof element === 'string' || isTokens(element)) return element
    throw wrong(`input[${i}]`, 'must be a string or an array of tokens')
  })
}

function encodeWhole({ events, wire }: Frame, { request }: AnswerContext): string {
  const encoding = request.encoding ?? 'float'
  if (wire?.protocol === 'openai-embeddings') return inEncoding(wire.data, encoding)
  const fold = createFold()
  fold.add(events)
  const { embeddings, model, usage } = fold.content
  const counted = usage && usageToOpenAi(usage)
  return JSON.stringify({
    object: 'list',
    data: embeddings.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encoding === 'base64' ? vectorToBase64(vector) : vector,
    })),
    model: model || request.model,
    usage: { prompt_tokens: counted?.prompt_tokens ?? 0, total_tokens: counted?.total_tokens ?? 0 },
  })
}

const vectorStart = /"embedding"\s*:\s*(["[])/

/** Many servers know one encoding only; the client gets the one it asked for, and all else as it came. */
function inEncoding(data: string, encoding: 'float' | 'base64'): string {
  const found = vectorStart.exec(data)?.[1]
  if (found === undefined || (found === '"') === (encoding === 'base64')) return data
  const body: unknown = JSON.parse(data)
  if (!isJson(body) || !Array.isArray(body.data)) return data
  return JSON.stringify({ ...body, data: body.data.map(element => recode(element, encoding)) })
}

function recode(element: unknown, encoding: 'float' | 'base64'): unknown {
  if (!isJson(element)) return element
  const { embedding } = element
  if (encoding === 'base64')
    return Array.isArray(embedding) ? { ...element, embedding: vectorToBase64(embedding) } : element
  const vector = typeof embedding === 'string' ? vectorFromBase64(embedding) : undefined
  return vector ? { ...element, embedding: vector } : element
}
