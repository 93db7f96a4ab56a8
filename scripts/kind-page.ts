import { stringify } from 'yaml'
import { apiVersionOf, type Kind } from '../src/api/kind.ts'
import { kindSchema, type Schema } from '../src/api/schema.ts'

/** `model-route` for ModelRoute. */
export const pageName = (kind: Kind): string => kind.kind.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()

/** The reference page of a kind: every field with type, default and description, rules and a complete example. */
export function kindPage(kind: Kind): string {
  const { properties = {}, required = [] } = kindSchema(kind)
  const { status, apiVersion: _, kind: __, metadata: ___, ...content } = properties
  const rows = fieldRows({ type: 'object', properties: content, required })
  const statusRows = status ? fieldRows({ type: 'object', properties: { status } }) : []
  const names = [kind.plural, kind.singular, ...kind.shortNames].map(name => `\`${name}\``).join(', ')
  return [
    `# ${kind.kind}`,
    '',
    kind.summary,
    '',
    `\`${apiVersionOf(kind)}\`, ${kind.scope === 'Namespaced' ? 'namespaced' : 'cluster-scoped'}; for kubectl: ${names}.`,
    '',
    ...section('Fields', table(['Field', 'Type', 'Default', 'Description'], rows)),
    ...section(
      'Rules',
      kind.rules.map(({ rule, message }) => `- ${message}: \`${rule}\``),
    ),
    ...section(
      'Status',
      table(
        ['Field', 'Type', 'Description'],
        statusRows.map(([field = '', type = '', , description = '']) => [field, type, description]),
      ),
    ),
    ...section('Example', ['```yaml', stringify(kind.example, { lineWidth: 100 }).trimEnd(), '```']),
  ].join('\n')
}

const section = (title: string, lines: string[]): string[] =>
  lines.length ? [`## ${title}`, '', ...lines, ''] : []

const table = (head: string[], rows: string[][]): string[] =>
  rows.length ? [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.map(cell).join(' | ')} |`) : []

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** One row a field: path, type, default, description; then the fields inside it. */
function fieldRows(schema: Schema, path = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const own = path ? `${path}.${name}` : name
    const required = schema.required?.includes(name) ?? false
    const fallback = field.default === undefined ? (required ? '(required)' : '') : code(field.default)
    const row = [`\`${own}\``, typeText(field), fallback, description(field)]
    // What a template makes has a page of its own; seven pages would repeat it.
    if (own.endsWith('.template.spec'))
      return [[...row.slice(0, 3), `${description(field)} As in [Pod](pod.md).`]]
    return [row, ...insideRows(field, own)]
  })
}

function insideRows(field: Schema, path: string): string[][] {
  if (field.items) return insideRows(field.items, `${path}[]`)
  if (field.additionalProperties) return insideRows(field.additionalProperties, `${path}.<name>`)
  return fieldRows(field, path)
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``

function typeText(schema: Schema): string {
  if (schema.items) return `list of ${typeText(schema.items)}`
  if (schema.additionalProperties) return `map of ${typeText(schema.additionalProperties)}`
  if (schema['x-kubernetes-int-or-string']) return 'integer or string'
  if (schema.enum) return schema.enum.map(code).join(', ')
  return schema['x-kubernetes-preserve-unknown-fields']
    ? `any ${schema.type ?? 'scalar'}`
    : (schema.type ?? 'any')
}

/** The description with the limits a reader would otherwise learn from an error. */
function description(schema: Schema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, maxLength, minItems, maxItems, pattern } =
    schema
  const limits = [
    minimum === undefined ? '' : `${exclusiveMinimum ? 'more than' : 'at least'} ${minimum}`,
    maximum === undefined ? '' : `${exclusiveMaximum ? 'less than' : 'at most'} ${maximum}`,
    maxLength === undefined ? '' : `at most ${maxLength} characters`,
    minItems === undefined ? '' : `at least ${minItems} items`,
    maxItems === undefined ? '' : `at most ${maxItems} items`,
    pattern === undefined ? '' : `matches \`${pattern}\``,
  ].filter(Boolean)
  return [schema.description ?? '', limits.length ? `(${limits.join(', ')})` : ''].filter(Boolean).join(' ')
}
