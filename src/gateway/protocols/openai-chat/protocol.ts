import { readBody } from '../fields.ts'
import { openAiErrorBody } from '../openai-error.ts'
import type { Protocol } from '../protocol.ts'
import { writeEvent } from '../sse.ts'
import { ChunkEncoder } from './encode-stream.ts'
import { encodeWhole } from './encode-whole.ts'
import { readChat } from './parse-request.ts'

/** OpenAI chat completions, as in https://platform.openai.com/docs/api-reference/chat. */
export const openAiChat: Protocol = {
  name: 'openai-chat',
  path: '/v1/chat/completions',
  parse: body => readBody(body, readChat),
  encode: context => {
    // Whole answers, the shortest path, need no state.
    let stream: ChunkEncoder | undefined
    const streamOf = (): ChunkEncoder => {
      stream ??= new ChunkEncoder(context)
      return stream
    }
    return {
      whole: frame => encodeWhole(frame, context),
      frame: frame => streamOf().frame(frame),
      end: () => streamOf().end(),
      failure: failure => writeEvent(JSON.stringify(openAiErrorBody(failure))),
    }
  },
  errorBody: openAiErrorBody,
}
