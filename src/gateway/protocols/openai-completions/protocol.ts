import { type AnswerEvent, createFold, type Frame } from '../../canonical/answer.ts'
import { finishToOpenAi } from '../../canonical/finish-reason.ts'
import type { Usage } from '../../canonical/usage.ts'
import { usageToOpenAi } from '../../canonical/usage-openai.ts'
import { readBody } from '../fields.ts'
import { openAiErrorBody } from '../openai-error.ts'
import { withoutUsage } from '../openai-unasked-usage.ts'
import type { AnswerContext, Encoder, Protocol } from '../protocol.ts'
import { writeEvent } from '../sse.ts'
import { readCompletion } from './parse-request.ts'

/** OpenAI completions, the form before chat, as in https://platform.openai.com/docs/api-reference/completions. */
export const openAiCompletions: Protocol = {
  name: 'openai-completions',
  path: '/v1/completions',
  parse: body => readBody(body, readCompletion),
  encode: createEncoder,
  errorBody: openAiErrorBody,
}

function createEncoder({ request, call, at }: AnswerContext): Encoder {
  const wantsUsage = request.usageInStream
  const open = new Set<number>()
  let start: Extract<AnswerEvent, { type: 'start' }> | undefined
  let usage: Usage | undefined
  let usageIsSent = false
  const head = () => ({
    id: start?.id || `cmpl-${call}`,
    object: 'text_completion',
    created: start?.created ?? Math.floor(at / 1000),
    model: start?.model || request.model,
  })
  const chunk = (index: number, text: string, finish: string | null): string =>
    writeEvent(
      JSON.stringify({
        ...head(),
        choices: [{ text, index, logprobs: null, finish_reason: finish }],
        ...(wantsUsage ? { usage: null } : {}),
      }),
    )
  const note = (event: AnswerEvent): void => {
    if (event.type === 'start') start = event
    else if (event.type === 'usage') usage = event.usage
    else if (event.type === 'finish') open.delete(event.choice)
    else if (event.type === 'text') open.add(event.choice)
  }
  const pass = ({ events }: Frame, data: string): string => {
    const counts = events.some(({ type }) => type === 'usage')
    if (!data.includes('"usage"')) return writeEvent(data)
    usageIsSent ||= counts && wantsUsage
    const rest = wantsUsage ? data : withoutUsage(data, counts)
    return rest === undefined ? '' : writeEvent(rest)
  }
  return {
    whole: ({ events, wire }) => {
      if (wire?.protocol === 'openai-completions') return wire.data
      for (const event of events) note(event)
      const fold = createFold()
      fold.add(events)
      const choices = fold.content.choices.map(({ text, finish = 'stop' }, index) => ({
        text,
        index,
        logprobs: null,
        finish_reason: finishToOpenAi(finish),
      }))
      return JSON.stringify({ ...head(), choices, ...(usage ? { usage: usageToOpenAi(usage) } : {}) })
    },
    frame: frame => {
      for (const event of frame.events) note(event)
      if (frame.wire?.protocol === 'openai-completions') return pass(frame, frame.wire.data)
      let out = ''
      for (const event of frame.events) {
        if (event.type === 'text') out += chunk(event.choice, event.text, null)
        if (event.type === 'finish') out += chunk(event.choice, '', finishToOpenAi(event.reason))
      }
      return out
    },
    end: () => {
      let out = ''
      for (const index of open) out += chunk(index, '', 'stop')
      if (wantsUsage && usage && !usageIsSent)
        out += writeEvent(JSON.stringify({ ...head(), choices: [], usage: usageToOpenAi(usage) }))
      return `${out}data: [DONE]\n\n`
    },
    failure: failure => writeEvent(JSON.stringify(openAiErrorBody(failure))),
  }
}
