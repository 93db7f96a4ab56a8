import { systemClock } from '../../lib/clock.ts'
import { type AnswerContent, type AnswerEvent, createFold, type Frame } from '../canonical/answer.ts'
import type { CanonicalRequest } from '../canonical/request.ts'
import { echoRuntime } from '../gateway.world.ts'
import type { Target } from '../snapshot.ts'
import {
  type Backend,
  BlobMissing,
  type Provider,
  type ProviderAnswer,
  type ProviderContext,
  type ProviderRequest,
} from './provider.ts'

/** Requests, contexts and answers as tests of providers need them. */
export const providerSecret = 'sk-secret-of-the-contract'

export const canonical = (fields: Partial<CanonicalRequest> = {}): CanonicalRequest => ({
  operation: 'chat',
  origin: { protocol: 'openai-chat', value: {} },
  model: 'm',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hello' }] }],
  choices: 1,
  stream: false,
  usageInStream: false,
  variables: {},
  ...fields,
})

export const providerRequest = (fields: Partial<CanonicalRequest> = {}): ProviderRequest => ({
  call: '018f0000-0000-7000-8000-000000000000',
  at: 1_700_000_000_000,
  request: canonical(fields),
  secret: providerSecret,
  trace: {},
})

export const saying = (text: string): Pick<CanonicalRequest, 'messages'> => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
})

export const openTarget = (
  provider: Provider,
  target: Target,
  context: Partial<ProviderContext> & Pick<ProviderContext, 'dispatcher'>,
  blobs: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<Backend> =>
  provider.open(target, {
    clock: systemClock,
    runtimes: [echoRuntime],
    content: async (digest, _, parse) => {
      const bytes = blobs.get(digest)
      if (!bytes) throw new BlobMissing(digest)
      return parse(bytes)
    },
    ...context,
  })

/** All frames of an answer, and the error that ended them. */
export async function readFrames(answer: ProviderAnswer): Promise<{ frames: Frame[]; error?: unknown }> {
  if ('whole' in answer) return { frames: [answer.whole] }
  const frames: Frame[] = []
  try {
    for await (const group of answer.stream) frames.push(...group)
  } catch (error) {
    return { frames, error }
  }
  return { frames }
}

/** All events of an answer. @throws what ended it */
export async function readEvents(answer: ProviderAnswer): Promise<AnswerEvent[]> {
  const { frames, error } = await readFrames(answer)
  if (error !== undefined) throw error
  return frames.flatMap(({ events }) => events)
}

export function folded(events: readonly AnswerEvent[]): AnswerContent {
  const fold = createFold()
  fold.add(events)
  return fold.content
}

/** The same value, which throws when someone writes into it. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) frozen(member)
  }
  return value
}
