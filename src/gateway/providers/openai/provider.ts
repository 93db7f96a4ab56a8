import type { CanonicalRequest } from '../../canonical/request.ts'
import type { ProviderSettings } from '../../snapshot.ts'
import type { Backend, Provider, ProviderRequest } from '../provider.ts'
import { callUpstream, commonHeaders, confidentialOf, type Upstream } from '../upstream/call.ts'
import { unsupported } from '../upstream/unsupported.ts'
import { AnswerReader } from './answer-reader.ts'
import { chatBody, type EncodedBody } from './chat-body.ts'
import { type Dialect, dialectOf } from './dialect.ts'
import { readEmbeddings } from './embeddings-answer.ts'
import { completionBody, embeddingsBody } from './other-bodies.ts'

/**
 * Any endpoint of the OpenAI HTTP API: chat completions, completions and embeddings. Servers that differ from OpenAI's
 * own have a row in the table of dialects. Usage is always asked for.
 */
export const openaiProvider: Provider = {
  protocol: 'openai',
  open: async (target, { dispatcher, clock }) => {
    const settings = target.serve === 'provider' ? target.provider : undefined
    if (!settings?.endpoint) throw new Error('it has no endpoint: set spec.endpoint of its ModelProvider')
    const endpoint = new URL(settings.endpoint)
    const dialect = dialectOf(settings.dialect, endpoint)
    const upstream = { dispatcher, clock, origin: endpoint.origin, timeoutMs: settings.timeoutMs }
    return openBackend(upstream, endpoint, settings, dialect)
  },
}

function openBackend(
  upstream: Upstream,
  endpoint: URL,
  { options = {} }: ProviderSettings,
  dialect: Dialect,
): Backend {
  const pathname = endpoint.pathname.replace(/\/+$/, '')
  const pathOf = (operation: CanonicalRequest['operation'], model: string): string => {
    const path = pathname + dialect.path(operation, { model, pathname, options })
    return endpoint.search === ''
      ? path
      : path + (path.includes('?') ? `&${endpoint.search.slice(1)}` : endpoint.search)
  }
  return {
    answer: async (request, signal) => {
      const { operation, body, dropped } = encode(request.request, dialect)
      const stream = request.request.stream && operation !== 'embeddings'
      const headers = commonHeaders(stream, request.trace)
      if (request.secret !== undefined) {
        if (dialect.auth === 'api-key') headers['api-key'] = request.secret
        else headers.authorization = `Bearer ${request.secret}`
      }
      const answer = await callUpstream(
        upstream,
        request,
        {
          path: pathOf(operation, request.request.model),
          headers,
          body,
          ...reading(operation, request),
        },
        signal,
      )
      return dropped.length > 0 ? { ...answer, dropped } : answer
    },
  }
}

interface Encoded extends EncodedBody {
  operation: CanonicalRequest['operation']
}

/** What this server can not do in one operation it may do in another. */
function encode(request: CanonicalRequest, dialect: Dialect): Encoded {
  const { operation } = request
  if (operation === 'embeddings') {
    if (!dialect.operations.includes('embeddings')) throw unsupported('makes no embeddings')
    return { operation, ...embeddingsBody(request, dialect) }
  }
  const completion = operation === 'completion' ? completionBody(request, dialect) : undefined
  return completion ? { operation, ...completion } : { operation: 'chat', ...chatBody(request, dialect) }
}

function reading(operation: CanonicalRequest['operation'], request: ProviderRequest) {
  const reader = () =>
    new AnswerReader(operation === 'completion' ? 'openai-completions' : 'openai-chat', {
      call: request.call,
      ...confidentialOf(request),
    })
  return {
    reader,
    whole: (data: string) =>
      operation === 'embeddings' ? readEmbeddings(data, request) : reader().whole(data),
  }
}
