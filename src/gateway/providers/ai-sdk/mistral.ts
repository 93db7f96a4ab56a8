import { createMistral } from '@ai-sdk/mistral'
import type { JSONObject } from '@ai-sdk/provider'
import { keyOf, type Service } from './service.ts'

/** Mistral's own API (https://docs.mistral.ai/api). The secret is an API key. */
export const mistral: Service = {
  title: 'Mistral',
  namespace: 'mistral',
  connect:
    ({ endpoint }) =>
    access => {
      const mistral = createMistral({
        apiKey: keyOf(access, 'Mistral'),
        fetch: access.fetch,
        ...(endpoint ? { baseURL: endpoint } : {}),
      })
      return { language: mistral.languageModel, embedding: mistral.embeddingModel }
    },
  options: ({ parallelTools, format }) => {
    const options: JSONObject = {
      ...(parallelTools === undefined ? {} : { parallelToolCalls: parallelTools }),
      ...(format?.type === 'schema' && format.strict ? { strictJsonSchema: true } : {}),
    }
    return { mistral: options }
  },
}
