import { compileOutputCheck, type OutputCheck } from './output-schema.ts'
import { compilePrompt, type Template } from './prompt.ts'
import type { ChatRequest } from './protocols/openai/request.ts'
import {
  type Backend,
  BlobMissing,
  type Provider,
  type ProviderContext,
  ProviderError,
} from './providers/provider.ts'
import type { ProviderSettings, ReleaseSnapshot } from './snapshot.ts'

/** A release of a snapshot, ready to answer. */
export interface Release extends Backend {
  snapshot: ReleaseSnapshot
  /** For the call record: the protocol, and the model's name at the provider. */
  provider: string
  model: string
  /** `namespace/name/key` of the secret it is called with. */
  secret?: string
  price?: NonNullable<ProviderSettings['price']>
  check?: OutputCheck
  /** The request as this release wants it. @throws GatewayError naming a missing variable. */
  prepare(request: ChatRequest, raw: Buffer | undefined): { chat: ChatRequest; raw?: Buffer }
}

/**
 * Opens a release. One that can never answer (unknown format, broken template) still opens and fails its own calls, so
 * that it cannot keep a snapshot with a rollback of another route from being applied.
 * @throws BlobMissing when its content cannot be had now.
 */
export async function openRelease(
  snapshot: ReleaseSnapshot,
  providers: readonly Provider[],
  context: ProviderContext,
): Promise<Release> {
  const { bundle } = snapshot
  const base =
    bundle.serve === 'model'
      ? { provider: 'model', model: bundle.format }
      : {
          provider: bundle.provider.protocol,
          model: bundle.model,
          ...(bundle.provider.secret === undefined ? {} : { secret: bundle.provider.secret }),
          ...(bundle.provider.price === undefined ? {} : { price: bundle.provider.price }),
        }
  try {
    const provider = providers.find(({ protocol }) => protocol === base.provider)
    if (!provider) throw new Error(`this gateway has no provider "${base.provider}"`)
    const prompt = bundle.serve === 'provider' ? bundle.prompt : undefined
    const template = prompt && compilePrompt(prompt)
    const check = prompt?.outputSchema && compileOutputCheck(prompt.outputSchema)
    const backend = await provider.open(snapshot, context)
    return {
      ...base,
      ...(check ? { check } : {}),
      snapshot,
      answer: (request, signal) => backend.answer(request, signal),
      prepare: preparation(snapshot, template),
    }
  } catch (error) {
    if (error instanceof BlobMissing) throw error
    const why = `release ${snapshot.name} cannot answer: ${(error as Error).message}`
    return {
      ...base,
      snapshot,
      answer: () => Promise.reject(new ProviderError('release_unusable', why, {}, { cause: error })),
      prepare: chat => ({ chat }),
    }
  }
}

function preparation({ bundle }: ReleaseSnapshot, template: Template | undefined): Release['prepare'] {
  if (bundle.serve === 'model') return chat => ({ chat })
  const { parameters, model } = bundle
  const changes = template !== undefined || Object.keys(parameters).length > 0
  return (request, raw) => {
    if (!changes && request.model === model && request.keelway === undefined)
      return raw ? { chat: request, raw } : { chat: request }
    const { keelway: _, ...chat } = request
    const messages = template ? [...template.render(request), ...request.messages] : request.messages
    return { chat: { ...chat, ...parameters, model, messages } }
  }
}
