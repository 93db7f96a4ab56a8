import type { EmbeddingModelV4, JSONObject } from '@ai-sdk/provider'
import type { AnswerEvent } from '../../canonical/answer.ts'
import { noUsage } from '../../canonical/usage.ts'
import type { ProviderAnswer, ProviderRequest } from '../provider.ts'
import { unknownFields } from './call-options.ts'
import { unsupported } from './messages.ts'
import type { Service } from './service.ts'
import { featuresOf } from './warnings.ts'

/** Calls at the same time for one request. */
const parallel = 4

/**
 * Embeds all inputs, in as many calls as the service needs: some take one text a call. The first failure ends the
 * others.
 */
export async function embed(
  service: Service,
  model: EmbeddingModelV4,
  { call, request, trace }: ProviderRequest,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  const texts = (request.inputs ?? []).map(input => {
    if (typeof input === 'string') return input
    throw unsupported(`${service.title} embeds text, not tokens: send strings`)
  })
  const size = Math.max(1, Math.min((await model.maxEmbeddingsPerCall) ?? texts.length, texts.length))
  const batches = Array.from({ length: Math.ceil(texts.length / size) }, (_, i) =>
    texts.slice(i * size, (i + 1) * size),
  )
  const failed = new AbortController()
  const options = {
    abortSignal: AbortSignal.any([signal, failed.signal]),
    headers: { ...trace },
    providerOptions: { [service.namespace]: ownOptions(service, request) },
    ...(request.dimensions === undefined ? {} : { dimensions: request.dimensions }),
  }
  const dropped = new Set(unknownFields(request.origin.value))
  const vectors: number[][][] = []
  let tokens: number | undefined
  let next = 0
  const work = async (): Promise<void> => {
    for (let i = next++; i < batches.length; i = next++) {
      const result = await model.doEmbed({ ...options, values: batches[i] ?? [] })
      vectors[i] = result.embeddings
      if (result.usage) tokens = (tokens ?? 0) + result.usage.tokens
      for (const feature of featuresOf(result.warnings)) dropped.add(feature)
    }
  }
  const lanes = (await model.supportsParallelCalls) ? parallel : 1
  try {
    await Promise.all(Array.from({ length: lanes }, work))
  } catch (error) {
    failed.abort()
    throw error
  }
  const events: AnswerEvent[] = [
    { type: 'start', id: call, model: request.model },
    ...vectors.flat().map((vector, index) => ({ type: 'embedding' as const, index, vector })),
    ...(tokens === undefined ? [] : [{ type: 'usage' as const, usage: { ...noUsage, input: tokens } }]),
  ]
  return { whole: { events }, ...(dropped.size > 0 ? { dropped: [...dropped] } : {}) }
}

const ownOptions = (service: Service, { dimensions, extra }: ProviderRequest['request']): JSONObject => ({
  ...(dimensions === undefined ? {} : service.dimensions?.(dimensions)),
  ...(extra as JSONObject | undefined),
})
