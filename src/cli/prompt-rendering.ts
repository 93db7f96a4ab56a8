import type { Prompt } from '../api/kinds/prompt.ts'
import type { Message } from '../gateway/canonical/request.ts'
import { textOf } from '../gateway/canonical/request.ts'
import { estimateTokens } from '../gateway/canonical/usage.ts'
import { GatewayError } from '../gateway/failure.ts'
import { compilePrompt } from '../gateway/prompt.ts'
import { promptContent } from '../gateway/prompts/content.ts'
import { TemplateError } from '../gateway/prompts/template-error.ts'
import { digestOfValue } from '../lib/digest.ts'
import { UsageError } from './command.ts'
import type { Sent } from './prompt-values.ts'

/** What the model would get. */
export interface Rendering {
  /** Texts of one message; those of documents and tools apart. */
  messages: { role: string; text: string; parts: { text: string; zone?: string }[] }[]
  /** A rough count, four characters a token. */
  estimatedTokens: number
  /** Of the Prompt, as its status says it, and of the messages. */
  digest: string
  rendered: string
}

/** Renders as the gateway does. @throws UsageError naming the prompt and what is wrong */
export function rendering(prompt: Prompt, sent: Sent): Rendering {
  const { name } = prompt.metadata
  try {
    const rendered = compilePrompt(promptContent(prompt.spec), { strict: true }).render(sent)
    const messages = rendered.map(shown)
    return {
      messages,
      estimatedTokens: estimateTokens(messages.reduce((sum, { text }) => sum + text.length, 0)),
      digest: contentDigest(prompt),
      rendered: digestOfValue(messages.map(({ role, parts }) => ({ role, parts }))),
    }
  } catch (error) {
    if (error instanceof GatewayError || error instanceof TemplateError)
      throw new UsageError(
        `Prompt ${name}: ${error.message.replace('; send it in keelway.variables or metadata', '; give it with --var or --vars')}`,
        { cause: error },
      )
    throw error
  }
}

/** What `status.digest` says. */
const contentDigest = ({ spec: { messages, variables, partials, output } }: Prompt): string =>
  digestOfValue({ messages, variables, partials, output })

const shown = (message: Message): Rendering['messages'][number] => ({
  role: message.role,
  text:
    message.parts.length === 1
      ? textOf(message)
      : message.parts.map(part => ('text' in part ? part.text : '')).join(''),
  parts: message.parts.flatMap(part =>
    part.type === 'text' ? [{ text: part.text, ...(part.zone ? { zone: part.zone } : {}) }] : [],
  ),
})

/** The messages as people read them; zones stand in brackets. */
export const renderingText = ({ messages }: Rendering): string =>
  messages
    .map(({ role, parts }) =>
      [`--- ${role}`, parts.map(({ text, zone }) => (zone ? `[${zone}: ${text}]` : text)).join('')].join(
        '\n',
      ),
    )
    .join('\n')
