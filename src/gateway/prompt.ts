import type { CanonicalRequest, Message } from './canonical/request.ts'
import { type Compiler, createCompiler } from './prompts/compile.ts'
import type { Node } from './prompts/nodes.ts'
import { newAllowance, renderParts } from './prompts/render.ts'
import { TemplateError } from './prompts/template-error.ts'
import { compileVariable, type ReadVariable } from './prompts/variables.ts'
import type { PromptContent } from './snapshot.ts'

/** A prompt made ready once per release: partials put in place, names looked up, checks of values prepared. */
export interface Template {
  /**
   * The messages of the request with those of the prompt around them.
   * @throws GatewayError naming a variable that is missing or wrong
   */
  render(request: Pick<CanonicalRequest, 'messages' | 'variables'>): readonly Message[]
}

/** Where the messages of the request go. */
const history = 'history'
type Piece = typeof history | Message | { role: Message['role']; nodes: readonly Node[] }

/**
 * `{{variable}}` stands for a value of the request, `{{> partial}}` for a piece of the prompt, blocks choose and repeat
 * (docs/guides/prompts.md). Values are put in last and never read as template, so what a user writes can neither include
 * a partial nor name a variable.
 * @param options.strict names that are not declared are errors, as when a Prompt is applied; else they are texts
 * @throws TemplateError naming message and position
 */
export function compilePrompt(
  { messages, partials, variables }: PromptContent,
  { strict = false }: { strict?: boolean } = {},
): Template {
  const slots = new Map<string, number>()
  const compiler = createCompiler(partials, {
    variables,
    strict,
    slot: name => {
      const slot = slots.get(name) ?? slots.size
      slots.set(name, slot)
      return slot
    },
  })
  const pieces = messages.map((message, index) =>
    pieceOf(message, index, compiler, Object.hasOwn(variables, history)),
  )
  if (strict) compiler.readRest()
  const placed = pieces.filter(piece => piece === history).length
  if (placed > 1)
    throw new TemplateError('spec.messages: the messages of the request can stand in one place only')
  // Unused ones too: a declaration that can not work is found when the Prompt is applied.
  const readers = new Map(
    Object.entries(variables).map(([name, declared]) => [name, compileVariable(name, declared)]),
  )
  const used = [...slots.keys()].map((name): [string, ReadVariable] => [
    name,
    readers.get(name) ?? compileVariable(name),
  ])
  return {
    render: request => {
      const given = request.variables
      const values = used.map(([name, read]) => read(Object.hasOwn(given, name) ? given[name] : undefined))
      const allowance = newAllowance()
      const rendered: Message[] = []
      for (const piece of pieces) {
        if (piece === history) rendered.push(...request.messages)
        else if ('nodes' in piece) {
          const parts = renderParts(piece.nodes, values, allowance)
          if (parts.length > 0) rendered.push({ role: piece.role, parts })
        } else rendered.push(piece)
      }
      if (placed === 0) rendered.push(...request.messages)
      return rendered
    },
  }
}

function pieceOf(
  { role, content }: PromptContent['messages'][number],
  index: number,
  compiler: Compiler,
  isVariable: boolean,
): Piece {
  const field = `messages[${index}].content`
  if (role === 'messages') {
    if (content?.trim())
      throw new TemplateError(`spec.${field}: a message with role messages has no content of its own`)
    return history
  }
  if (!isVariable && /^\s*\{\{~?\s*history\s*~?\}\}\s*$/.test(content)) return history
  const nodes = compiler.nodes(content, field)
  const [only, ...more] = nodes
  return typeof only === 'string' && only.trim() !== '' && more.length === 0
    ? { role, parts: [{ type: 'text', text: only }] }
    : { role, nodes }
}
