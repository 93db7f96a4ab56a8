import { createCohere } from '@ai-sdk/cohere'
import type { JSONObject } from '@ai-sdk/provider'
import type { Usage } from '../../canonical/usage.ts'
import { keyOf, type Service } from './service.ts'

/** Cohere's API, version 2 (https://docs.cohere.com/reference/chat). The secret is an API key. */
export const cohere: Service = {
  title: 'Cohere',
  namespace: 'cohere',
  connect:
    ({ endpoint }) =>
    access => {
      const cohere = createCohere({
        apiKey: keyOf(access, 'Cohere'),
        fetch: access.fetch,
        ...(endpoint ? { baseURL: endpoint } : {}),
      })
      return { language: cohere.languageModel, embedding: cohere.embeddingModel }
    },
  options: ({ reasoning }) =>
    reasoning?.budgetTokens === undefined
      ? {}
      : { cohere: { thinking: { type: 'enabled', tokenBudget: reasoning.budgetTokens } } },
  dimensions: length => ({ outputDimension: length }),
  usage: billedUsage,
}

/** Cohere bills other counts than it uses, without its own preamble: money follows the billed ones. */
function billedUsage(raw: JSONObject, usage: Usage): Usage {
  const billed = raw.billed_units as { input_tokens?: unknown; output_tokens?: unknown } | null | undefined
  const cached = typeof raw.cached_tokens === 'number' ? raw.cached_tokens : 0
  const input = typeof billed?.input_tokens === 'number' ? billed.input_tokens : usage.input
  const output = typeof billed?.output_tokens === 'number' ? billed.output_tokens : usage.output
  const cacheRead = Math.max(0, Math.min(cached, input))
  return { ...usage, input: input - cacheRead, cacheRead, output }
}
