import { createHash } from 'node:crypto'
import type { Clock } from '../../../lib/clock.ts'
import type { AnswerEvent, FinishReason, Frame } from '../../canonical/answer.ts'
import { type CanonicalRequest, lastUserText, textOf } from '../../canonical/request.ts'
import { estimateTokens, noUsage, type Usage } from '../../canonical/usage.ts'
import { type Backend, type Provider, ProviderError, type ProviderRequest } from '../provider.ts'
import { systemText } from '../recorded/provider.ts'
import { framesOf, piecesOf } from '../text-answer.ts'
import { parseScript, type Script } from './script.ts'

/** A provider that does what its settings say, the same every time: for tests, and for trying a route without a key. */
export const scriptedProvider: Provider = {
  protocol: 'scripted',
  open: async (target, { clock }) => {
    const options = target.serve === 'provider' ? target.provider.options : undefined
    return openBackend(parseScript(options ?? {}), clock)
  },
}

function openBackend(script: Script, clock: Clock): Backend {
  let count = 0
  return {
    answer: async (request, signal) => {
      signal.throwIfAborted()
      const before = count++
      const failure = failureOf(script, request.request, before)
      if (failure && script.failAfter === undefined) throw failure
      if (request.request.operation === 'embeddings') return { whole: embeddings(script, request) }
      const frames = answerFrames(script, request, before)
      if (request.request.stream) return { stream: stream(script, frames, failure, clock, signal) }
      if (script.firstTokenMs > 0) await clock.sleep(script.firstTokenMs, signal)
      if (failure) throw failure
      return { whole: { events: frames.flatMap(({ events }) => events) } }
    },
    countTokens: async ({ request }) => inputOf(request),
  }
}

function failureOf(
  { fail, failWhen, failFirst, retryAfterMs }: Script,
  request: CanonicalRequest,
  before: number,
): ProviderError | undefined {
  if (fail === undefined || before >= failFirst) return undefined
  if (failWhen !== undefined && !lastUserText(request).includes(failWhen)) return undefined
  return new ProviderError(fail, `the script says ${fail}`, { retryAfterMs })
}

function answerFrames(script: Script, request: ProviderRequest, before: number): Frame[] {
  const { request: asked } = request
  const text = script.answer
    .replaceAll('{user}', () => lastUserText(asked))
    .replaceAll('{system}', () => systemText(asked))
    .replaceAll('{model}', () => asked.model)
    .replaceAll('{count}', () => String(before))
  const [start, ...rest] = framesOf(request, {
    pieces: piecesOf(text, script.pieces),
    toolCalls: script.tools.map(({ name, arguments: argumentsText }, index) => ({
      id: `call_${before}_${index}`,
      name,
      arguments: argumentsText,
    })),
    ...(script.finish === undefined ? {} : { finish: script.finish as FinishReason }),
    usage: usageOf(script, asked, text),
  })
  const reasoning: Frame[] = piecesOf(script.reasoning, script.pieces).map(piece => ({
    events: [{ type: 'reasoning', choice: 0, text: piece }],
  }))
  const answer = script.usage === 'none' ? rest.slice(0, -1) : rest
  return start ? [start, ...reasoning, ...answer] : answer
}

async function* stream(
  { firstTokenMs, pieceMs, failAfter }: Script,
  frames: readonly Frame[],
  failure: ProviderError | undefined,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<readonly Frame[]> {
  if (firstTokenMs > 0) await clock.sleep(firstTokenMs, signal)
  let pieces = 0
  for (const frame of frames) {
    signal.throwIfAborted()
    const text = frame.events.some(({ type }) => type === 'text')
    if (text && failure && pieces === failAfter) throw failure
    if (text && pieces > 0 && pieceMs > 0) await clock.sleep(pieceMs, signal)
    if (text) pieces++
    yield [frame]
  }
  signal.throwIfAborted()
  if (failure) throw failure
}

function usageOf({ usage }: Script, request: CanonicalRequest, text: string): Usage {
  return typeof usage === 'object'
    ? { ...noUsage, ...usage }
    : { ...noUsage, input: inputOf(request), output: estimateTokens(text.length) }
}

const inputOf = ({ messages, inputs = [] }: CanonicalRequest): number =>
  estimateTokens(
    messages.reduce((sum, message) => sum + textOf(message).length, 0) +
      inputs.reduce((sum, input) => sum + input.length, 0),
  )

/** Equal texts have equal vectors of length 1. */
function embeddings({ dimensions }: Script, { call, request }: ProviderRequest): Frame {
  const events: AnswerEvent[] = [{ type: 'start', id: `embd-${call}`, model: request.model }]
  for (const [index, input] of (request.inputs ?? []).entries()) {
    const bytes = createHash('shake256', { outputLength: dimensions })
      .update(typeof input === 'string' ? input : input.join(' '))
      .digest()
    const length = Math.hypot(...bytes) || 1
    events.push({ type: 'embedding', index, vector: Array.from(bytes, byte => byte / length) })
  }
  events.push({ type: 'usage', usage: { ...noUsage, input: inputOf(request) } })
  return { events }
}
