import type { ProviderSettings } from '../../snapshot.ts'
import { type Backend, type Provider, ProviderError, type ProviderRequest } from '../provider.ts'
import { callUpstream, commonHeaders, confidentialOf, type Upstream } from '../upstream/call.ts'
import { parseObject } from '../upstream/json.ts'
import { AnswerReader } from './answer-reader.ts'
import { countBody, messagesBody } from './body.ts'

const version = '2023-06-01'
const home = 'https://api.anthropic.com'

/**
 * The Anthropic Messages API, with `options.version` and `options.beta` for the headers `anthropic-version` and
 * `anthropic-beta`.
 */
export const anthropicProvider: Provider = {
  protocol: 'anthropic',
  open: async (target, { dispatcher, clock }) => {
    const settings = target.serve === 'provider' ? target.provider : undefined
    if (!settings) throw new Error('it does not serve a provider')
    const endpoint = new URL(settings.endpoint ?? home)
    return openBackend(
      { dispatcher, clock, origin: endpoint.origin, timeoutMs: settings.timeoutMs },
      endpoint,
      settings,
    )
  },
}

function openBackend(
  upstream: Upstream,
  endpoint: URL,
  { options = {}, maxOutputTokens }: ProviderSettings,
): Backend {
  // Endpoints are named with /v1 or without.
  const path = `${endpoint.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/messages`
  const headersOf = (request: ProviderRequest, stream: boolean): Record<string, string> => ({
    ...commonHeaders(stream, request.trace),
    'anthropic-version': options.version ?? version,
    ...betaOf(options.beta, request.request.betas),
    ...(request.secret === undefined ? {} : { 'x-api-key': request.secret }),
  })
  const reader = (request: ProviderRequest) => new AnswerReader(confidentialOf(request))
  return {
    answer: async (request, signal) => {
      const { stream } = request.request
      const { body, dropped } = messagesBody(request.request, maxOutputTokens)
      const answer = await callUpstream(
        upstream,
        request,
        {
          path: path + endpoint.search,
          headers: headersOf(request, stream),
          body,
          reader: () => reader(request),
          whole: data => reader(request).whole(data),
        },
        signal,
      )
      return dropped.length > 0 ? { ...answer, dropped } : answer
    },
    countTokens: async (request, signal) => {
      let counted: unknown
      await callUpstream(
        upstream,
        request,
        {
          path: `${path}/count_tokens${endpoint.search}`,
          headers: headersOf(request, false),
          body: countBody(request.request),
          reader: () => reader(request),
          whole: data => {
            counted = parseObject(data).input_tokens
            return { events: [] }
          },
        },
        signal,
      )
      if (typeof counted !== 'number')
        throw new ProviderError('provider_error', 'the provider answered without a count of tokens')
      return counted
    },
  }
}

/** What the ModelProvider wants always and what the client wants now; others than names are left out. */
function betaOf(always: string | undefined, betas: readonly string[] = []): Record<string, string> {
  const wanted = [...(always?.split(/\s*,\s*/) ?? []), ...betas].filter(name => /^[\w.-]{1,100}$/.test(name))
  return wanted.length === 0 ? {} : { 'anthropic-beta': [...new Set(wanted)].join(',') }
}
