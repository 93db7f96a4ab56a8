import type { Prompt } from '../../api/kinds/prompt.ts'
import type { PromptContent, PromptVariable } from '../snapshot.ts'

/** What a Prompt says: every prompt of a snapshot is one, and it holds what older snapshots do not know. */
export interface PromptTemplate {
  messages: readonly TemplateMessage[]
  variables: Readonly<Record<string, TemplateVariable>>
  partials: Readonly<Record<string, string>>
  outputSchema?: Record<string, unknown>
}

export interface TemplateMessage {
  /** `messages` stands for those of the request. */
  role: PromptContent['messages'][number]['role'] | 'messages'
  content: string
}

export interface TemplateVariable extends Omit<PromptVariable, 'default'> {
  /** A value of the type, or its text. Absent and required: the request must send one. */
  default?: unknown
  required?: boolean | undefined
  /** As text, of scalars only. */
  enum?: readonly string[] | undefined
  /** RE2, found anywhere in the text unless anchored. */
  pattern?: string | undefined
  /** Characters of a text, or members of an array. */
  maxLength?: number | undefined
  /** JSON schema, 2020-12. */
  schema?: Record<string, unknown> | undefined
}

/** The content of a Prompt that a release serves, with what it says only, so that equal content has an equal digest. */
export function promptContent({ messages, variables, partials, output }: Prompt['spec']): PromptContent {
  const content: PromptTemplate = {
    messages,
    variables: Object.fromEntries(
      Object.entries(variables).map(([name, { description: _, ...variable }]) => [
        name,
        Object.fromEntries(
          Object.entries(variable).filter(([, field]) => field !== undefined),
        ) as unknown as TemplateVariable,
      ]),
    ),
    partials,
    ...(output ? { outputSchema: output.schema } : {}),
  }
  return content as PromptContent
}
