import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock'
import type { JSONObject } from '@ai-sdk/provider'
import type { Usage } from '../../canonical/usage.ts'
import { ProviderError } from '../provider.ts'
import { fieldsOf, keyOf, type Service } from './service.ts'

/**
 * Amazon Bedrock's Converse API. The secret is a Bedrock API key, or JSON with accessKeyId, secretAccessKey and,
 * for temporary credentials, sessionToken. options.region says where.
 */
export const bedrock: Service = {
  title: 'Amazon Bedrock',
  namespace: 'amazonBedrock',
  thoughts: { signature: 'signature', redacted: 'redactedContent' },
  connect: ({ endpoint, options = {} }) => {
    const { region } = options
    if (region === undefined || !/^[a-z0-9-]{4,32}$/.test(region))
      throw new Error('Amazon Bedrock needs options.region, such as eu-central-1')
    const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
    const settings = { region, baseURL: endpoint ?? `https://bedrock-runtime.${region}.${suffix}` }
    return access => {
      const secret = keyOf(access, 'Amazon Bedrock')
      const bedrock = createAmazonBedrock({ ...settings, ...credentials(secret), fetch: access.fetch })
      return { language: bedrock.languageModel, embedding: bedrock.embeddingModel }
    }
  },
  options: ({ reasoning, parallelTools }) => ({
    amazonBedrock:
      reasoning?.budgetTokens === undefined
        ? {}
        : { reasoningConfig: { type: 'enabled', budgetTokens: reasoning.budgetTokens } },
    ...(parallelTools === false ? { anthropic: { disableParallelToolUse: true } } : {}),
  }),
  dimensions: dimensions => ({ dimensions }),
  usage: cacheWrites,
}

/** An empty apiKey keeps the package from one in the environment, which would win over the account's own. */
function credentials(secret: string) {
  const account = fieldsOf(secret)
  if (!account) return { apiKey: secret }
  const { accessKeyId, secretAccessKey, sessionToken } = account
  if (!accessKeyId || !secretAccessKey)
    throw new ProviderError(
      'provider_unauthorized',
      'the Secret of the ModelProvider must be a Bedrock API key, or JSON with accessKeyId and secretAccessKey',
    )
  return { apiKey: '', accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
}

/** What is kept for an hour has its own price (CacheDetail of the Converse API). */
function cacheWrites(raw: JSONObject, usage: Usage): Usage {
  if (!Array.isArray(raw.cacheDetails)) return usage
  const long = raw.cacheDetails.find(({ ttl }) => ttl === '1h')?.inputTokens
  return typeof long === 'number' ? { ...usage, cacheWriteLong: Math.min(long, usage.cacheWrite) } : usage
}
