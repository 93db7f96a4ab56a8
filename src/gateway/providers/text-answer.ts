import type { AnswerEvent, FinishReason, Frame } from '../canonical/answer.ts'
import type { Usage } from '../canonical/usage.ts'
import type { ProviderAnswer, ProviderRequest } from './provider.ts'

/** An answer that is there already. */
export interface ReadyAnswer {
  /** The text, in the pieces in which a stream sends it. */
  pieces: readonly string[]
  toolCalls?: readonly { id: string; name: string; arguments: string }[]
  finish?: FinishReason
  usage: Usage
}

/** Answers with what is there already, streamed in pieces when the client asked for a stream. */
export function readyAnswer(request: ProviderRequest, answer: ReadyAnswer): ProviderAnswer {
  const frames = framesOf(request, answer)
  return request.request.stream
    ? { stream: oneGroup(frames) }
    : { whole: { events: frames.flatMap(({ events }) => events) } }
}

/** The events of an answer, one frame a piece. */
export function framesOf(
  { call, at, request }: ProviderRequest,
  { pieces, toolCalls = [], finish, usage }: ReadyAnswer,
): Frame[] {
  const { model, choices } = request
  const frames: Frame[] = [
    frame({ type: 'start', id: `chatcmpl-${call}`, model, created: Math.floor(at / 1000) }),
  ]
  const reason = finish ?? (toolCalls.length > 0 ? 'tool-calls' : 'stop')
  for (let choice = 0; choice < choices; choice++) {
    for (const text of pieces) if (text !== '') frames.push(frame({ type: 'text', choice, text }))
    for (const [index, { id, name, arguments: text }] of toolCalls.entries())
      frames.push(
        frame(
          { type: 'tool-call', choice, index, id, name },
          { type: 'tool-arguments', choice, index, text },
        ),
      )
    frames.push(frame({ type: 'finish', choice, reason }))
  }
  frames.push(frame({ type: 'usage', usage }))
  return frames
}

/** Cut by code points, so that no piece holds half a character. */
export function piecesOf(text: string, length: number): string[] {
  const points = Array.from(text)
  const cut: string[] = []
  for (let i = 0; i < points.length; i += length) cut.push(points.slice(i, i + length).join(''))
  return cut
}

const frame = (...events: AnswerEvent[]): Frame => ({ events })

async function* oneGroup(frames: readonly Frame[]): AsyncGenerator<readonly Frame[]> {
  yield frames
}
