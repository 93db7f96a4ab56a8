import type { Usage } from '../../canonical/usage.ts'
import { usageFromOpenAi } from '../../canonical/usage-openai.ts'

/** Where servers of the OpenAI API put their counts. */
export interface CarriesUsage {
  usage?: unknown
  /** Groq puts those of a stream here. */
  x_groq?: { usage?: unknown } | null
}

/** The buckets of what an answer or a chunk counts; undefined when it counts nothing. */
export function usageOf({ usage, x_groq: groq }: CarriesUsage): Usage | undefined {
  if (usage !== undefined && usage !== null) return usageFromOpenAi(withDetails(usage as DeepSeekUsage))
  return groq?.usage ? usageFromOpenAi(groq.usage) : undefined
}

interface DeepSeekUsage {
  prompt_tokens_details?: unknown
  prompt_cache_hit_tokens?: unknown
}

/** DeepSeek names what it read from its cache beside the details, or instead of them. */
function withDetails(usage: DeepSeekUsage): unknown {
  const { prompt_tokens_details: details, prompt_cache_hit_tokens: hit } = usage
  return typeof hit === 'number' && (details === undefined || details === null)
    ? { ...usage, prompt_tokens_details: { cached_tokens: hit } }
    : usage
}
