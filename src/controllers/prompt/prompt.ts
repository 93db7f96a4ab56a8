import { Prompt } from '../../api/kinds/prompt.ts'
import { revisionOf } from '../../api/source.ts'
import { digestOfValue } from '../../lib/digest.ts'
import { checkOutputSchema } from '../runtime/check-scorers.ts'
import { type Reconciler, ready, Stalled } from '../runtime/reconciler.ts'

/** Checks that a template names only variables and partials it has, and pins its content by digest. */
export const promptReconciler: Reconciler<typeof Prompt> = {
  name: 'prompt',
  kind: Prompt,
  async reconcile(prompt) {
    const { messages, variables, partials, output } = prompt.spec
    const texts = [...messages.map(({ content }) => content), ...Object.values(partials)]
    for (const [, sigil, name = ''] of texts.join('\n').matchAll(/\{\{\s*(>?)\s*([^}]*?)\s*\}\}/g)) {
      const known = sigil ? partials : variables
      if (Object.hasOwn(known, name)) continue
      const list = sigil ? 'partials' : 'variables'
      throw new Stalled(
        'UnknownName',
        `the template uses {{${sigil}${name}}} but spec.${list} has no "${name}": add it there or mend the name`,
      )
    }
    if (output) checkOutputSchema(output.schema)
    prompt.status.digest = digestOfValue({ messages, variables, partials, output })
    prompt.status.revision = revisionOf(prompt)
    return ready('Valid', 'the template is complete')
  },
}
