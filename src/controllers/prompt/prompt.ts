import { Prompt } from '../../api/kinds/prompt.ts'
import { revisionOf } from '../../api/source.ts'
import { compilePrompt } from '../../gateway/prompt.ts'
import { promptContent } from '../../gateway/prompts/content.ts'
import { TemplateError } from '../../gateway/prompts/template-error.ts'
import { digestOfValue } from '../../lib/digest.ts'
import { checkOutputSchema } from '../runtime/check-scorers.ts'
import { type Reconciler, ready, Stalled } from '../runtime/reconciler.ts'

/** Checks that a template can be rendered, as the gateway would, and pins its content by digest. */
export const promptReconciler: Reconciler<typeof Prompt> = {
  name: 'prompt',
  kind: Prompt,
  async reconcile(prompt) {
    const { messages, variables, partials, output } = prompt.spec
    try {
      compilePrompt(promptContent(prompt.spec), { strict: true })
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      throw new Stalled('BadTemplate', `Prompt ${prompt.metadata.name}: ${error.message}`, { cause: error })
    }
    if (output) checkOutputSchema(output.schema)
    prompt.status.digest = digestOfValue({ messages, variables, partials, output })
    prompt.status.revision = revisionOf(prompt)
    return ready('Valid', 'the template is complete')
  },
}
