import type { AnswerEvent, Frame } from '../../canonical/answer.ts'
import { ProviderError, type ProviderRequest } from '../provider.ts'
import { parseObject } from '../upstream/json.ts'
import { faultError } from '../upstream/rejection.ts'
import { type CarriesUsage, usageOf } from './usage.ts'

interface WireEmbedding {
  index?: number
  embedding?: string | number[]
}

interface WireAnswer extends CarriesUsage {
  id?: string
  model?: string
  data?: unknown
  error?: unknown
}

/** Reads a whole answer of `/embeddings`. It goes on as it came when its encoding is the one the client wants. */
export function readEmbeddings(data: string, { call, request, secret }: ProviderRequest): Frame {
  const value: WireAnswer = parseObject(data)
  if (value.error) throw faultError(value, { request, ...(secret === undefined ? {} : { secret }) })
  const list = value.data
  if (!Array.isArray(list))
    throw new ProviderError('provider_error', 'the provider answered without embeddings')
  const wanted = request.encoding === 'base64' ? 'string' : 'object'
  let asWanted = true
  const events: AnswerEvent[] = [
    { type: 'start', id: value.id || `embd-${call}`, model: value.model || request.model },
  ]
  for (const [position, { index, embedding }] of (list as WireEmbedding[]).entries()) {
    asWanted &&= typeof embedding === wanted
    events.push({ type: 'embedding', index: index ?? position, vector: vectorOf(embedding) })
  }
  const usage = usageOf(value)
  if (usage) events.push({ type: 'usage', usage })
  return asWanted ? { events, wire: { protocol: 'openai-embeddings', data } } : { events }
}

/** Base64 holds little-endian 32-bit floats. */
function vectorOf(embedding: WireEmbedding['embedding']): readonly number[] {
  if (Array.isArray(embedding)) return embedding
  if (typeof embedding !== 'string')
    throw new ProviderError('provider_error', 'the provider answered without an embedding')
  const bytes = Buffer.from(embedding, 'base64')
  const vector: number[] = []
  for (let at = 0; at + 4 <= bytes.length; at += 4) vector.push(bytes.readFloatLE(at))
  return vector
}
