import { lastUserText } from '../../canonical/request.ts'
import { noUsage } from '../../canonical/usage.ts'
import { type Provider, ProviderError } from '../provider.ts'
import { readyAnswer } from '../text-answer.ts'

/** Artefacts trained by the control plane: the answer to the user's last message is the label alone. */
export const modelProvider: Provider = {
  protocol: 'model',
  open: async (target, { runtimes, content }) => {
    if (target.serve !== 'model') throw new Error('it does not serve a model')
    const runtime = runtimes.find(({ format }) => format === target.format)
    if (!runtime)
      throw new Error(
        `it needs a runtime for "${target.format}", this gateway has ${runtimes.map(({ format }) => format).join(', ') || 'none'}`,
      )
    const model = await content(target.artefact, target.format, bytes => runtime.load(bytes))
    return {
      answer: async request => {
        if (request.request.operation === 'embeddings')
          throw new ProviderError('unsupported_by_provider', 'a trained classifier makes no embeddings')
        const { label } = model.predict(lastUserText(request.request))
        return readyAnswer(request, { pieces: [label], usage: noUsage })
      },
    }
  },
}
