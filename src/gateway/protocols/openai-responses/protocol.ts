import { readBody } from '../fields.ts'
import { openAiErrorBody } from '../openai-error.ts'
import type { Protocol } from '../protocol.ts'
import { ResponseEncoder } from './encode-stream.ts'
import { readResponses } from './parse-request.ts'

/** OpenAI responses, as in https://platform.openai.com/docs/api-reference/responses. */
export const openAiResponses: Protocol = {
  name: 'openai-responses',
  path: '/v1/responses',
  parse: body => readBody(body, readResponses),
  encode: context => new ResponseEncoder(context),
  errorBody: openAiErrorBody,
}
