import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admit } from './admission.ts'
import type { Kind, Resource } from './kind.ts'
import { ownKinds } from './kinds/index.ts'
import { prune } from './prune.ts'
import { kindSchema, type Schema } from './schema.ts'

/**
 * A cluster checks objects by the CRD, the embedded server by zod. Both must say the same, or an object would be
 * admitted in one and not in the other. An independent JSON schema validator stands in for the cluster here.
 */
describe.each(ownKinds.map(kind => [kind.kind, kind] as const))('%s', (_, kind) => {
  const schema = kindSchema(kind)
  const accepts = new Ajv({ strict: false, validateFormats: false }).compile(jsonSchema(schema))
  // Rules hold in both by the same text; what is compared here is the schema.
  const bare: Kind = { ...kind, rules: [] }
  const full = admit(bare, kind.example as Resource).object

  test('is admitted by zod exactly when its CRD admits it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...leaves(full)), replacement, (path, value) => {
        const changed = replaced(full, path, value) as Resource
        const admitted = admit(bare, changed).causes.length === 0
        expect([path.join('.'), admitted]).toEqual([
          path.join('.'),
          accepts(prune(schema, changed, 'defaulted').value),
        ])
      }),
      { numRuns: 150 },
    )
  })
})

const replacement = fc.oneof(
  fc.constantFrom(
    null,
    '',
    'x',
    'main',
    true,
    false,
    0,
    1,
    0.5,
    -1,
    1e6,
    1.5,
    [],
    {},
    '10m',
    'a'.repeat(3000),
  ),
  // Integers beyond 2^53 can not be held by JSON in JavaScript; zod refuses them and a cluster keeps them.
  fc.jsonValue({ maxDepth: 2 }).filter(value => !/__proto__|\d{16}|e\+/.test(JSON.stringify(value))),
)

/** Paths of everything in spec, but for maps whose values or names CRDs can describe less narrowly than zod. */
function leaves(object: Resource): (string | number)[][] {
  const found: (string | number)[][] = []
  const walk = (value: unknown, path: (string | number)[]) => {
    if (path.length > 1) found.push(path)
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value))
      if (!['parameters', 'variables', 'partials'].includes(key))
        walk(member, [...path, Array.isArray(value) ? Number(key) : key])
  }
  walk(object.spec, ['spec'])
  return found
}

function replaced(value: unknown, [key, ...rest]: (string | number)[], next: unknown): unknown {
  if (key === undefined) return next
  const copy = structuredClone(value) as Record<string | number, unknown>
  copy[key] = replaced(copy[key], rest, next)
  return copy
}

/** Draft 7 of an OpenAPI 3.0 schema: bounds are numbers, int-or-string is a choice. */
function jsonSchema(schema: Schema): object {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, properties, items, additionalProperties } =
    schema
  return {
    ...schema,
    ...(schema['x-kubernetes-int-or-string'] ? { type: ['integer', 'string'] } : {}),
    minimum: exclusiveMinimum ? undefined : minimum,
    maximum: exclusiveMaximum ? undefined : maximum,
    exclusiveMinimum: exclusiveMinimum ? minimum : undefined,
    exclusiveMaximum: exclusiveMaximum ? maximum : undefined,
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, member]) => [name, jsonSchema(member)]),
          ),
        }
      : {}),
    ...(items ? { items: jsonSchema(items) } : {}),
    ...(additionalProperties ? { additionalProperties: jsonSchema(additionalProperties) } : {}),
  }
}
