import type { Dispatcher } from 'undici'
import {
  type Backend,
  type Provider,
  type ProviderAnswer,
  ProviderError,
  type ProviderRequest,
} from '../provider.ts'
import { rejection, transportError } from './errors.ts'
import { jsonAnswer } from './json-answer.ts'
import { streamAnswer } from './stream-answer.ts'

/** Largest answer that is not a stream. */
const maxAnswerBytes = 32 << 20

/**
 * Any endpoint of the OpenAI HTTP API. Bytes of request and answer are forwarded as they are; a request is written
 * anew only when the release changes it or usage has to be asked for. Usage is always asked for, and the client sees
 * it only when it asked too.
 */
export const openaiProvider: Provider = {
  protocol: 'openai',
  open: async ({ bundle, name }, { dispatcher }) => {
    const settings = bundle.serve === 'provider' ? bundle.provider : undefined
    if (!settings?.endpoint)
      throw new Error(`release ${name} has no endpoint: set spec.endpoint of its ModelProvider`)
    const url = new URL(`${settings.endpoint.replace(/\/+$/, '')}/chat/completions`)
    return openBackend(url, settings.timeoutMs, dispatcher)
  },
}

function openBackend(url: URL, timeoutMs: number, dispatcher: Dispatcher): Backend {
  const { origin } = url
  const path = `${url.pathname}${url.search}`
  return {
    answer: async (request, signal) => {
      const stream = request.chat.stream === true
      const response = await dispatcher
        .request({
          origin,
          path,
          method: 'POST',
          headers: headersFor(request, stream),
          body: bodyFor(request, stream),
          signal,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        })
        .catch((error: unknown) => {
          throw transportError(error, signal, origin)
        })
      return readAnswer(response, request, stream, signal, origin)
    },
  }
}

async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  request: ProviderRequest,
  stream: boolean,
  signal: AbortSignal,
  origin: string,
): Promise<ProviderAnswer> {
  const contentType = String(headers['content-type'] ?? '')
  if (statusCode === 200 && stream && contentType.startsWith('text/event-stream'))
    return streamAnswer(body, request, contentType, error => transportError(error, signal, origin))
  const bytes = await readAll(body).catch((error: unknown) => {
    throw transportError(error, signal, origin)
  })
  if (statusCode !== 200) throw rejection(statusCode, headers, bytes, request.secret)
  if (stream)
    throw new ProviderError(
      'provider_error',
      `the provider at ${origin} answered a streamed request with ${contentType || 'no content type'}`,
    )
  return jsonAnswer(bytes, request, origin)
}

/** Only what the provider needs: the client's own headers, key and cookies stay here. */
function headersFor(request: ProviderRequest, stream: boolean): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'keelway',
    ...request.trace,
  }
  if (request.secret !== undefined) headers.authorization = `Bearer ${request.secret}`
  return headers
}

function bodyFor({ chat, raw }: ProviderRequest, stream: boolean): Buffer | string {
  if (!stream || chat.stream_options?.include_usage === true) return raw ?? JSON.stringify(chat)
  return JSON.stringify({ ...chat, stream_options: { ...chat.stream_options, include_usage: true } })
}

async function readAll(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxAnswerBytes)
      throw new ProviderError(
        'provider_error',
        `the provider's answer is larger than ${maxAnswerBytes} bytes`,
      )
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}
