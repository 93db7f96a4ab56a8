import { type ForeignFields, names } from '../upstream/foreign-fields.ts'

/** What chat completions take of requests of other protocols. */
export const chatFields: ForeignFields = {
  'openai-completions': {
    carried: names('logit_bias store metadata service_tier safety_identifier prompt_cache_key'),
    told: names(
      'model prompt max_tokens temperature top_p n stream stream_options stop presence_penalty frequency_penalty seed user',
    ),
  },
  'openai-responses': {
    carried: names('metadata service_tier store safety_identifier prompt_cache_key'),
    told: names(
      'model input instructions max_output_tokens temperature top_p stream stream_options tools tool_choice parallel_tool_calls text reasoning user',
    ),
  },
  'anthropic-messages': {
    carried: new Set(),
    told: names(
      'model messages system max_tokens temperature top_p top_k stop_sequences stream tools tool_choice thinking metadata output_config',
    ),
  },
}
