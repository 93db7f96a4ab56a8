import type { Prompt } from '../../api/kinds/prompt.ts'
import { definedOnly } from '../../lib/defined.ts'
import type { PromptContent, PromptVariable } from '../snapshot.ts'

/** The content of a Prompt that a release serves, with what it says only, so that equal content has an equal digest. */
export function promptContent({ messages, variables, partials, output }: Prompt['spec']): PromptContent {
  return {
    messages,
    variables: Object.fromEntries(
      Object.entries(variables).map(([name, { description: _, ...variable }]) => [
        name,
        definedOnly(variable) as PromptVariable,
      ]),
    ),
    partials,
    ...(output ? { outputSchema: output.schema } : {}),
  }
}
