import { describe, expect, test } from 'vitest'
import { crdOf } from './crd.ts'
import { ownKinds } from './kinds/index.ts'
import { ModelRoute } from './kinds/model-route.ts'
import { schemaProblems, structuralProblems } from './structural.ts'

const withField = (field: object) => ({ type: 'object', properties: { x: field } })

test.each(ownKinds.map(kind => [kind.kind, kind] as const))('the CRD of %s is structural', (_, kind) => {
  expect(structuralProblems(crdOf(kind))).toEqual([])
})

describe('a schema', () => {
  test.each<[string, object]>([
    ['a typed field', { type: 'string' }],
    ['an int-or-string', { 'x-kubernetes-int-or-string': true }],
    [
      'an int-or-string that spells out its choice',
      { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    ],
    ['anything', { 'x-kubernetes-preserve-unknown-fields': true }],
    ['an open object', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }],
    ['a map', { type: 'object', additionalProperties: { type: 'integer' } }],
    [
      'a junctor over named fields',
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'string' } },
        oneOf: [{ required: ['a'] }, { required: ['b'] }],
        anyOf: [{ properties: { a: { minLength: 2 } } }],
        not: { required: ['c'] },
      },
    ],
    [
      'a list told apart by a required key',
      {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object', required: ['k'], properties: { k: { type: 'string' } } },
      },
    ],
    ['a null default where null is allowed', { type: 'string', nullable: true, default: null }],
    [
      'a rule about its own fields',
      {
        type: 'object',
        properties: { a: { type: 'integer' } },
        'x-kubernetes-validations': [{ rule: 'self.a > 0', message: 'm' }],
      },
    ],
  ])('may have %s', (_, field) => {
    expect(schemaProblems(withField(field))).toEqual([])
  })

  test.each<[string, object, string]>([
    ['a field without type', {}, '.properties[x].type: is required'],
    ['a type that does not exist', { type: 'map' }, 'there is no type map'],
    [
      'an int-or-string with a type',
      { 'x-kubernetes-int-or-string': true, type: 'string' },
      'must be absent',
    ],
    [
      'preserve-unknown that is false',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
      'must be true',
    ],
    [
      'preserve-unknown on a string',
      { type: 'string', 'x-kubernetes-preserve-unknown-fields': true },
      'for type object',
    ],
    [
      'an embedded resource that is a list',
      { type: 'array', items: { type: 'string' }, 'x-kubernetes-embedded-resource': true },
      'for type object',
    ],
    ['a list without items', { type: 'array' }, '.items: is required'],
    ['a list with a tuple', { type: 'array', items: [{ type: 'string' }] }, 'must be one schema'],
    ['items without type', { type: 'array', items: {} }, '.items.type: is required'],
    ['items of a string', { type: 'string', items: { type: 'string' } }, 'is for type array'],
    ['properties of a string', { type: 'string', properties: {} }, 'is for type object'],
    [
      'properties beside additionalProperties',
      { type: 'object', properties: {}, additionalProperties: { type: 'string' } },
      'exclude each other',
    ],
    ['additionalProperties: true', { type: 'object', additionalProperties: true }, 'must be a schema'],
    [
      'map values without type',
      { type: 'object', additionalProperties: {} },
      '.additionalProperties.type: is required',
    ],
    ['a reference', { $ref: '#/x', type: 'object' }, '.$ref: is not allowed'],
    ['definitions', { type: 'object', definitions: {} }, '.definitions: is not allowed'],
    ['patternProperties', { type: 'object', patternProperties: {} }, '.patternProperties: is not allowed'],
    ['const', { type: 'string', const: 'a' }, '.const: is not allowed'],
    ['readOnly', { type: 'string', readOnly: true }, '.readOnly: is not allowed'],
    [
      'unique items',
      { type: 'array', items: { type: 'string' }, uniqueItems: true },
      'x-kubernetes-list-type: set',
    ],
    [
      'a type in anyOf',
      { type: 'string', anyOf: [{ type: 'string' }] },
      '.anyOf[0].type: is not allowed inside',
    ],
    [
      'a default in oneOf',
      { type: 'string', oneOf: [{ default: 'a' }] },
      '.oneOf[0].default: is not allowed inside',
    ],
    [
      'nullable in allOf',
      { type: 'string', allOf: [{ nullable: true }] },
      '.allOf[0].nullable: is not allowed inside',
    ],
    [
      'a description in not',
      { type: 'string', not: { description: 'a' } },
      '.not.description: is not allowed inside',
    ],
    [
      'additionalProperties in allOf',
      { type: 'object', allOf: [{ additionalProperties: { minLength: 1 } }] },
      '.allOf[0].additionalProperties: is not allowed inside',
    ],
    [
      'an extension in anyOf',
      { type: 'object', anyOf: [{ 'x-kubernetes-preserve-unknown-fields': true }] },
      'is not allowed inside',
    ],
    [
      'a field named only in a junctor',
      { type: 'object', oneOf: [{ properties: { a: { minLength: 1 } } }] },
      'must also be named outside',
    ],
    ['a default of null', { type: 'string', default: null }, 'must not be null'],
    ['a pattern with a look-ahead', { type: 'string', pattern: '(?=a)' }, 'is no RE2 expression'],
    ['an empty enum', { type: 'string', enum: [] }, 'must list values'],
    ['a list type on an object', { type: 'object', 'x-kubernetes-list-type': 'set' }, 'is for type array'],
    [
      'an unknown list type',
      { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'bag' },
      'must be atomic, set or map',
    ],
    [
      'a keyed list without keys',
      { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' },
      'is required for x-kubernetes-list-type: map',
    ],
    [
      'keys without a keyed list',
      { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-map-keys': ['k'] },
      'needs x-kubernetes-list-type: map',
    ],
    [
      'a key that items lack',
      {
        type: 'array',
        items: { type: 'object' },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      'items have no field k',
    ],
    [
      'a key that is optional',
      {
        type: 'array',
        items: { type: 'object', properties: { k: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      'required or have a default',
    ],
    [
      'a rule about a field it lacks',
      { type: 'object', properties: {}, 'x-kubernetes-validations': [{ rule: 'self.a > 0' }] },
      'does not compile',
    ],
  ])('may not have %s', (_, field, problem) => {
    expect(schemaProblems(withField(field)).join('\n')).toContain(problem)
  })

  test.each<[string, object, string]>([
    ['a root that is no object', { type: 'string' }, '.type: must be object at the root'],
    [
      'a root without fields',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      'which fields there are',
    ],
    [
      'metadata with a limit on labels',
      {
        type: 'object',
        properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
      },
      'only name and generateName',
    ],
    [
      'metadata that is required to have something',
      { type: 'object', properties: { metadata: { type: 'object', required: ['labels'] } } },
      'only name and generateName',
    ],
  ])('may not have %s', (_, schema, problem) => {
    expect(schemaProblems(schema as Record<string, unknown>).join('\n')).toContain(problem)
  })
})

describe('a CustomResourceDefinition', () => {
  const crd = () => structuredClone(crdOf(ModelRoute))

  test('must be named after plural and group', () => {
    expect(structuralProblems({ ...crd(), metadata: { name: 'routes' } })).toEqual([
      'metadata.name: must be modelroutes.keelway.dev',
    ])
  })

  test('may not take a group of Kubernetes, nor names that are no DNS labels', () => {
    const { spec } = crd()
    spec.group = 'apps.k8s.io'
    spec.names.shortNames = ['Mr']
    const problems = structuralProblems({ ...crd(), metadata: { name: 'modelroutes.apps.k8s.io' }, spec })
    expect(problems).toEqual([
      'spec.group: apps.k8s.io is reserved for Kubernetes',
      'spec.names: Mr is not a DNS label',
    ])
  })

  test('stores exactly one version', () => {
    const wrong = crd()
    for (const version of wrong.spec.versions) version.storage = false
    expect(structuralProblems(wrong)).toEqual(['spec.versions: exactly one version must be stored'])
  })

  test('has columns with a known type and a path, and selects by scalar fields', () => {
    const wrong = crd()
    for (const version of wrong.spec.versions) {
      version.additionalPrinterColumns = [{ name: 'X', type: 'text', jsonPath: 'spec' }]
      version.selectableFields = [{ jsonPath: '.spec.model' }, { jsonPath: '.spec.serve' }]
    }
    expect(structuralProblems(wrong)).toEqual([
      'spec.versions[0].additionalPrinterColumns: X has no such type text',
      'spec.versions[0].additionalPrinterColumns: X must have a path that begins with a dot',
      'spec.versions[0].selectableFields: .spec.serve is no field of type string, boolean or integer',
    ])
  })
})
