import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { AnswerEvent, Frame } from '../../canonical/answer.ts'
import type { Target } from '../../snapshot.ts'
import type { Backend, ProviderAnswer, ProviderContext, ProviderRequest } from '../provider.ts'
import { callOptions } from './call-options.ts'
import { embed } from './embeddings.ts'
import { createEventReader, interrupted } from './events.ts'
import { type Circumstances, providerError } from './failures.ts'
import { fetchThrough } from './fetch.ts'
import type { Models, Service } from './service.ts'
import { featuresOf } from './warnings.ts'

/** Answers with one service's package. @throws Error when settings lack what it needs */
export async function openService(
  service: Service,
  target: Target,
  context: ProviderContext,
): Promise<Backend> {
  if (target.serve !== 'provider') throw new Error(`${service.title} serves no artefacts`)
  const connect = service.connect(target.provider)
  const fetch = fetchThrough(context.dispatcher)
  const { clock } = context
  let known: { secret: string | undefined; models: Models } | undefined
  const modelsFor = (secret: string | undefined): Models => {
    if (!known || known.secret !== secret) known = { secret, models: connect({ secret, fetch, clock }) }
    return known.models
  }
  return {
    answer: async (request, signal) => {
      const { secret } = request
      const circumstances: Circumstances = {
        title: service.title,
        request: request.request,
        secret,
        signal,
        now: clock.now(),
        begun: false,
      }
      try {
        signal.throwIfAborted()
        const models = modelsFor(secret)
        return await sooner(
          signal,
          request.request.operation === 'embeddings'
            ? embed(service, models.embedding(target.model), request, signal)
            : answer(service, models, target.model, request, circumstances),
        )
      } catch (error) {
        throw providerError(error, circumstances)
      }
    },
  }
}

async function answer(
  service: Service,
  models: Models,
  name: string,
  { call, at, request, trace }: ProviderRequest,
  circumstances: Circumstances,
): Promise<ProviderAnswer> {
  const model = models.language(name)
  const { options, dropped } = await callOptions(request, service, model)
  const full = { ...options, abortSignal: circumstances.signal, headers: { ...trace } }
  const reader = createEventReader(service)
  const start = (id = call, modelId = name): AnswerEvent => ({
    type: 'start',
    id,
    model: modelId,
    created: Math.floor(at / 1000),
  })
  if (request.stream) {
    const { stream } = await model.doStream(full)
    const parts = stream.getReader()
    const head = await headOf(parts, circumstances)
    for (const feature of featuresOf(head.warnings)) dropped.add(feature)
    const first = start(head.id, head.modelId)
    return { stream: framesOf(first, head.content, parts, reader, circumstances), ...named(dropped) }
  }
  const result = await model.doGenerate(full)
  for (const feature of featuresOf(result.warnings)) dropped.add(feature)
  const events = [
    start(result.response?.id, result.response?.modelId),
    ...result.content.flatMap(part => reader.part(part)),
    ...reader.finish(result.finishReason, result.usage, result.providerMetadata),
  ]
  return { whole: { events }, ...named(dropped) }
}

type Parts = ReadableStreamDefaultReader<LanguageModelV4StreamPart>

/**
 * Reads up to the first content: these services report some errors as the first event of a stream that began with
 * 200, when another provider may still answer.
 */
async function headOf(parts: Parts, { signal }: Circumstances) {
  const head: Pick<Extract<LanguageModelV4StreamPart, { type: 'stream-start' }>, 'warnings'> & {
    id?: string | undefined
    modelId?: string | undefined
    content?: LanguageModelV4StreamPart
  } = { warnings: [] }
  for (;;) {
    const { value: part, done } = await parts.read()
    signal.throwIfAborted()
    if (done) throw interrupted()
    if (part.type === 'error') throw part.error
    if (part.type === 'stream-start') head.warnings = part.warnings
    else if (part.type === 'response-metadata') {
      head.id = part.id
      head.modelId = part.modelId
    } else if (part.type !== 'ping' && part.type !== 'raw') return { ...head, content: part }
  }
}

async function* framesOf(
  start: AnswerEvent,
  first: LanguageModelV4StreamPart,
  parts: Parts,
  reader: ReturnType<typeof createEventReader>,
  circumstances: Circumstances,
): AsyncGenerator<readonly Frame[]> {
  const { signal } = circumstances
  let waiting: AnswerEvent[] = [start]
  let finished = false
  try {
    for (
      let next: { value?: LanguageModelV4StreamPart | undefined; done: boolean } = {
        value: first,
        done: false,
      };
      ;
    ) {
      signal.throwIfAborted()
      const { value: part } = next
      if (!part) break
      if (part.type === 'error') throw part.error
      if (part.type === 'finish') {
        waiting.push(...reader.finish(part.finishReason, part.usage, part.providerMetadata))
        finished = true
      } else waiting.push(...reader.part(part))
      if (waiting.length > 1 || (waiting.length === 1 && waiting[0] !== start)) {
        const events = waiting
        waiting = []
        circumstances.begun = true
        yield [{ events }]
      }
      next = await sooner(signal, parts.read())
    }
    if (!finished) throw interrupted()
  } catch (error) {
    throw providerError(error, circumstances)
  } finally {
    // Lets go of the connection when the reader left early; what it says then is of no use.
    parts.cancel().catch(() => undefined)
  }
}

const named = (dropped: ReadonlySet<string>) => (dropped.size > 0 ? { dropped: [...dropped] } : {})

/** Rejects with the signal's reason the moment it is aborted, whatever the SDK still waits for. */
function sooner<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined)
    return Promise.reject(signal.reason)
  }
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
