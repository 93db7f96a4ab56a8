import { estimateTokens, usageOf } from '../../protocols/openai/completion.ts'
import { type ChatMessage, lastUserText, textOf } from '../../protocols/openai/request.ts'
import { type Provider, ProviderError } from '../provider.ts'
import { textAnswer } from '../text-answer.ts'
import { parseCassette } from './cassette.ts'

/** Characters of one streamed piece: a few pieces for a usual answer. */
const pieceLength = 48

/**
 * Replays recorded answers of a language model to exactly these system and user messages. An input that was never
 * recorded is an error, not a guess. Token counts were not recorded, so they are estimated and marked so.
 */
export const recordedProvider: Provider = {
  protocol: 'recorded',
  open: async ({ bundle, name }, { content }) => {
    const cassette = bundle.serve === 'provider' ? bundle.provider.cassette : undefined
    if (!cassette) throw new Error(`release ${name} has no recorded answers: spec.cassette is missing`)
    const answers = await content(cassette.digest, `cassette/${cassette.format}`, bytes =>
      parseCassette(bytes, cassette.format),
    )
    return {
      answer: async request => {
        const { messages, model } = request.chat
        const answer = answers.find(systemText(messages), lastUserText(messages))
        if (answer === undefined)
          throw new ProviderError(
            'no_recorded_answer',
            'no answer was recorded for this prompt and message; provider protocol "recorded" replays known inputs only',
          )
        const inputTokens = estimateTokens(messages.reduce((sum, message) => sum + textOf(message).length, 0))
        const outputTokens = estimateTokens(answer.length)
        return textAnswer(
          request,
          { model, pieces: pieces(answer), usage: usageOf(inputTokens, outputTokens) },
          { output: answer, inputTokens, outputTokens, usageSource: 'estimated' },
        )
      },
    }
  },
}

const systemText = (messages: readonly ChatMessage[]): string =>
  messages
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map(textOf)
    .join('\n')

/** Cut by code points, so that no piece holds half a character. */
function pieces(text: string): string[] {
  const points = Array.from(text)
  const cut: string[] = []
  for (let i = 0; i < points.length; i += pieceLength) cut.push(points.slice(i, i + pieceLength).join(''))
  return cut
}
