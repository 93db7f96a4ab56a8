import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import type { AnswerEvent, FinishReason } from '../../canonical/answer.ts'
import { ProviderError } from '../provider.ts'
import type { Service } from './service.ts'
import { bucketsOf } from './usage.ts'

/** Turns what the SDK says, streamed or whole, into events; one per answer. */
export interface EventReader {
  /** @throws ProviderError when the answer ended without its end */
  part(part: LanguageModelV4StreamPart | LanguageModelV4Content): AnswerEvent[]
  finish(
    reason: LanguageModelV4FinishReason,
    usage: LanguageModelV4Usage,
    metadata?: SharedV4ProviderMetadata,
  ): AnswerEvent[]
}

const choice = 0

export function createEventReader(service: Service): EventReader {
  const calls = new Map<string, { index: number; streamed: boolean }>()
  const begin = (id: string, name: string): AnswerEvent => {
    const index = calls.size
    calls.set(id, { index, streamed: false })
    return { type: 'tool-call', choice, index, id, name }
  }
  const argumentsOf = (id: string, text: string): AnswerEvent[] => {
    const call = calls.get(id)
    if (!call) return []
    call.streamed ||= text !== ''
    return [{ type: 'tool-arguments', choice, index: call.index, text }]
  }
  const reasoning = (text: string, metadata: SharedV4ProviderMetadata | undefined): AnswerEvent[] => {
    const { namespace, thoughts } = service
    const own = metadata?.[namespace]
    const signature = thoughts && textField(own?.[thoughts.signature])
    const redacted = textField(thoughts?.redacted && own?.[thoughts.redacted])
    if (redacted !== undefined) return [{ type: 'reasoning', choice, text, redacted }]
    if (signature !== undefined) return [{ type: 'reasoning', choice, text, signature }]
    return text === '' ? [] : [{ type: 'reasoning', choice, text }]
  }
  return {
    part: part => {
      switch (part.type) {
        case 'text':
          return [{ type: 'text', choice, text: part.text }]
        case 'text-delta':
          return part.delta === '' ? [] : [{ type: 'text', choice, text: part.delta }]
        case 'reasoning':
          return reasoning(part.text, part.providerMetadata)
        case 'reasoning-delta':
          return reasoning(part.delta, part.providerMetadata)
        case 'reasoning-end':
          return reasoning('', part.providerMetadata)
        case 'tool-input-start':
          return part.providerExecuted ? [{ type: 'opaque' }] : [begin(part.id, part.toolName)]
        case 'tool-input-delta':
          return argumentsOf(part.id, part.delta)
        case 'tool-call': {
          if (part.providerExecuted) return [{ type: 'opaque' }]
          const { toolCallId: id, input } = part
          const known = calls.get(id)
          if (known) return known.streamed ? [] : argumentsOf(id, input)
          return [begin(id, part.toolName), ...argumentsOf(id, input)]
        }
        case 'file':
        case 'reasoning-file':
        case 'source':
        case 'custom':
        case 'tool-result':
        case 'tool-approval-request':
          return [{ type: 'opaque' }]
        default:
          return []
      }
    },
    finish: (reason, usage, metadata) => {
      const counted = bucketsOf(usage, service)
      const sequence = metadata?.[service.namespace]?.stopSequence
      return [
        {
          type: 'finish',
          choice,
          reason: reasonOf(reason, typeof sequence === 'string'),
          ...(typeof sequence === 'string' ? { stopSequence: sequence } : {}),
        },
        ...(counted ? [{ type: 'usage' as const, usage: counted }] : []),
      ]
    },
  }
}

const textField = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Reasons that services tell apart and the SDK does not. */
const raws: Readonly<Record<string, FinishReason>> = {
  stop_sequence: 'stop-sequence',
  STOP_SEQUENCE: 'stop-sequence',
  model_context_window_exceeded: 'context-window',
  model_length: 'context-window',
  refusal: 'refusal',
  pause_turn: 'pause',
}

function reasonOf({ unified, raw }: LanguageModelV4FinishReason, sequence: boolean): FinishReason {
  const told = raw === undefined || !Object.hasOwn(raws, raw) ? undefined : raws[raw]
  if (told) return told
  switch (unified) {
    case 'length':
    case 'content-filter':
    case 'tool-calls':
      return unified
    case 'error':
      throw new ProviderError(
        'provider_error',
        `the provider ended its answer with ${raw?.slice(0, 64) ?? 'an error'}`,
      )
    case 'interrupted':
      throw interrupted()
    default:
      // Packages that do not know `interrupted` begin with a reason that has no words of the provider.
      if (raw === undefined) throw interrupted()
      return sequence ? 'stop-sequence' : 'stop'
  }
}

export const interrupted = (cause?: unknown): ProviderError =>
  new ProviderError(
    'provider_interrupted',
    "the provider's stream ended before the answer did",
    {},
    { cause },
  )
