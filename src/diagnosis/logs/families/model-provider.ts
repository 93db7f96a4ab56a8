import type { Family } from '../family.ts'

interface Form {
  form: RegExp
  means: string
  fix: string
  class: 'context' | 'provider' | 'budget' | 'config'
}

const forms: readonly Form[] = [
  {
    form: /context_length_exceeded|maximum context length|context window (?:is )?(?:exceeded|full)|prompt is too long|input (?:is )?too long|too many (?:input )?tokens|max(?:imum)?[_ ]tokens .{0,60}exceed/i,
    means: "sends more than the model's context length takes",
    fix: 'Cut what is put into the prompt (history, retrieved text), or use a model with a longer context.',
    class: 'context',
  },
  {
    form: /(?:Incorrect|invalid)[ _]api[ _]key|invalid x-api-key|invalid_api_key/i,
    means: 'is refused by the model provider: its API key is not valid',
    fix: 'Put a valid key into the Secret that the ModelProvider names.',
    class: 'provider',
  },
  {
    form: /insufficient_quota|exceeded your current quota|billing_hard_limit|credit balance is too low/i,
    means: 'has no quota left at the model provider',
    fix: 'Raise the quota or the budget at the provider, or route to another.',
    class: 'budget',
  },
  {
    form: /(?:model|deployment) [`'"]?[\w./:-]{1,100}[`'"]? (?:does not exist|not found|has been deprecated|is not available)|model_not_found/i,
    means: 'asks for a model that the provider does not have',
    fix: "Compare the model's name with what the provider serves.",
    class: 'provider',
  },
  {
    form: /content[_ ](?:filter|policy)|overloaded_error|model (?:is )?(?:currently )?overloaded|rate_limit_exceeded.{0,80}tokens|tokens per min/i,
    means: 'is turned away by the model provider (overload, token rate or content policy)',
    fix: 'Spread the load, fall back to another provider, and look at what is asked.',
    class: 'provider',
  },
]

/** A provider of language models refuses. */
export const modelProvider: Family = {
  name: 'model-provider',
  class: 'provider',
  words: [
    'context',
    'prompt',
    'token',
    'api key',
    'api_key',
    'api-key',
    'quota',
    'model',
    'content',
    'overloaded',
    'billing',
    'credit',
    'input',
  ],
  read(text) {
    const found = forms.find(({ form }) => form.test(text))
    return found && { means: found.means, fix: found.fix, tells: 0.92, class: found.class }
  },
}
