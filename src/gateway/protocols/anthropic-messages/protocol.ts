import { readBody } from '../fields.ts'
import type { Protocol } from '../protocol.ts'
import { writeEvent } from '../sse.ts'
import { MessageEncoder } from './encode-stream.ts'
import { encodeWhole } from './encode-whole.ts'
import { anthropicErrorBody } from './error.ts'
import { readMessages } from './parse-request.ts'

/** Anthropic messages, as in https://docs.anthropic.com/en/api/messages. */
export const anthropicMessages: Protocol = {
  name: 'anthropic-messages',
  path: '/v1/messages',
  parse: (body, headers) => {
    const request = readBody(body, readMessages)
    const betas = [headers['anthropic-beta'] ?? []].flat().flatMap(value => value.split(/\s*,\s*/))
    return betas.length === 0 ? request : { ...request, betas }
  },
  encode: context => {
    const stream = new MessageEncoder(context)
    return {
      whole: frame => encodeWhole(frame, context),
      frame: frame => stream.frame(frame),
      end: () => stream.end(),
      failure: failure => writeEvent(JSON.stringify(anthropicErrorBody(failure)), 'error'),
    }
  },
  errorBody: anthropicErrorBody,
}
