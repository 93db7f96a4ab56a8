import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { kinds } from './kinds/index.ts'
import { contentOf, kindSchema, type Schema, schemaOf } from './schema.ts'

describe('schemaOf', () => {
  test('turns bounds, patterns and formats into what structural schemas know', () => {
    const type = z.object({
      count: z.number().int().positive().max(9).describe('How many.'),
      share: z.number().gt(0).lt(1),
      when: z.iso.datetime(),
      name: z
        .string()
        .min(1)
        .max(5)
        .regex(/^[a-z]+$/),
      mode: z.enum(['a', 'b']).default('a'),
    })
    expect(schemaOf(type)).toEqual({
      type: 'object',
      required: ['count', 'share', 'when', 'name'],
      properties: {
        count: { type: 'integer', description: 'How many.', minimum: 0, exclusiveMinimum: true, maximum: 9 },
        share: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true },
        when: { type: 'string', format: 'date-time' },
        name: { type: 'string', minLength: 1, maxLength: 5, pattern: '^[a-z]+$' },
        mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
      },
    })
  })

  test('leaves out the bounds of safe integers and closes no object', () => {
    expect(schemaOf(z.strictObject({ n: z.number().int() }))).toEqual({
      type: 'object',
      required: ['n'],
      properties: { n: { type: 'integer' } },
    })
  })

  test('says nullable beside the type', () => {
    const type = z.object({ text: z.string().nullish(), part: z.object({ x: z.string() }).nullish() })
    expect(schemaOf(type).properties).toMatchObject({
      text: { type: 'string', nullable: true },
      part: { type: 'object', nullable: true, properties: { x: { type: 'string' } } },
    })
  })

  test('keeps records of anything open and describes the values of others', () => {
    const type = z.object({
      open: z.record(z.string(), z.unknown()),
      texts: z.record(z.string(), z.string().max(3)),
      scalars: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      any: z.unknown(),
    })
    expect(schemaOf(type).properties).toEqual({
      open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      texts: { type: 'object', additionalProperties: { type: 'string', maxLength: 3 } },
      scalars: {
        type: 'object',
        additionalProperties: { 'x-kubernetes-preserve-unknown-fields': true },
      },
      any: { 'x-kubernetes-preserve-unknown-fields': true },
    })
  })

  test('takes a marked union of integer and string as int-or-string', () => {
    const type = z.array(z.union([z.string(), z.number().int()]).meta({ intOrString: true }))
    expect(schemaOf(type)).toEqual({ type: 'array', items: { 'x-kubernetes-int-or-string': true } })
  })

  test('keeps the default of an object that is filled in by its own fields', () => {
    const type = z.object({ limits: z.object({ most: z.number().default(5) }).prefault({}) })
    expect(schemaOf(type).properties?.limits).toEqual({
      type: 'object',
      default: {},
      properties: { most: { type: 'number', default: 5 } },
    })
  })

  test.each([
    [
      'a union of objects',
      z.object({ a: z.union([z.object({ x: z.string() }), z.object({ y: z.string() })]) }),
      'a',
    ],
    [
      'an unmarked union of scalars',
      z.object({ a: z.object({ b: z.union([z.string(), z.number()]) }) }),
      'a.b',
    ],
    ['a union in a list', z.object({ a: z.array(z.union([z.string(), z.object({})])) }), 'a[]'],
    ['a union of objects in a record', z.record(z.string(), z.union([z.string(), z.object({})])), '{}'],
    ['two patterns on one text', z.object({ a: z.string().regex(/a/).regex(/b/) }), 'a'],
  ])('refuses %s with the path of the field', (_, type, path) => {
    expect(() => schemaOf(type)).toThrow(new RegExp(`^${path.replace(/[[\]{}.]/g, '\\$&')}: `))
  })
})

describe.each(kinds.map(kind => [kind.kind, kind] as const))('%s', (_, kind) => {
  test('gets the same defaults from its schema in a cluster as from zod here', () => {
    const { spec, status, ...rest } = kind.example as Record<string, unknown>
    const { apiVersion: _v, kind: _k, metadata: _m, ...fields } = rest
    const content = { ...fields, ...(spec ? { spec } : {}), ...(status ? { status } : {}) }
    expect(contentOf(kind).parse(content)).toEqual(defaulted(kindSchema(kind), content))
  })
})

/** Kubernetes' defaulting: a missing field with a default gets it, then defaults inside apply. */
function defaulted(schema: Schema | undefined, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => defaulted(schema?.items, item))
  if (typeof value !== 'object' || value === null) return value
  const out: Record<string, unknown> = { ...value }
  for (const [name, field] of Object.entries(schema?.properties ?? {}))
    if (out[name] === undefined && field.default !== undefined) out[name] = structuredClone(field.default)
  for (const [name, member] of Object.entries(out))
    out[name] = defaulted(schema?.properties?.[name] ?? schema?.additionalProperties, member)
  return out
}
