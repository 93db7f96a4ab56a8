import type { CanonicalRequest } from './canonical/request.ts'

type Setter = (value: string | number | boolean) => Partial<CanonicalRequest>

/** Parameters that every protocol knows, by the names OpenAI gives them. */
const known: Record<string, Setter> = {
  temperature: value => ({ temperature: Number(value) }),
  top_p: value => ({ topP: Number(value) }),
  top_k: value => ({ topK: Number(value) }),
  max_tokens: value => ({ maxTokens: Number(value) }),
  max_completion_tokens: value => ({ maxTokens: Number(value) }),
  n: value => ({ choices: Number(value) }),
  seed: value => ({ seed: Number(value) }),
  stop: value => ({ stop: [String(value)] }),
  presence_penalty: value => ({ presencePenalty: Number(value) }),
  frequency_penalty: value => ({ frequencyPenalty: Number(value) }),
  reasoning_effort: value => ({ reasoning: { effort: String(value) } }),
}

/** What a route sets in every request; parameters that only a provider knows are sent to it as they are. */
export function routeParameters(
  parameters: Readonly<Record<string, string | number | boolean>>,
): Partial<CanonicalRequest> {
  const extra = Object.entries(parameters).filter(([name]) => !Object.hasOwn(known, name))
  const fields = Object.entries(parameters).map(([name, value]) => known[name]?.(value) ?? {})
  return Object.assign({}, ...fields, extra.length > 0 ? { extra: Object.fromEntries(extra) } : {})
}
