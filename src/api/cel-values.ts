import { type CelInput, celList, celMap } from '@bufbuild/cel'
import type { Schema } from './schema.ts'

/**
 * A JSON value as CEL sees it by its schema: integers are int and not double, names are escaped as Kubernetes
 * escapes them, fields of preserved regions are invisible. Objects are views: only what a rule reads is converted, and
 * `spend` is told how many values that are.
 */
export function celValue(schema: Schema | undefined, value: unknown, spend: Spend = free): CelInput {
  // A quantity may be written as a number, which Kubernetes reads as text.
  if (typeof value === 'number' && schema?.format === 'quantity') return String(value)
  if (typeof value === 'number') return isInteger(schema, value) ? BigInt(value) : value
  if (typeof value !== 'object' || value === null) return value as CelInput
  if (Array.isArray(value)) {
    spend(value.length)
    return celList(value.map(item => celValue(schema?.items, item, spend)))
  }
  return celMap(new ObjectView(schema, value as Record<string, unknown>, spend))
}

type Spend = (values: number) => void
const free: Spend = () => {}

/** Where the schema leaves the type open, a whole number is an int, as Kubernetes decodes it. */
const isInteger = (schema: Schema | undefined, value: number): boolean =>
  Number.isInteger(value) && schema?.type !== 'number'

/** CEL's reserved words, which Kubernetes writes as `__word__` in rules. */
const reserved = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return ' +
    'var void while'
  ).split(' '),
)

/** The name of a field in rules, such as `__namespace__` or `max__dash__units`. */
function escapedName(name: string): string {
  if (reserved.has(name)) return `__${name}__`
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
}

/** The schema of a field by its name in rules. */
export function memberOf(schema: Schema, name: string): [key: string, schema: Schema] | undefined {
  const { properties = {} } = schema
  const key =
    escapedName(name) === name && Object.hasOwn(properties, name) ? name : unescaped(properties, name)
  const member = key === undefined ? undefined : properties[key]
  if (key !== undefined && member) return [key, member]
  return schema.additionalProperties ? [name, schema.additionalProperties] : undefined
}

const unescaped = (properties: object, name: string): string | undefined =>
  name.includes('__') ? Object.keys(properties).find(key => escapedName(key) === name) : undefined

class ObjectView implements ReadonlyMap<string, CelInput> {
  readonly #schema: Schema | undefined
  readonly #value: Record<string, unknown>
  readonly #spend: Spend

  constructor(schema: Schema | undefined, value: Record<string, unknown>, spend: Spend) {
    this.#schema = schema
    this.#value = value
    this.#spend = spend
  }

  get size(): number {
    return [...this.keys()].length
  }

  get(name: string): CelInput | undefined {
    this.#spend(1)
    const [key, schema] = this.#schema ? (memberOf(this.#schema, name) ?? []) : [name]
    return key !== undefined && Object.hasOwn(this.#value, key) && this.#value[key] !== undefined
      ? celValue(schema, this.#value[key], this.#spend)
      : undefined
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  *keys(): MapIterator<string> {
    for (const key of Object.keys(this.#value)) {
      const name = this.#schema?.properties ? escapedName(key) : key
      if (this.has(name)) yield name
    }
  }

  *values(): MapIterator<CelInput> {
    for (const [, value] of this) yield value
  }

  *entries(): MapIterator<[string, CelInput]> {
    for (const name of this.keys()) {
      const value = this.get(name)
      if (value !== undefined) yield [name, value]
    }
  }

  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries()
  }

  forEach(visit: (value: CelInput, name: string, map: ReadonlyMap<string, CelInput>) => void): void {
    for (const [name, value] of this) visit(value, name, this)
  }
}
