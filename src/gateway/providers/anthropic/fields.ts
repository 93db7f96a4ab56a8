import { type ForeignFields, names } from '../upstream/foreign-fields.ts'

/** What messages take of requests of other protocols. */
export const messagesFields: ForeignFields = {
  'openai-chat': {
    carried: new Set(),
    told: names(
      'model messages max_tokens max_completion_tokens temperature top_p top_k n stream stream_options stop presence_penalty frequency_penalty seed user tools tool_choice parallel_tool_calls response_format reasoning_effort reasoning',
    ),
  },
  'openai-completions': {
    carried: new Set(),
    told: names(
      'model prompt max_tokens temperature top_p n stream stream_options stop presence_penalty frequency_penalty seed user',
    ),
  },
  'openai-responses': {
    carried: new Set(),
    told: names(
      'model input instructions max_output_tokens temperature top_p stream stream_options tools tool_choice parallel_tool_calls text reasoning user',
    ),
  },
}
