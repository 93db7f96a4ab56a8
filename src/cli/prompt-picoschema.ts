/**
 * Picoschema, the short schema form of .prompt files (https://google.github.io/dotprompt/reference/picoschema), as JSON
 * schema: `name?: type, description`, `name(array|object|enum, description): …`, `(*): type`.
 */
export type JsonSchema = Record<string, unknown>

const scalars = new Set(['string', 'number', 'integer', 'boolean', 'null', 'any'])
const maxDepth = 16

/** @throws Error naming the field that has no form here */
export function jsonSchemaOf(pico: unknown, at = 'schema', depth = 0): JsonSchema {
  if (depth > maxDepth) throw new Error(`${at} is nested more than ${maxDepth} deep`)
  if (typeof pico === 'string') return scalar(pico, at)
  if (!isObject(pico)) throw new Error(`${at} is neither a type nor a map of fields`)
  if (isJsonSchema(pico)) return pico
  const properties: JsonSchema = {}
  const required: string[] = []
  let additional: JsonSchema | false = false
  for (const [key, value] of Object.entries(pico)) {
    const [, name = '', optional, kind, , description] =
      /^([^?()\s]*)(\?)?(?:\(([a-z*]+)(,([^)]*))?\))?$/.exec(key.trim()) ?? []
    if (key.trim() === '(*)') {
      additional = jsonSchemaOf(value, `${at}.*`, depth + 1)
      continue
    }
    if (name === '') throw new Error(`${at} has a field "${key.slice(0, 80)}" that is no Picoschema`)
    properties[name] = described(
      field(kind, value, `${at}.${name}`, depth, optional !== undefined),
      description,
    )
    if (optional === undefined) required.push(name)
  }
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: additional,
  }
}

function field(
  kind: string | undefined,
  value: unknown,
  at: string,
  depth: number,
  optional: boolean,
): JsonSchema {
  const nullable = (schema: JsonSchema): JsonSchema =>
    optional && typeof schema.type === 'string' ? { ...schema, type: [schema.type, 'null'] } : schema
  switch (kind) {
    case undefined:
      return nullable(jsonSchemaOf(value, at, depth + 1))
    case 'object':
      return nullable(jsonSchemaOf(value, at, depth + 1))
    case 'array':
      return nullable({ type: 'array', items: jsonSchemaOf(value, at, depth + 1) })
    case 'enum':
      if (!Array.isArray(value)) throw new Error(`${at} is an enum without a list of values`)
      return { enum: optional && !value.includes(null) ? [...value, null] : value }
    default:
      throw new Error(`${at} has the kind "${kind}"; Picoschema knows object, array and enum`)
  }
}

function scalar(text: string, at: string): JsonSchema {
  const [type = '', ...rest] = text.split(',')
  const name = type.trim()
  if (!scalars.has(name))
    throw new Error(
      `${at} refers to the schema "${name.slice(0, 80)}", which is defined in code and not in the file`,
    )
  return described(name === 'any' ? {} : { type: name }, rest.length > 0 ? rest.join(',') : undefined)
}

const described = (schema: JsonSchema, description: string | undefined): JsonSchema =>
  description === undefined || description.trim() === ''
    ? schema
    : { ...schema, description: description.trim() }

/** Full JSON schema is allowed in its place. */
const isJsonSchema = (value: JsonSchema): boolean =>
  '$schema' in value ||
  'anyOf' in value ||
  'oneOf' in value ||
  '$ref' in value ||
  (typeof value.type === 'string' &&
    ['object', 'array', ...scalars].includes(value.type) &&
    ('properties' in value || 'items' in value || value.type !== 'object'))

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
