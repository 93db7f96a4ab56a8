import type { CanonicalRequest } from '../../canonical/request.ts'

/**
 * How an endpoint of the OpenAI API differs from OpenAI's own, as its public documentation says. One row per server; what
 * a row does not name is as in the first one.
 */
export interface Dialect {
  /** Hosts that are it when the ModelProvider does not say. */
  hosts?: RegExp
  /** Header that carries the key. */
  auth: 'bearer' | 'api-key'
  /** Path below the endpoint, with query. */
  path(operation: CanonicalRequest['operation'], target: PathTarget): string
  operations: readonly CanonicalRequest['operation'][]
  /** Fields for the limit of output tokens that it knows, the preferred one first. */
  maxTokens: readonly ('max_completion_tokens' | 'max_tokens')[]
  /** Understands `stream_options.include_usage`; the others tell usage unasked. */
  usageOption: boolean
  /** Knows the role `developer`; else it is sent as `system`. */
  developer: boolean
  /** Fields that have another name here. */
  renamed: Readonly<Record<string, string>>
  /** Fields that it refuses, or ignores where a client should know. */
  unsupported: readonly string[]
  messageName: boolean
  topK: boolean
  /** Takes `n` above 1. */
  manyChoices: boolean
  /** Takes a JSON schema as response format, not only `json_object`. */
  schemaFormat: boolean
  /** Takes text parts; else they are joined to one string. */
  textParts: boolean
  /** Field of reasoning effort: a word of its own, or inside `reasoning`. */
  reasoning: 'reasoning_effort' | 'reasoning'
  /** Field of an assistant message that takes earlier reasoning back. */
  reasoningInput?: 'reasoning_content' | 'reasoning_details'
  /** Its word for a tool call that must happen. */
  toolChoiceRequired: 'required' | 'any'
  /** Tool call ids are nine letters or digits. */
  shortToolIds: boolean
  /** Sends embeddings as base64 when asked. */
  base64: boolean
}

interface PathTarget {
  model: string
  /** Of the endpoint. */
  pathname: string
  options: Readonly<Record<string, string>>
}

const paths = { chat: '/chat/completions', completion: '/completions', embeddings: '/embeddings' }

const openai: Dialect = {
  hosts: /(^|\.)api\.openai\.com$/,
  auth: 'bearer',
  path: operation => paths[operation],
  operations: ['chat', 'completion', 'embeddings'],
  maxTokens: ['max_completion_tokens', 'max_tokens'],
  usageOption: true,
  developer: true,
  renamed: {},
  unsupported: [],
  messageName: true,
  topK: false,
  manyChoices: true,
  schemaFormat: true,
  textParts: true,
  reasoning: 'reasoning_effort',
  toolChoiceRequired: 'required',
  shortToolIds: false,
  base64: true,
}

/** A server that nothing is known of: older names, which every server knows. */
const { hosts: _, ...everywhere } = openai
const generic: Dialect = {
  ...everywhere,
  maxTokens: ['max_tokens', 'max_completion_tokens'],
  developer: false,
}

/** The API version of Azure that is generally available and knows `stream_options`. */
const azureVersion = '2024-10-21'

export const dialects = {
  openai,
  azure: {
    ...openai,
    hosts: /\.(openai\.azure|cognitiveservices\.azure|services\.ai\.azure)\.com$/,
    auth: 'api-key',
    // Endpoints that end in /v1 are the version-less API; the others name deployment and version.
    path: (operation, { model, pathname, options }) =>
      /\/v1\/?$/.test(pathname)
        ? paths[operation] +
          (options.apiVersion ? `?api-version=${encodeURIComponent(options.apiVersion)}` : '')
        : `${pathname.includes('/openai') ? '' : '/openai'}/deployments/${encodeURIComponent(model)}${paths[operation]}?api-version=${encodeURIComponent(options.apiVersion ?? azureVersion)}`,
  },
  generic,
  vllm: { ...generic, maxTokens: ['max_completion_tokens', 'max_tokens'], topK: true },
  'llama.cpp': { ...generic, topK: true },
  ollama: {
    ...generic,
    hosts: /(^|\.)ollama\.com$/,
    maxTokens: ['max_tokens'],
    unsupported: ['logit_bias', 'user', 'parallel_tool_calls'],
    manyChoices: false,
    base64: false,
  },
  groq: {
    ...generic,
    hosts: /(^|\.)api\.groq\.com$/,
    operations: ['chat'],
    maxTokens: ['max_completion_tokens', 'max_tokens'],
    unsupported: ['logprobs', 'top_logprobs', 'logit_bias'],
    messageName: false,
    manyChoices: false,
  },
  together: {
    ...generic,
    hosts: /(^|\.)api\.together\.(xyz|ai)$/,
    maxTokens: ['max_tokens'],
    topK: true,
    base64: false,
  },
  openrouter: {
    ...generic,
    hosts: /(^|\.)openrouter\.ai$/,
    topK: true,
    reasoning: 'reasoning',
    reasoningInput: 'reasoning_details',
    manyChoices: false,
  },
  deepseek: {
    ...generic,
    hosts: /(^|\.)api\.deepseek\.com$/,
    operations: ['chat'],
    maxTokens: ['max_tokens'],
    unsupported: ['seed', 'logit_bias', 'user', 'parallel_tool_calls', 'service_tier', 'store', 'metadata'],
    manyChoices: false,
    schemaFormat: false,
    textParts: false,
    reasoningInput: 'reasoning_content',
  },
  mistral: {
    ...generic,
    hosts: /(^|\.)api\.mistral\.ai$/,
    operations: ['chat', 'embeddings'],
    maxTokens: ['max_tokens'],
    usageOption: false,
    renamed: { seed: 'random_seed' },
    // It answers 422 to fields that it does not know.
    unsupported: [
      'logit_bias',
      'logprobs',
      'top_logprobs',
      'user',
      'store',
      'service_tier',
      'verbosity',
      'prompt_cache_key',
      'safety_identifier',
      'modalities',
      'audio',
      'web_search_options',
    ],
    toolChoiceRequired: 'any',
    shortToolIds: true,
    base64: false,
  },
} as const satisfies Record<string, Dialect>

/** The dialect that a ModelProvider names, else the one of its host. @throws Error naming the known ones */
export function dialectOf(name: string | undefined, endpoint: URL): Dialect {
  const rows: Record<string, Dialect> = dialects
  if (name !== undefined) {
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined
    if (!row) throw new Error(`there is no dialect "${name}"; there are ${Object.keys(rows).join(', ')}`)
    return row
  }
  return Object.values(rows).find(({ hosts }) => hosts?.test(endpoint.hostname)) ?? generic
}
