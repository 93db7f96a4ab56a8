import type { Command } from './command.ts'
import { connectionOptions } from './connection.ts'
import { rendering, renderingText } from './prompt-rendering.ts'
import { promptAt, sourceHelp } from './prompt-source.ts'
import { sentBy, valueOptions } from './prompt-values.ts'

export const promptPreview: Command = {
  name: 'prompt preview',
  summary: 'Show the messages that a prompt makes of a request, as the model gets them.',
  arguments: ['PROMPT'],
  options: { ...valueOptions, ...connectionOptions },
  help: [
    sourceHelp,
    'Text that comes from documents and tools stands in brackets with its zone. The number of tokens is an estimate.',
  ].join('\n'),
  async run(invocation) {
    const [target = ''] = invocation.positionals
    const prompt = await promptAt(target, invocation)
    const found = rendering(prompt, await sentBy(invocation))
    if (invocation.json) {
      invocation.out(JSON.stringify({ name: prompt.metadata.name, ...found }))
      return 0
    }
    invocation.out(renderingText(found))
    invocation.err(
      `Prompt ${prompt.metadata.name}: ${found.messages.length} messages, about ${found.estimatedTokens} tokens, content ${found.digest}, rendered ${found.rendered}`,
    )
    return 0
  },
}
