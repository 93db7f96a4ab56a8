import { RE2JS } from '@bufbuild/re2'
import { compileExpression } from './cel.ts'
import type { CustomResourceDefinition } from './crd.ts'

/** A schema as anyone may have written it. */
type Json = Record<string, unknown>

/**
 * What a Kubernetes API server would refuse about a CustomResourceDefinition: names and versions, and the rules of
 * structural schemas. Empty when there is nothing. Each line begins with the path of the offending field.
 * After `apiextensions-apiserver: pkg/apiserver/schema/validation.go` and `pkg/apis/apiextensions/validation`.
 */
export function structuralProblems(crd: CustomResourceDefinition): string[] {
  const { metadata, spec } = crd
  const problems: string[] = []
  if (metadata.name !== `${spec.names.plural}.${spec.group}`)
    problems.push(`metadata.name: must be ${spec.names.plural}.${spec.group}`)
  if (/\.k8s\.io$|^k8s\.io$|\.kubernetes\.io$/.test(spec.group))
    problems.push(`spec.group: ${spec.group} is reserved for Kubernetes`)
  for (const name of [spec.names.plural, spec.names.singular, ...(spec.names.shortNames ?? [])])
    if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
      problems.push(`spec.names: ${name} is not a DNS label`)
  if (spec.versions.filter(({ storage }) => storage).length !== 1)
    problems.push('spec.versions: exactly one version must be stored')
  spec.versions.forEach((version, i) => {
    const path = `spec.versions[${i}]`
    const schema = version.schema.openAPIV3Schema as Json
    for (const problem of schemaProblems(schema)) problems.push(`${path}.schema.openAPIV3Schema${problem}`)
    for (const column of version.additionalPrinterColumns ?? []) {
      if (!['string', 'integer', 'number', 'boolean', 'date'].includes(column.type))
        problems.push(`${path}.additionalPrinterColumns: ${column.name} has no such type ${column.type}`)
      if (!column.jsonPath.startsWith('.'))
        problems.push(
          `${path}.additionalPrinterColumns: ${column.name} must have a path that begins with a dot`,
        )
    }
    for (const { jsonPath } of version.selectableFields ?? [])
      if (!isScalarField(schema, jsonPath))
        problems.push(`${path}.selectableFields: ${jsonPath} is no field of type string, boolean or integer`)
  })
  return problems
}

/** The same for a schema alone, with paths relative to it. */
export function schemaProblems(schema: Json): string[] {
  const problems: string[] = []
  const root: Place = { path: '', level: 'field', report: problem => void problems.push(problem) }
  if (schema.type !== 'object') problems.push('.type: must be object at the root')
  if (schema['x-kubernetes-preserve-unknown-fields'] === true && schema.properties === undefined)
    problems.push(': the root must say which fields there are')
  visit(schema, root)
  metadataProblems(schema, root)
  return problems
}

interface Place {
  path: string
  /** A value's own schema, or one inside allOf, anyOf, oneOf or not, which may only restrict values. */
  level: 'field' | 'junctor'
  report(problem: string): void
}

const forbidden = [
  '$ref',
  'definitions',
  'dependencies',
  'deprecated',
  'discriminator',
  'id',
  'patternProperties',
].concat(['readOnly', 'writeOnly', 'xml', 'const', 'propertyNames', 'examples', 'if', 'then', 'else'])
const forbiddenInJunctors = ['type', 'default', 'nullable', 'title', 'description', 'additionalProperties']
const types = ['object', 'array', 'string', 'integer', 'number', 'boolean']

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const INT_OR_STRING = 'x-kubernetes-int-or-string'
const PRESERVE = 'x-kubernetes-preserve-unknown-fields'

function visit(schema: Json, place: Place): void {
  const { path, level, report } = place
  const { type } = schema
  const says = (key: string, problem: string) => report(`${path}.${key}: ${problem}`)
  for (const key of forbidden) if (key in schema) says(key, 'is not allowed in a structural schema')
  if (schema.uniqueItems === true) says('uniqueItems', 'is not allowed; use x-kubernetes-list-type: set')
  if (type !== undefined && !types.includes(String(type))) says('type', `there is no type ${type}`)
  if (level === 'field') fieldProblems(schema, says)
  else junctorProblems(schema, place)
  if (schema.properties !== undefined && schema.additionalProperties !== undefined)
    says('additionalProperties', 'and properties exclude each other')
  if (typeof schema.additionalProperties === 'boolean')
    says(
      'additionalProperties',
      'must be a schema; use x-kubernetes-preserve-unknown-fields for open objects',
    )
  if (schema.pattern !== undefined && !compiles(() => RE2JS.compile(String(schema.pattern))))
    says('pattern', 'is no RE2 expression')
  if (schema.enum !== undefined && (!Array.isArray(schema.enum) || schema.enum.length === 0))
    says('enum', 'must list values')
  children(schema, place)
}

function fieldProblems(schema: Json, says: (key: string, problem: string) => void): void {
  const { type } = schema
  const intOrString = schema[INT_OR_STRING] === true
  const preserve = schema[PRESERVE]
  if (type === undefined && !intOrString && preserve !== true) says('type', 'is required')
  if (intOrString && type !== undefined) says('type', 'must be absent beside x-kubernetes-int-or-string')
  if (preserve === false) says(PRESERVE, 'must be true or absent')
  if (preserve === true && type !== undefined && type !== 'object')
    says(PRESERVE, 'is for type object, or for values without type')
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object')
    says('x-kubernetes-embedded-resource', 'is for type object')
  if (type === 'array' && !isJson(schema.items)) says('items', 'is required for type array')
  if (schema.items !== undefined && type !== 'array') says('items', 'is for type array')
  if (schema.properties !== undefined && type !== 'object') says('properties', 'is for type object')
  if (schema.default === null && schema.nullable !== true) says('default', 'must not be null')
  listProblems(schema, says)
  for (const rule of Array.isArray(schema['x-kubernetes-validations'])
    ? schema['x-kubernetes-validations']
    : [])
    if (!compiles(() => compileExpression(String(rule?.rule), schema)))
      says('x-kubernetes-validations', `rule "${rule?.rule}" does not compile against this schema`)
}

function listProblems(schema: Json, says: (key: string, problem: string) => void): void {
  const listType = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys']
  if (listType === undefined) {
    if (keys !== undefined) says('x-kubernetes-list-map-keys', 'needs x-kubernetes-list-type: map')
    return
  }
  if (schema.type !== 'array') says('x-kubernetes-list-type', 'is for type array')
  if (!['atomic', 'set', 'map'].includes(String(listType)))
    says('x-kubernetes-list-type', 'must be atomic, set or map')
  if (listType !== 'map') return
  if (!Array.isArray(keys) || keys.length === 0) {
    says('x-kubernetes-list-map-keys', 'is required for x-kubernetes-list-type: map')
    return
  }
  const items = isJson(schema.items) ? schema.items : {}
  const properties = isJson(items.properties) ? items.properties : {}
  const required = Array.isArray(items.required) ? items.required : []
  for (const key of keys) {
    const field = properties[String(key)]
    if (!isJson(field)) says('x-kubernetes-list-map-keys', `items have no field ${key}`)
    else if (!required.includes(key) && field.default === undefined)
      says('x-kubernetes-list-map-keys', `${key} must be required or have a default`)
  }
}

/** Everything inside a junctor must restrict what the field's own schema already names. */
function junctorProblems(schema: Json, { path, report }: Place): void {
  for (const key of Object.keys(schema))
    if (forbiddenInJunctors.includes(key) || key.startsWith('x-kubernetes-'))
      report(`${path}.${key}: is not allowed inside allOf, anyOf, oneOf and not`)
}

const junctors = ['allOf', 'anyOf', 'oneOf'] as const

function children(schema: Json, place: Place): void {
  const { path, report, level } = place
  const properties = isJson(schema.properties) ? schema.properties : {}
  for (const [name, member] of Object.entries(properties))
    if (isJson(member)) visit(member, { ...place, path: `${path}.properties[${name}]` })
    else report(`${path}.properties[${name}]: must be a schema`)
  for (const key of ['items', 'additionalProperties'] as const) {
    const member = schema[key]
    if (isJson(member)) visit(member, { ...place, path: `${path}.${key}` })
    if (key === 'items' && Array.isArray(member)) report(`${path}.items: must be one schema`)
  }
  for (const key of junctors) {
    const members = Array.isArray(schema[key]) ? schema[key] : []
    if (level === 'field' && isIntOrStringChoice(schema, members)) continue
    members.forEach((member, i) => {
      if (!isJson(member)) return
      visit(member, { ...place, path: `${path}.${key}[${i}]`, level: 'junctor' })
      if (level === 'field') strangers(member, schema, `${path}.${key}[${i}]`, report)
    })
  }
  if (isJson(schema.not)) {
    visit(schema.not, { ...place, path: `${path}.not`, level: 'junctor' })
    if (level === 'field') strangers(schema.not, schema, `${path}.not`, report)
  }
}

/** `anyOf: [{type: integer}, {type: string}]` beside x-kubernetes-int-or-string is the one junctor with types. */
const isIntOrStringChoice = (schema: Json, members: unknown[]): boolean =>
  schema[INT_OR_STRING] === true &&
  JSON.stringify(members) === JSON.stringify([{ type: 'integer' }, { type: 'string' }])

/** Fields a junctor names and the schema around it does not. */
function strangers(member: Json, around: Json, path: string, report: (problem: string) => void): void {
  const inner = isJson(member.properties) ? member.properties : {}
  const outer = isJson(around.properties) ? around.properties : {}
  for (const [name, field] of Object.entries(inner)) {
    const known = outer[name]
    if (!isJson(known)) report(`${path}.properties[${name}]: must also be named outside of the junctor`)
    else if (isJson(field)) strangers(field, known, `${path}.properties[${name}]`, report)
  }
}

function metadataProblems(schema: Json, { report }: Place): void {
  const properties = isJson(schema.properties) ? schema.properties : {}
  const { metadata } = properties
  if (!isJson(metadata)) return
  const extra = Object.keys(metadata).filter(key => !['type', 'properties', 'description'].includes(key))
  if (metadata.type !== 'object') report('.properties[metadata].type: must be object')
  if (extra.length)
    report(`.properties[metadata].${extra[0]}: metadata can restrict only name and generateName`)
  for (const name of Object.keys(isJson(metadata.properties) ? metadata.properties : {}))
    if (name !== 'name' && name !== 'generateName')
      report(`.properties[metadata].properties[${name}]: metadata can restrict only name and generateName`)
}

function isScalarField(schema: Json, jsonPath: string): boolean {
  let at: unknown = schema
  for (const name of jsonPath.split('.').slice(1))
    at = isJson(at) && isJson(at.properties) ? at.properties[name] : undefined
  return isJson(at) && ['string', 'boolean', 'integer'].includes(String(at.type))
}

function compiles(compile: () => unknown): boolean {
  try {
    compile()
    return true
  } catch {
    return false
  }
}
