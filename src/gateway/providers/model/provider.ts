import { usageOf } from '../../protocols/openai/completion.ts'
import { lastUserText } from '../../protocols/openai/request.ts'
import type { Provider } from '../provider.ts'
import { textAnswer } from '../text-answer.ts'

/** Artefacts trained by the control plane: the answer to the user's last message is the label alone. */
export const modelProvider: Provider = {
  protocol: 'model',
  open: async ({ bundle, name }, { runtimes, content }) => {
    if (bundle.serve !== 'model') throw new Error(`release ${name} does not serve a model`)
    const runtime = runtimes.find(({ format }) => format === bundle.format)
    if (!runtime)
      throw new Error(
        `release ${name} needs a runtime for "${bundle.format}", this gateway has ${runtimes.map(({ format }) => format).join(', ') || 'none'}`,
      )
    const model = await content(bundle.artefact, bundle.format, bytes => runtime.load(bytes))
    return {
      answer: async request => {
        const { label } = model.predict(lastUserText(request.chat.messages))
        return textAnswer(
          request,
          { model: request.chat.model, pieces: [label], usage: usageOf(0, 0) },
          { output: label, usageSource: 'none' },
        )
      },
    }
  },
}
