import { type ProviderAnswer, ProviderError, type ProviderRequest } from '../provider.ts'
import { normaliseUsage } from './usage.ts'

/** Forwards the bytes and reads usage and text from them. */
export function jsonAnswer(body: Buffer, request: ProviderRequest, origin: string): ProviderAnswer {
  const answer = parse(body, origin)
  const content = answer.choices?.[0]?.message?.content
  const output = typeof content === 'string' ? content : ''
  const outcome = { output, ...normaliseUsage(answer.usage, request.chat, output) }
  return { contentType: 'application/json', body, outcome: () => outcome }
}

interface Answer {
  choices?: { message?: { content?: unknown } }[]
  usage?: unknown
}

function parse(body: Buffer, origin: string): Answer {
  try {
    const value: unknown = JSON.parse(body.toString())
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    throw new ProviderError(
      'provider_error',
      `the provider at ${origin} answered 200 without JSON`,
      {},
      { cause: error },
    )
  }
  throw new ProviderError('provider_error', `the provider at ${origin} answered 200 without a JSON object`)
}
