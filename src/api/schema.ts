import { z } from 'zod'
import type { Kind } from './kind.ts'

/**
 * The part of OpenAPI v3 that CustomResourceDefinitions allow ("structural schema"). It is derived from a kind's
 * zod schema and is what pruning, CEL, CRDs, the served OpenAPI and the reference pages read.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  description?: string
  default?: unknown
  nullable?: boolean
  format?: string
  pattern?: string
  enum?: unknown[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: boolean
  exclusiveMaximum?: boolean
  multipleOf?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minProperties?: number
  maxProperties?: number
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema
  items?: Schema
  'x-kubernetes-int-or-string'?: true
  'x-kubernetes-preserve-unknown-fields'?: true
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-validations'?: { rule: string; message: string }[]
  /** How strategic merge patches of Kubernetes' own kinds treat it. */
  'x-kubernetes-patch-strategy'?: 'merge' | 'retainKeys' | 'merge,retainKeys'
  'x-kubernetes-patch-merge-key'?: string
}

const copied = [
  'type',
  'description',
  'default',
  'nullable',
  'format',
  'enum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'required',
] as const

/** Keys that are handled one by one below; any other key of zod's output has no place in a structural schema. */
const known = new Set<string>([
  ...copied,
  ...['pattern', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'properties', 'items'],
  ...['additionalProperties', 'anyOf', 'intOrString', 'listMapKeys', '$schema', 'id', '~standard'],
  ...['patchMergeKey', 'patchStrategy', 'quantity'],
])

type Json = Record<string, unknown>

/**
 * The structural schema of a zod type. Metadata: `intOrString` for a union of integer and string,
 * `listMapKeys` for a list whose items are told apart by those fields. Of Kubernetes' own kinds: `patchStrategy` and
 * `patchMergeKey` as its Go types have them, `quantity` for a union of text and number that stands for a quantity.
 * @throws TypeError naming the field for what structural schemas can not say, such as a union of objects.
 */
export function schemaOf(type: z.ZodType, path = ''): Schema {
  const json = z.toJSONSchema(type, { target: 'openapi-3.0', io: 'input', reused: 'inline' })
  return structural(json as Json, path)
}

const kindSchemas = new WeakMap<Kind, Schema>()

/** The schema of a kind's whole object, with `metadata` left open as CRDs want it. Computed once. */
export function kindSchema(kind: Kind): Schema {
  const cached = kindSchemas.get(kind)
  if (cached) return cached
  const { properties = {}, required } = schemaOf(contentOf(kind))
  const { spec, status } = properties
  if (spec) spec.description ??= 'What is wanted.'
  if (status) status.description ??= 'What is; written by controllers.'
  const schema: Schema = {
    type: 'object',
    description: kind.summary,
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of the kind.' },
      kind: { type: 'string', description: 'Name of the kind.' },
      metadata: { type: 'object' },
      ...properties,
    },
    ...(required?.length ? { required } : {}),
  }
  kindSchemas.set(kind, schema)
  return schema
}

/** Everything of a kind's object beside apiVersion, kind and metadata, as one zod object. */
export function contentOf(kind: Kind): z.ZodObject {
  return z.object({
    ...kind.fields,
    ...(kind.spec ? { spec: kind.spec } : {}),
    ...(kind.status ? { status: kind.status.optional() } : {}),
  })
}

function structural(json: Json, path: string): Schema {
  const stranger = Object.keys(json).find(key => !known.has(key))
  if (stranger)
    throw new TypeError(
      `${path || 'schema'}: ${stranger} has no place in a structural schema; use fields and a CEL rule instead`,
    )
  const out: Schema = {}
  for (const key of copied) if (json[key] !== undefined) Object.assign(out, { [key]: json[key] })
  if (out.required?.length === 0) delete out.required
  if (json.pattern !== undefined && json.format === undefined) out.pattern = String(json.pattern)
  bounds(json, out)
  if (json.anyOf) return { ...out, ...union(json, path) }
  if (json.listMapKeys)
    Object.assign(out, {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': json.listMapKeys,
    })
  if (json.patchStrategy)
    Object.assign(out, {
      'x-kubernetes-patch-strategy': json.patchStrategy,
      ...(json.patchMergeKey ? { 'x-kubernetes-patch-merge-key': json.patchMergeKey } : {}),
    })
  if (json.properties && isEmptySchema(json.additionalProperties))
    out['x-kubernetes-preserve-unknown-fields'] = true
  if (json.properties)
    out.properties = Object.fromEntries(
      Object.entries(json.properties).map(([name, member]) => [
        name,
        structural(member as Json, path ? `${path}.${name}` : name),
      ]),
    )
  else if (json.type === 'object') Object.assign(out, map(json.additionalProperties, path))
  if (json.items) out.items = structural(json.items as Json, `${path}[]`)
  if (out.type === undefined) out['x-kubernetes-preserve-unknown-fields'] = true
  return out
}

/** zod adds the bounds of safe integers to every integer; they say nothing to a reader. */
function bounds(json: Json, out: Schema): void {
  const { minimum, maximum } = json
  if (typeof minimum === 'number' && minimum !== Number.MIN_SAFE_INTEGER) {
    out.minimum = minimum
    if (json.exclusiveMinimum === true) out.exclusiveMinimum = true
  }
  if (typeof maximum === 'number' && maximum !== Number.MAX_SAFE_INTEGER) {
    out.maximum = maximum
    if (json.exclusiveMaximum === true) out.exclusiveMaximum = true
  }
}

function map(values: unknown, path: string): Schema {
  const open: Schema = { 'x-kubernetes-preserve-unknown-fields': true }
  if (values === undefined || values === true || values === false) return open
  const value = values as Json
  if (Object.keys(value).length === 0) return open
  if (Array.isArray(value.anyOf) && value.anyOf.every(isScalar)) return { additionalProperties: open }
  return { additionalProperties: structural(value, `${path}{}`) }
}

/** What a loose object says of fields it does not name. */
const isEmptySchema = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && Object.keys(json).length === 0

const isScalar = (json: Json): boolean =>
  ['string', 'number', 'integer', 'boolean'].includes(String(json.type)) && json.properties === undefined

function union(json: Json, path: string): Schema {
  const types = (json.anyOf as Json[]).map(member => member.type)
  if (json.intOrString === true && types.every(type => type === 'string' || type === 'integer'))
    return { 'x-kubernetes-int-or-string': true }
  if (json.quantity === true) return { type: 'string', format: 'quantity' }
  throw new TypeError(
    `${path || 'schema'}: a union has no structural schema; use optional fields and a CEL rule for exactly one of them`,
  )
}
