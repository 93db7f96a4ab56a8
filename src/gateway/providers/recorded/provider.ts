import { type CanonicalRequest, lastUserText, textOf } from '../../canonical/request.ts'
import { estimateTokens, noUsage, type Usage } from '../../canonical/usage.ts'
import { type Provider, ProviderError } from '../provider.ts'
import { piecesOf, readyAnswer } from '../text-answer.ts'
import { type Cassette, parseCassette, type Recording } from './cassette.ts'
import { redactInput } from './redaction.ts'

/** Characters of one streamed piece: a few pieces for a usual answer. */
const pieceLength = 48

/**
 * Replays recorded answers of a language model to exactly these system and user messages. An input that was never
 * recorded is an error, not a guess. Token counts that were not recorded are estimated and marked so.
 */
export const recordedProvider: Provider = {
  protocol: 'recorded',
  open: async (target, { content }) => {
    const cassette = target.serve === 'provider' ? target.provider.cassette : undefined
    if (!cassette) throw new Error('it has no recorded answers: spec.cassette is missing')
    const answers = await content(cassette.digest, `cassette/${cassette.format}`, bytes =>
      parseCassette(bytes, cassette.format),
    )
    return {
      answer: async request => {
        const found = find(answers, systemText(request.request), lastUserText(request.request))
        if (found === undefined || request.request.operation === 'embeddings')
          throw new ProviderError(
            'no_recorded_answer',
            'no answer was recorded for this prompt and message; provider protocol "recorded" replays known inputs only',
          )
        return readyAnswer(request, {
          pieces: piecesOf(found.text, pieceLength),
          ...(found.toolCalls ? { toolCalls: found.toolCalls } : {}),
          ...(found.finish ? { finish: found.finish } : {}),
          usage: found.usage ?? estimated(request.request, found),
        })
      },
    }
  },
}

/** As it was said, else as it was recorded when its personal data and secrets had been masked. */
function find(answers: Cassette, system: string, user: string): Recording | undefined {
  const found = answers.find(system, user)
  if (found || !answers.redacted) return found
  const input = redactInput(system, user)
  const recording = answers.find(input.system, input.user)
  return recording && input.restore(recording)
}

export const systemText = ({ messages }: Pick<CanonicalRequest, 'messages'>): string =>
  messages
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map(textOf)
    .join('\n')

function estimated({ messages }: CanonicalRequest, { text, toolCalls = [] }: Recording): Usage {
  const said = toolCalls.reduce((sum, call) => sum + call.name.length + call.arguments.length, text.length)
  return {
    ...noUsage,
    input: estimateTokens(messages.reduce((sum, message) => sum + textOf(message).length, 0)),
    output: estimateTokens(said),
    source: 'estimated',
  }
}
