import { describe, expect, test } from 'vitest'
import { admit } from './admission.ts'
import type { Kind, Resource } from './kind.ts'
import { ConfigMap, Namespace } from './kinds/core.ts'

describe('metadata', () => {
  const fieldsOf = (kind: Kind, metadata: object) =>
    admit(kind, { ...kind.example, metadata } as Resource).causes.map(({ field, reason }) => [field, reason])

  test.each<[string, object, string]>([
    ['a name in capitals', { name: 'W' }, 'metadata.name'],
    ['a name that is too long', { name: 'w'.repeat(254) }, 'metadata.name'],
    ['a name with a slash', { name: 'a/b' }, 'metadata.name'],
    ['a name that ends with a dot', { name: 'a.' }, 'metadata.name'],
    ['a namespace with a dot', { name: 'w', namespace: 'a.b' }, 'metadata.namespace'],
    ['a label key with a space', { name: 'w', labels: { 'a b': '' } }, 'metadata.labels'],
    ['a label prefix that is no domain', { name: 'w', labels: { 'A/b': '' } }, 'metadata.labels'],
    ['a label value that is too long', { name: 'w', labels: { a: 'v'.repeat(64) } }, 'metadata.labels'],
    ['a label value with a slash', { name: 'w', labels: { a: 'x/y' } }, 'metadata.labels'],
    ['an annotation key with a space', { name: 'w', annotations: { 'a b': '' } }, 'metadata.annotations'],
    ['a finalizer with a space', { name: 'w', finalizers: ['a b'] }, 'metadata.finalizers'],
  ])('refuses %s', (_, metadata, field) => {
    expect(fieldsOf(ConfigMap, metadata)).toEqual([[field, 'FieldValueInvalid']])
  })

  test('takes names, labels, annotations and finalizers that Kubernetes takes', () => {
    const metadata = {
      name: 'a-1.b-2',
      namespace: 'team-a',
      labels: { 'app.kubernetes.io/name': 'My_Value.1', empty: '' },
      annotations: { 'example.com/Any': 'any text: {} /' },
      finalizers: ['keelway.dev/cleanup', 'foregroundDeletion'],
    }
    expect(fieldsOf(ConfigMap, metadata)).toEqual([])
  })

  test('needs a name or a prefix for one', () => {
    expect(fieldsOf(ConfigMap, {})).toEqual([['metadata.name', 'FieldValueRequired']])
    expect(fieldsOf(ConfigMap, { generateName: 'w-' })).toEqual([])
  })

  test('of cluster-scoped kinds has no namespace, and namespaces are DNS labels', () => {
    expect(fieldsOf(Namespace, { name: 'a', namespace: 'b' })).toEqual([
      ['metadata.namespace', 'FieldValueForbidden'],
    ])
    expect(fieldsOf(Namespace, { name: 'a.b' })).toEqual([['metadata.name', 'FieldValueInvalid']])
  })

  test('holds annotations of 256 KiB in bytes, not in characters', () => {
    const annotations = (text: string) => ({ name: 'w', annotations: { a: text } })
    expect(fieldsOf(ConfigMap, annotations('x'.repeat(256 * 1024 - 1)))).toEqual([])
    expect(fieldsOf(ConfigMap, annotations('x'.repeat(256 * 1024)))).toEqual([
      ['metadata.annotations', 'FieldValueTooLong'],
    ])
    expect(fieldsOf(ConfigMap, annotations('€'.repeat(100 * 1024)))).toEqual([
      ['metadata.annotations', 'FieldValueTooLong'],
    ])
  })

  test('has one controller at most, and owners that say who they are', () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: '1', controller: true }
    const owned = (ownerReferences: object[]) => fieldsOf(ConfigMap, { name: 'w', ownerReferences })
    expect(owned([owner, { ...owner, controller: false }])).toEqual([])
    expect(owned([owner, owner])).toEqual([['metadata.ownerReferences', 'FieldValueInvalid']])
    expect(owned([{ ...owner, uid: '' }])).toEqual([
      ['metadata.ownerReferences[0].uid', 'FieldValueRequired'],
    ])
  })
})
