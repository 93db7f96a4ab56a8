import { parse } from 'yaml'
import { parseTemplate } from '../gateway/prompts/parse.ts'
import type { Statement } from '../gateway/prompts/syntax.ts'
import { variablesIn } from '../gateway/prompts/usage.ts'
import { type Imported, parametersOf, resourceName } from './prompt-imported.ts'
import { isObject, type JsonSchema, jsonSchemaOf } from './prompt-picoschema.ts'

type Spec = NonNullable<Imported['spec']>
type Message = { role: string; content?: string }

const roles: Readonly<Record<string, string>> = {
  system: 'system',
  user: 'user',
  model: 'assistant',
  assistant: 'assistant',
}

/**
 * Reads a .prompt file (https://google.github.io/dotprompt/reference): YAML front matter with model, config, input and
 * output, and a Handlebars body with {{role}} and {{history}}.
 * @param name of the file, without `.prompt`
 * @param partials texts of the `_name.prompt` files beside it
 */
export function importDotprompt(
  name: string,
  text: string,
  partials: Readonly<Record<string, string>>,
): Imported {
  const lost: string[] = []
  const imported: Imported = { from: `${name}.prompt`, name: resourceName(name), lost }
  try {
    const { front, body } = split(text)
    if (typeof front.name === 'string' && front.name !== '')
      imported.name = resourceName(
        [front.name, front.variant].filter(part => typeof part === 'string').join('-'),
      )
    const used = usedPartials(body, partials)
    const messages = withHistory(messagesOf(body))
    const contents = messages.map(({ content = '' }) => content)
    const variables = variablesOf(
      front.input,
      variablesIn(
        contents.filter(content => content !== ''),
        used,
      ),
      lost,
    )
    const output = outputOf(front.output, lost)
    imported.spec = {
      messages,
      ...(Object.keys(variables).length > 0 ? { variables } : {}),
      ...(Object.keys(used).length > 0 ? { partials: used } : {}),
      ...(output ? { output } : {}),
    } as Spec
    const model = modelOf(front, lost)
    if (model) imported.model = model
    for (const [field, why] of Object.entries(reasons))
      if (front[field] !== undefined) lost.push(`${field}: ${why}`)
    for (const field of Object.keys(front))
      if (!(field in reasons) && !carried.has(field)) lost.push(`${field}: a Prompt has no such field`)
  } catch (error) {
    lost.push(`not imported: ${(error as Error).message}`)
  }
  return imported
}

const carried = new Set(['name', 'variant', 'model', 'config', 'input', 'output'])

const reasons: Readonly<Record<string, string>> = {
  tools: 'tools come with the request',
  toolDefs: 'tools come with the request',
  version: 'Git keeps versions',
  description: 'a Prompt has no description; write it as a comment',
  metadata: 'a Prompt has no metadata of its own; use annotations',
  maxTurns: 'the client runs the loop of tools',
}

/** The text of a file without its front matter, as partials need it. */
export const bodyOf = (text: string): string => split(text).body

function split(text: string): { front: Record<string, unknown>; body: string } {
  const found = /^\s*---[ \t]*\r?\n([\s\S]*?)\r?\n?---[ \t]*(?:\r?\n|$)/.exec(text)
  if (!found) return { front: {}, body: text }
  const front: unknown = parse(found[1] ?? '', { maxAliasCount: 100 }) ?? {}
  if (!isObject(front)) throw new Error('the front matter is no map of fields')
  return { front, body: text.slice(found[0].length) }
}

/** Those that the body names, and those they name. In .prompt files the line break at the end of one is not its own. */
function usedPartials(body: string, partials: Readonly<Record<string, string>>): Record<string, string> {
  const used: Record<string, string> = {}
  const open = [body]
  for (let text = open.pop(); text !== undefined; text = open.pop())
    for (const [, name = ''] of text.matchAll(/\{\{~?>\s*([A-Za-z_][A-Za-z0-9_-]*)/g)) {
      const partial = Object.hasOwn(partials, name) ? partials[name] : undefined
      if (partial === undefined || Object.hasOwn(used, name)) continue
      if (/\{\{~?\s*(role|history|media|section)\b/.test(partial))
        throw new Error(
          `the partial _${name}.prompt begins messages of its own; put its text into the prompt`,
        )
      used[name] = partial.replace(/\r?\n$/, '')
      open.push(partial)
    }
  return used
}

/** Cuts the body where roles change. */
function messagesOf(body: string): Message[] {
  const lines = body.split('\n')
  const starts = lines.map((_, index) =>
    lines.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0),
  )
  const messages: Message[] = []
  let role = 'user'
  let from = 0
  const end = (to: number): void => {
    const content = body.slice(from, to).trim()
    if (content !== '') messages.push({ role, content })
  }
  for (const statement of parseTemplate(body, 'body').body) {
    const call = callOf(statement)
    if (call && ['media', 'section'].includes(call.name))
      throw new Error(
        call.name === 'media'
          ? '{{media}}: a Prompt holds text; images come with the request'
          : '{{section}}: only the code that runs the prompt knows what belongs there',
      )
    if (call?.name !== 'role' && call?.name !== 'history') {
      refuseNested(statement)
      continue
    }
    const { line, column } = statement.loc.start
    const at = (starts[line - 1] ?? 0) + column
    end(at)
    from = body.indexOf('}}', at) + 2
    if (call.name === 'history') {
      messages.push({ role: 'messages' })
      role = 'assistant'
    } else {
      const named = roles[call.argument ?? '']
      if (named === undefined)
        throw new Error(`{{role "${call.argument}"}}: a Prompt has messages of system, user and model`)
      role = named
    }
  }
  end(body.length)
  if (messages.length === 0) throw new Error('the file has no text')
  return messages
}

function callOf(statement: Statement): { name: string; argument?: string } | undefined {
  if (statement.type !== 'MustacheStatement' || !('original' in statement.path)) return undefined
  const [first] = statement.params
  return {
    name: statement.path.original,
    ...(first && 'value' in first ? { argument: String(first.value) } : {}),
  }
}

function refuseNested(statement: Statement): void {
  if (statement.type !== 'BlockStatement') return
  for (const inner of [...(statement.program?.body ?? []), ...(statement.inverse?.body ?? [])]) {
    const name = callOf(inner)?.name
    if (name !== undefined && ['role', 'history', 'media', 'section'].includes(name))
      throw new Error(
        `{{${name}}} within #${statement.path.original}: messages of a Prompt are always the same ones`,
      )
    refuseNested(inner)
  }
}

/** Where a file does not say it, dotprompt puts the conversation before a last user message. */
function withHistory(messages: Message[]): Message[] {
  if (messages.some(({ role }) => role === 'messages') || messages.at(-1)?.role !== 'user') return messages
  return messages.length === 1
    ? messages
    : [...messages.slice(0, -1), { role: 'messages' }, ...messages.slice(-1)]
}

function variablesOf(input: unknown, used: Record<string, unknown>, lost: string[]): Record<string, unknown> {
  const { schema, default: defaults } = isObject(input) ? input : {}
  const given = isObject(defaults) ? defaults : {}
  const json = schema === undefined ? {} : jsonSchemaOf(schema, 'input.schema')
  const properties = isObject(json.properties) ? json.properties : {}
  const required = Array.isArray(json.required) ? json.required : []
  const variables: Record<string, unknown> = { ...used }
  for (const [name, property] of Object.entries(properties))
    variables[name] = variableOf(name, property as JsonSchema, required.includes(name), lost)
  if (schema !== undefined && !isObject(json.properties))
    lost.push('input.schema: variables are named, so only the fields of an object are carried over')
  if (isObject(json.additionalProperties)) lost.push('input.schema.(*): a Prompt names its variables')
  for (const [name, value] of Object.entries(given)) {
    const { required: _, ...known } = (variables[name] ?? { type: 'string' }) as Record<string, unknown>
    variables[name] = { ...known, default: value }
  }
  return variables
}

function variableOf(
  name: string,
  property: JsonSchema,
  required: boolean,
  lost: string[],
): Record<string, unknown> {
  const { description, ...schema } = property
  const [type] = [schema.type].flat().filter(one => one !== 'null')
  const texts = Array.isArray(schema.enum) ? schema.enum.filter(value => value !== null) : undefined
  const base = {
    ...(required ? {} : { required: false }),
    ...(typeof description === 'string' ? { description } : {}),
  }
  if (texts?.every(value => typeof value === 'string')) return { type: 'string', enum: texts, ...base }
  if (type === 'integer') return { type: 'number', schema: { type: 'integer' }, ...base }
  if (type === 'array' || type === 'object') return { type, schema: { ...schema, type }, ...base }
  if (type === 'string' || type === 'number' || type === 'boolean') return { type, ...base }
  lost.push(`input.schema.${name}: a variable has one type; it is a string here`)
  return { type: 'string', ...base }
}

function outputOf(output: unknown, lost: string[]): { schema: JsonSchema } | undefined {
  if (!isObject(output)) return undefined
  const { format, schema, ...more } = output
  for (const name of Object.keys(more))
    lost.push(`output.${name}: a Prompt says the schema of its answers only`)
  if (schema !== undefined) return { schema: jsonSchemaOf(schema, 'output.schema') }
  if (format === 'json') return { schema: {} }
  if (format !== undefined && format !== 'text')
    lost.push(`output.format ${String(format)}: a Prompt knows JSON and text`)
  return undefined
}

function modelOf({ model, config }: Record<string, unknown>, lost: string[]): Imported['model'] {
  const parameters = isObject(config) ? parametersOf(config, 'config', lost) : {}
  if (typeof model !== 'string') {
    for (const name of Object.keys(parameters))
      lost.push(`config.${name}: there is no model to make a route for`)
    return undefined
  }
  const [provider = '', ...name] = model.split('/')
  return name.length > 0
    ? { provider: resourceName(provider), name: name.join('/'), parameters }
    : { provider: 'provider', name: provider, parameters }
}
