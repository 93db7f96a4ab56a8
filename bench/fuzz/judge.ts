import { EventReader } from '../../src/gateway/protocols/sse.ts'
import { fieldOf, type HttpMessage } from '../load/messages.ts'

type Json = Record<string, unknown>

/** What is wrong with an answer to a request for `path`; undefined when it is well-formed. */
export function defectOf({ status, head, body }: HttpMessage, path: string | undefined): string | undefined {
  const type = fieldOf(head, 'content-type') ?? ''
  const protocol = path?.split('?')[0]
  if (type.startsWith('text/event-stream'))
    return status === 200 ? streamDefect(body, protocol) : `a stream with status ${status}`
  if (protocol === undefined && status < 300) return undefined
  if (!type.startsWith('application/json')) return `${status} with content type "${type}"`
  let value: Json
  try {
    value = JSON.parse(body.toString())
  } catch {
    return `${status} with a body that is not JSON`
  }
  if (status >= 400) return errorDefect(status, value, protocol)
  if (status === 202 && protocol === '/v1/feedback') return undefined
  return status === 200 ? wholeDefect(value, protocol) : `status ${status}`
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

function errorDefect(status: number, value: Json, protocol: string | undefined): string | undefined {
  const error = value.error as Json | undefined
  if (!isText(error?.message) || !isText(error?.type)) return `${status} without error.message and error.type`
  // The gateway's upstream is well in these runs: whatever fails, fails here.
  if (status >= 500) return `${status} ${JSON.stringify(error).slice(0, 200)}`
  const openAi = error !== undefined && 'param' in error && 'code' in error
  const anthropic = value.type === 'error'
  const wanted = protocol === undefined ? openAi || anthropic : isAnthropic(protocol) ? anthropic : openAi
  return wanted ? undefined : `${status} is no error of ${protocol}`
}

const isAnthropic = (protocol: string): boolean =>
  protocol === '/v1/messages' || protocol === '/v1/messages/count_tokens'

const wholes: Record<string, (value: Json) => boolean> = {
  '/v1/chat/completions': value => value.object === 'chat.completion' && Array.isArray(value.choices),
  '/v1/completions': value => value.object === 'text_completion' && Array.isArray(value.choices),
  '/v1/embeddings': value => value.object === 'list' && Array.isArray(value.data),
  '/v1/responses': value => value.object === 'response' && Array.isArray(value.output),
  '/v1/messages': value => value.type === 'message' && Array.isArray(value.content),
  '/v1/messages/count_tokens': value => typeof value.input_tokens === 'number',
}

function wholeDefect(value: Json, protocol: string | undefined): string | undefined {
  const isGood = wholes[protocol ?? '']
  return !isGood || isGood(value) ? undefined : `200 is no answer of ${protocol}`
}

const lastTypes: Record<string, readonly string[]> = {
  '/v1/responses': ['response.completed', 'response.incomplete', 'response.failed', 'error'],
  '/v1/messages': ['message_stop', 'error'],
}

function streamDefect(body: Buffer, protocol: string | undefined): string | undefined {
  const reader = new EventReader(32 << 20)
  const events = reader.push(body)
  if (reader.unfinished > 0) return 'a stream that ends inside an event'
  const last = events.at(-1)
  if (!last) return 'a stream without events'
  for (const { data } of events)
    if (data !== '[DONE]')
      try {
        JSON.parse(data)
      } catch {
        return `an event that is not JSON: ${data.slice(0, 100)}`
      }
  if (protocol === undefined) return undefined
  const ends = lastTypes[protocol]
  if (ends)
    return ends.includes(JSON.parse(last.data).type)
      ? undefined
      : `a stream that ends in ${last.data.slice(0, 100)}`
  const failed = last.data !== '[DONE]' && 'error' in JSON.parse(last.data)
  return last.data === '[DONE]' || failed ? undefined : `a stream that ends in ${last.data.slice(0, 100)}`
}
