import { type Imported, parametersOf, resourceName } from './prompt-imported.ts'
import { isObject } from './prompt-picoschema.ts'

type Spec = NonNullable<Imported['spec']>
type Item = Record<string, unknown> & { name: string }

/**
 * Reads prompts of Langfuse as its API gives them (https://api.reference.langfuse.com/#tag/prompts): one, a list, or
 * `{data: […]}`, each with name, version, type, prompt, config and labels. Of several versions the one labelled
 * production is taken, else the newest: Git keeps the others from here on.
 * @throws Error when the file holds no such prompts
 */
export function importLangfuse(file: string, value: unknown): Imported[] {
  const items = itemsOf(value)
  const byName = Map.groupBy(items, ({ name }) => name)
  const current = new Map([...byName].map(([name, versions]) => [name, currentOf(versions)]))
  return [...byName].map(([name, versions]) => {
    const item = current.get(name) as Item
    const others = versions.filter(version => version !== item).map(({ version }) => version)
    const lost =
      others.length > 0 ? [`versions ${others.join(', ')}: Git keeps versions, ${item.version} is taken`] : []
    return imported(item, file, lost, current)
  })
}

function itemsOf(value: unknown): Item[] {
  const inner = isObject(value) ? (value.data ?? value.prompts) : undefined
  const list = Array.isArray(value) ? value : Array.isArray(inner) ? inner : [value]
  return list.map((item, index) => {
    if (!isObject(item) || typeof item.name !== 'string')
      throw new Error(`prompt ${index + 1} of the file has no name: this is no export of Langfuse prompts`)
    if (item.prompt === undefined)
      throw new Error(
        `prompt "${item.name}" has no text: the list of prompts does not hold them, get each from /api/public/v2/prompts/NAME`,
      )
    return item as Item
  })
}

function currentOf(versions: Item[]): Item {
  const number = ({ version }: Item): number => (typeof version === 'number' ? version : 0)
  const newest = versions.toSorted((a, b) => number(b) - number(a))
  return (newest.find(({ labels }) => Array.isArray(labels) && labels.includes('production')) ??
    newest[0]) as Item
}

const known = new Set(['name', 'prompt', 'type', 'config', 'version'])
const reasons: Readonly<Record<string, string>> = {
  labels: 'a branch, and the rollout of a route, take their place',
  tags: 'use labels of the resource',
  commitMessage: 'write it into the commit',
}
/** Of the database; nobody wrote them. */
const records = new Set(
  'id createdAt updatedAt createdBy projectId isActive resolutionGraph lastUpdatedAt lastConfig versions'.split(
    ' ',
  ),
)

function imported(item: Item, file: string, lost: string[], all: ReadonlyMap<string, Item>): Imported {
  const result: Imported = { from: `${item.name} of ${file}`, name: resourceName(item.name), lost }
  const partials: Record<string, string> = {}
  const names = new Set<string>()
  const convert = (text: string, depth = 0): string => templateOf(text, { names, lost, all, partials, depth })
  try {
    const messages = Array.isArray(item.prompt)
      ? chatOf(item.prompt, convert, lost)
      : [{ role: 'user', content: convert(String(item.prompt)) }]
    result.spec = {
      messages,
      ...(names.size > 0
        ? { variables: Object.fromEntries([...names].map(name => [name, { type: 'string' }])) }
        : {}),
      ...(Object.keys(partials).length > 0 ? { partials } : {}),
      ...outputOf(item.config),
    } as Spec
  } catch (error) {
    lost.push(`not imported: ${(error as Error).message}`)
  }
  const model = modelOf(item.config, lost)
  if (model) result.model = model
  for (const [field, value] of Object.entries(item)) {
    const empty = value === null || value === undefined || (Array.isArray(value) && value.length === 0)
    if (known.has(field) || records.has(field) || empty) continue
    const said = field === 'labels' || field === 'tags' ? ` ${(value as unknown[]).join(', ')}` : ''
    lost.push(
      `${field}${said}: ${Object.hasOwn(reasons, field) ? reasons[field] : 'a Prompt has no such field'}`,
    )
  }
  return result
}

const roles: Readonly<Record<string, string>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
}

function chatOf(list: readonly unknown[], convert: (text: string) => string, lost: string[]) {
  let placed = false
  return list.flatMap((message, index) => {
    if (!isObject(message)) throw new Error(`message ${index + 1} is no object`)
    if (message.type === 'placeholder') {
      if (placed) {
        lost.push(`placeholder "${String(message.name)}": the messages of a request stand in one place`)
        return []
      }
      placed = true
      return [{ role: 'messages' }]
    }
    const said = String(message.role)
    const role = Object.hasOwn(roles, said) ? roles[said] : undefined
    if (role === undefined)
      throw new Error(`message ${index + 1} has the role "${said}"; a Prompt has system, user and assistant`)
    if (typeof message.content !== 'string') throw new Error(`message ${index + 1} has no text`)
    return [{ role, content: convert(message.content) }]
  })
}

interface Conversion {
  names: Set<string>
  lost: string[]
  all: ReadonlyMap<string, Item>
  partials: Record<string, string>
  depth: number
}

const token =
  /\{\{\s{0,20}([A-Za-z_][A-Za-z0-9_]{0,100})\s{0,20}\}\}|@@@langfusePrompt:name=([^|@]{1,200})(?:\|[^@]{0,200})?@@@/g

/** Langfuse puts values in for `{{name}}`, and prompts for references; everything else is text. */
function templateOf(text: string, conversion: Conversion): string {
  const { names, lost } = conversion
  const result = createTemplate()
  let at = 0
  for (const match of text.matchAll(token)) {
    const [whole, name, referred] = match
    result.text(text.slice(at, match.index), true)
    at = match.index + whole.length
    if (name !== undefined) {
      names.add(name)
      result.tag(`{{${name}}}`)
    } else {
      const partial = referenceTo(referred ?? '', conversion)
      if (partial === undefined) result.text(whole, false)
      else result.tag(`{{> ${partial}}}`)
    }
  }
  result.text(text.slice(at), false)
  if (/\{\{\s{0,20}[#^/>!&]/.test(text))
    lost.push('sections of Mustache: Langfuse knows variables only, so they are text here')
  return result.written()
}

/** Writes text so that it stands for itself: braces and backslashes mean something where tags are. */
function createTemplate() {
  let written = ''
  let afterTag = false
  const tag = (text: string): void => {
    written += written.endsWith('\\') ? `\\${text}` : text
    afterTag = true
  }
  return {
    tag,
    /** @param followed by a tag */
    text: (text: string, followed: boolean): void => {
      for (let i = 0; i < text.length; i++) {
        const character = text.charAt(i)
        const next = i + 1 < text.length ? text.charAt(i + 1) : followed ? '{' : ''
        if ((character === '{' && next === '{') || (character === '}' && afterTag)) tag(`{{"${character}"}}`)
        else {
          written += character
          afterTag = false
        }
      }
    },
    written: () => written,
  }
}

/** Prompts that are built of others become partials. */
function referenceTo(name: string, conversion: Conversion): string | undefined {
  const { all, lost, partials, depth } = conversion
  const item = all.get(name)
  if (!item || typeof item.prompt !== 'string' || depth > 4) {
    lost.push(
      `the reference to the prompt "${name}": the file does not hold it as text, so the reference is text here`,
    )
    return undefined
  }
  const partial = name.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^(?![A-Za-z_])/, '_')
  partials[partial] ??= templateOf(item.prompt, { ...conversion, depth: depth + 1 })
  return partial
}

function outputOf(config: unknown): { output?: { schema: Record<string, unknown> } } {
  const format = isObject(config) ? config.response_format : undefined
  const wrapped = isObject(format) ? format.json_schema : undefined
  const schema = isObject(wrapped) ? wrapped.schema : undefined
  return isObject(schema) ? { output: { schema } } : {}
}

function modelOf(config: unknown, lost: string[]): Imported['model'] {
  if (!isObject(config)) return undefined
  const { model, model_name, ...settings } = config
  if ('output' in outputOf(config)) delete settings.response_format
  const parameters = parametersOf(settings, 'config', lost)
  const name = model ?? model_name
  if (typeof name === 'string') return { provider: 'provider', name, parameters }
  for (const field of Object.keys(parameters))
    lost.push(`config.${field}: there is no model to make a route for`)
  return undefined
}
