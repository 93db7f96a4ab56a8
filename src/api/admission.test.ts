import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { admit, invalidError, prepareAdmission } from './admission.ts'
import { defineKind, type Resource } from './kind.ts'
import { Event, Secret } from './kinds/core.ts'
import { kinds } from './kinds/index.ts'
import { MAX_DEPTH, MAX_NODES } from './prune.ts'

const Widget = defineKind({
  kind: 'Widget',
  plural: 'widgets',
  summary: 'A widget.',
  spec: z.object({
    replicas: z.number().int().min(0).max(9).default(1),
    mode: z.enum(['fast', 'safe']),
    name: z
      .string()
      .min(2)
      .max(4)
      .regex(/^[a-z]+$/)
      .optional(),
    share: z.number().gt(0).lt(1).optional(),
    step: z.number().multipleOf(5).optional(),
    tags: z.array(z.string()).min(1).max(2).optional(),
    parts: z.array(z.object({ x: z.number().optional() })).optional(),
    named: z.record(z.string().regex(/^[a-z]+$/), z.object({ y: z.string().optional() })).optional(),
    scalars: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    open: z.record(z.string(), z.unknown()).optional(),
    nothing: z.string().nullish(),
    limits: z.object({ most: z.number().default(5) }).prefault({}),
  }),
  status: z.object({ phase: z.enum(['On', 'Off']) }),
  rules: [
    { rule: "self.spec.mode != 'safe' || self.spec.replicas > 1", message: 'mode safe needs two replicas' },
    { rule: 'self.spec.replicas >= oldSelf.spec.replicas', message: 'replicas can only grow' },
  ],
  example: {},
})

const widget = (spec: object, rest: object = {}): Resource => ({
  apiVersion: 'keelway.dev/v1alpha1',
  kind: 'Widget',
  metadata: { name: 'w', namespace: 'default' },
  spec: { mode: 'fast', ...spec },
  ...rest,
})

const causeOf = (spec: object) => admit(Widget, widget(spec)).causes
const specOf = (object: Resource) => object.spec as Record<string, unknown>

describe('unknown fields', () => {
  test('are pruned and reported with their paths', () => {
    const { object, unknownFields, causes } = admit(
      Widget,
      widget(
        { foo: 1, parts: [{ x: 1 }, { z: 2 }], named: { a: { q: 1 } } },
        { extra: true, metadata: { name: 'w', shape: 'round' } },
      ),
    )
    expect(unknownFields.sort()).toEqual([
      'extra',
      'metadata.shape',
      'spec.foo',
      'spec.named.a.q',
      'spec.parts[1].z',
    ])
    expect(causes).toEqual([])
    expect(object).toMatchObject({
      metadata: { name: 'w' },
      spec: { parts: [{ x: 1 }, {}], named: { a: {} } },
    })
    expect(JSON.stringify(object)).not.toMatch(/foo|shape|extra|"z"|"q"/)
  })

  test('stay in regions that are open', () => {
    const open = { a: { b: [{ c: null }] } }
    const { object, unknownFields } = admit(Widget, widget({ open }))
    expect(unknownFields).toEqual([])
    expect(specOf(object).open).toEqual(open)
  })

  test('are not mistaken for what every JavaScript object has', () => {
    expect(admit(Widget, widget({ constructor: 1, toString: 2 })).unknownFields).toEqual([
      'spec.constructor',
      'spec.toString',
    ])
  })

  test('are listed a hundred at most', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`f${i}`, i]))
    expect(admit(Widget, widget(many)).unknownFields).toHaveLength(100)
  })
})

describe('defaults', () => {
  test('fill what is missing, also inside objects that are missing', () => {
    expect(specOf(admit(Widget, widget({})).object)).toEqual({
      mode: 'fast',
      replicas: 1,
      limits: { most: 5 },
    })
  })

  test('take the place of null, which is kept where it is allowed and refused elsewhere', () => {
    const { object, causes } = admit(Widget, widget({ replicas: null, nothing: null }))
    expect(causes).toEqual([])
    expect(specOf(object)).toMatchObject({ replicas: 1, nothing: null })
    expect(causeOf({ name: null })).toEqual([
      {
        reason: 'FieldValueTypeInvalid',
        message: 'Invalid value: "null": spec.name in body must be of type string: "null"',
        field: 'spec.name',
      },
    ])
  })

  test('are not needed where Kubernetes takes null for absent: its own kinds, and metadata', () => {
    const event = { ...Event.example, firstTimestamp: null, count: null }
    expect(admit(Event, event as unknown as Resource).causes).toEqual([])
    const object = widget({}, { metadata: { name: 'w', creationTimestamp: null, labels: null } })
    expect(admit(Widget, object).object.metadata).toEqual({ name: 'w' })
  })
})

describe('a wrong value', () => {
  test.each<[object, string, string, string]>([
    [{ mode: undefined }, 'spec.mode', 'FieldValueRequired', 'Required value'],
    [
      { mode: 'slow' },
      'spec.mode',
      'FieldValueNotSupported',
      'Unsupported value: "slow": supported values: "fast", "safe"',
    ],
    [
      { replicas: -1 },
      'spec.replicas',
      'FieldValueInvalid',
      'Invalid value: -1: spec.replicas in body should be greater than or equal to 0',
    ],
    [
      { replicas: 10 },
      'spec.replicas',
      'FieldValueInvalid',
      'Invalid value: 10: spec.replicas in body should be less than or equal to 9',
    ],
    [
      { replicas: 1.5 },
      'spec.replicas',
      'FieldValueTypeInvalid',
      'Invalid value: "number": spec.replicas in body must be of type integer: "number"',
    ],
    [
      { replicas: '1' },
      'spec.replicas',
      'FieldValueTypeInvalid',
      'Invalid value: "string": spec.replicas in body must be of type integer: "string"',
    ],
    [
      { share: 0 },
      'spec.share',
      'FieldValueInvalid',
      'Invalid value: 0: spec.share in body should be greater than 0',
    ],
    [
      { share: 1 },
      'spec.share',
      'FieldValueInvalid',
      'Invalid value: 1: spec.share in body should be less than 1',
    ],
    [
      { step: 7 },
      'spec.step',
      'FieldValueInvalid',
      'Invalid value: 7: spec.step in body should be a multiple of 5',
    ],
    [
      { name: 'a' },
      'spec.name',
      'FieldValueInvalid',
      'Invalid value: "a": spec.name in body should be at least 2 chars long',
    ],
    [{ name: 'abcde' }, 'spec.name', 'FieldValueTooLong', 'Too long: may not be more than 4 characters'],
    [
      { name: 'A1' },
      'spec.name',
      'FieldValueInvalid',
      `Invalid value: "A1": spec.name in body should match '^[a-z]+$'`,
    ],
    [
      { tags: [] },
      'spec.tags',
      'FieldValueInvalid',
      'Invalid value: []: spec.tags in body should have at least 1 items',
    ],
    [{ tags: ['a', 'b', 'c'] }, 'spec.tags', 'FieldValueTooMany', 'Too many: 3: must have at most 2 items'],
    [
      { parts: {} },
      'spec.parts',
      'FieldValueTypeInvalid',
      'Invalid value: "object": spec.parts in body must be of type array: "object"',
    ],
    [
      { parts: [{ x: 'a' }] },
      'spec.parts[0].x',
      'FieldValueTypeInvalid',
      'Invalid value: "string": spec.parts[0].x in body must be of type number: "string"',
    ],
    [
      { scalars: { a: [] } },
      'spec.scalars.a',
      'FieldValueTypeInvalid',
      'Invalid value: "array": spec.scalars.a in body must be of type string or number or boolean: "array"',
    ],
  ])('%j gets the cause Kubernetes gives', (spec, field, reason, message) => {
    expect(causeOf(spec)).toEqual([{ reason, message, field }])
  })

  test('in the name of a map entry is named', () => {
    expect(causeOf({ named: { A: {} } })).toMatchObject([
      { reason: 'FieldValueInvalid', field: 'spec.named.A' },
    ])
  })

  test('in status is refused when there is a status', () => {
    expect(admit(Widget, widget({})).causes).toEqual([])
    expect(admit(Widget, widget({}, { status: { phase: 'Idle' } })).causes).toMatchObject([
      { reason: 'FieldValueNotSupported', field: 'status.phase' },
    ])
  })

  test('is cut in the message when it is long', () => {
    const [cause] = causeOf({ mode: 'x'.repeat(10_000) })
    expect(cause?.message.length).toBeLessThan(300)
  })

  test('of a Secret is never shown', () => {
    const secret = { ...Secret.example, data: { key: 'not base64 hunter2' } } as unknown as Resource
    const { causes } = admit(Secret, secret)
    expect(causes).toHaveLength(1)
    expect(JSON.stringify(causes)).not.toContain('hunter2')
  })
})

describe('rules', () => {
  test('are about the object with its defaults', () => {
    expect(causeOf({ mode: 'safe' })).toEqual([
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: "object": mode safe needs two replicas',
        field: '',
      },
    ])
    expect(causeOf({ mode: 'safe', replicas: 2 })).toEqual([])
  })

  test('about oldSelf are for updates only', () => {
    const next = widget({ replicas: 2 })
    expect(admit(Widget, next).causes).toEqual([])
    expect(admit(Widget, next, widget({ replicas: 2 })).causes).toEqual([])
    expect(admit(Widget, next, widget({ replicas: 3 })).causes.map(({ message }) => message)).toEqual([
      'Invalid value: "object": replicas can only grow',
    ])
  })

  test('wait until the fields are right', () => {
    expect(causeOf({ mode: 'safe', replicas: 'x' })).toHaveLength(1)
  })

  test('that can not be compiled stop the start and are named', () => {
    const rules = [{ rule: 'self.spec.gone == 1', message: 'm' }]
    expect(() => prepareAdmission([{ ...Widget, rules }])).toThrow(
      'Widget: rule "self.spec.gone == 1" can not be compiled: there is no field gone',
    )
  })
})

describe('hostile objects', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) })

  test('that are too deep or hold too many values are refused before anything else looks at them', () => {
    expect(causeOf({ open: nested(MAX_DEPTH - 3) })).toEqual([])
    expect(causeOf({ open: nested(MAX_DEPTH) })[0]?.message).toContain(`deeper than ${MAX_DEPTH} levels`)
    expect(causeOf({ open: nested(5000) })[0]?.message).toContain(`deeper than ${MAX_DEPTH} levels`)
    const many = { a: Array.from({ length: MAX_NODES + 1 }, () => 0) }
    expect(causeOf({ open: many })[0]?.message).toContain(`more than ${MAX_NODES} values`)
  })

  test('can not reach the prototype of anything', () => {
    const spec = JSON.parse('{"mode":"fast","open":{"__proto__":{"polluted":true}}}')
    expect(causeOf(spec)[0]?.message).toContain('this name is not allowed')
    const metadata = JSON.parse('{"name":"w","labels":{"__proto__":"x"}}')
    expect(admit(Widget, widget({}, { metadata })).causes[0]?.message).toContain('this name is not allowed')
  })

  test('never make admission throw, and what is admitted is admitted again unchanged', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 5 }),
        fc.constantFrom('spec', 'status', 'metadata'),
        (value, part) => {
          const first = admit(Widget, widget({}, { [part]: value }))
          if (first.causes.length > 0) return
          const second = admit(Widget, first.object)
          expect(second).toEqual({ object: first.object, unknownFields: [], causes: [] })
        },
      ),
      { numRuns: 300 },
    )
  })

  test('are not changed in place', () => {
    const object = widget({ foo: 1, replicas: null, parts: [{ q: 1 }] })
    const before = structuredClone(object)
    admit(Widget, object)
    expect(object).toEqual(before)
  })
})

test('the 422 answer lists every cause, worded as Kubernetes does', () => {
  const error = invalidError(Widget, 'w', causeOf({ mode: undefined, replicas: -1 }))
  expect(error.toStatus()).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message:
      'Widget.keelway.dev "w" is invalid: [spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0, spec.mode: Required value]',
    details: { name: 'w', group: 'keelway.dev', kind: 'Widget' },
  })
})

describe.each(kinds.map(kind => [kind.kind, kind] as const))('the example of %s', (_, kind) => {
  test('is admitted, as new and as an update of itself', () => {
    const first = admit(kind, kind.example as Resource)
    expect({ ...first, object: undefined }).toEqual({ object: undefined, unknownFields: [], causes: [] })
    expect(admit(kind, first.object, first.object)).toEqual(first)
  })
})
