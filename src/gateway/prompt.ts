import { GatewayError } from './protocols/openai/error.ts'
import type { ChatMessage, ChatRequest } from './protocols/openai/request.ts'
import type { PromptContent } from './snapshot.ts'

/** A prompt made ready once per release: partials put in place, texts cut into fixed parts and variables. */
export interface Template {
  /** The prompt's messages with the request's values. @throws GatewayError naming a missing or mistyped variable. */
  render(request: ChatRequest): ChatMessage[]
}

type Part = { text: string } | { variable: string }

const maxDepth = 8
const maxCharacters = 1 << 20
const tag = /\{\{\s*(>?)\s*([A-Za-z_][A-Za-z0-9_-]*)\s*\}\}/g

/**
 * `{{variable}}` stands for a value of the request and `{{> partial}}` for a piece of the prompt. Values are put in
 * last and never read as template again, so what a user writes can neither include a partial nor name a variable.
 * @throws Error when a partial is missing or contains itself, or the prompt is too large.
 */
export function compilePrompt({ messages, partials, variables }: PromptContent): Template {
  const expand = expander(partials)
  const compiled = messages.map(({ role, content }) => ({
    role,
    parts: partsOf(expand(content)),
  }))
  return {
    render: request => {
      const given = request.keelway?.variables ?? request.metadata ?? {}
      const values = new Map<string, string>()
      const textOf = (name: string): string => {
        const known = values.get(name) ?? readValue(name, own(given, name), own(variables, name))
        values.set(name, known)
        return known
      }
      return compiled.map(({ role, parts }) => ({
        role,
        content: parts.map(part => ('text' in part ? part.text : textOf(part.variable))).join(''),
      }))
    },
  }
}

/** Names come from a template, so `constructor` must not find what every object inherits. */
const own = <T>(record: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

/** Each partial is put together once, however often it is used, so that partials within partials cannot take forever. */
function expander(partials: Record<string, string>): (content: string) => string {
  const done = new Map<string, string>()
  const expand = (content: string, depth: number): string => {
    if (depth > maxDepth)
      throw new Error(`partials are nested more than ${maxDepth} deep; does one contain itself?`)
    let characters = content.length
    return content.replaceAll(tag, (whole, partial: string, name: string) => {
      if (!partial) return whole
      const text = own(partials, name)
      if (text === undefined) throw new Error(`the prompt has no partial "${name}"`)
      const expanded = done.get(name) ?? expand(text, depth + 1)
      done.set(name, expanded)
      characters += expanded.length
      if (characters > maxCharacters) throw new Error(`the prompt is larger than ${maxCharacters} characters`)
      return expanded
    })
  }
  return content => expand(content, 0)
}

function partsOf(content: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of content.matchAll(tag)) {
    if (match.index > end) parts.push({ text: content.slice(end, match.index) })
    parts.push({ variable: match[2] ?? '' })
    end = match.index + match[0].length
  }
  if (end < content.length) parts.push({ text: content.slice(end) })
  return parts
}

function readValue(
  name: string,
  given: unknown,
  declared: PromptContent['variables'][string] | undefined,
): string {
  if (given === undefined || given === null) {
    if (declared?.default !== undefined) return declared.default
    throw wrong(name, `the prompt needs the variable "${name}"; send it in keelway.variables or metadata`)
  }
  const type = declared?.type ?? 'string'
  // Metadata holds strings only, so numbers and booleans are accepted as text too.
  const fits =
    type === 'string'
      ? typeof given === 'string'
      : type === 'number'
        ? (typeof given === 'number' || (typeof given === 'string' && given.trim() !== '')) &&
          Number.isFinite(Number(given))
        : given === true || given === false || given === 'true' || given === 'false'
  if (!fits) throw wrong(name, `the variable "${name}" must be a ${type}`)
  return String(given)
}

const wrong = (name: string, message: string): GatewayError =>
  new GatewayError('missing_variable', message, { param: `keelway.variables.${name}` })
