import { createGoogle } from '@ai-sdk/google'
import { googleOptions, googleUsage } from './google.ts'
import { keyOf, type Service } from './service.ts'

/** Gemini through Google AI Studio (https://ai.google.dev/api). The secret is an API key. */
export const gemini: Service = {
  title: 'Gemini',
  namespace: 'google',
  thoughts: { signature: 'thoughtSignature' },
  connect:
    ({ endpoint }) =>
    access => {
      const google = createGoogle({
        apiKey: keyOf(access, 'Gemini'),
        fetch: access.fetch,
        ...(endpoint ? { baseURL: endpoint } : {}),
      })
      return { language: google.languageModel, embedding: google.embeddingModel }
    },
  options: request => googleOptions('google', request),
  usage: googleUsage,
}
