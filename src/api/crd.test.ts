import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { crdOf } from './crd.ts'
import { defineKind } from './kind.ts'

const Widget = defineKind({
  kind: 'Widget',
  plural: 'widgets',
  shortNames: ['wd'],
  summary: 'A widget.',
  spec: z.object({ size: z.number().int().describe('How big.'), color: z.string().describe('Its color.') }),
  status: z.object({ phase: z.string().optional().describe('Phase.') }),
  columns: [
    { name: 'Size', path: '.spec.size', type: 'integer' },
    { name: 'Phase', path: '.status.phase', priority: 1, description: 'Its phase.' },
  ],
  rules: [{ rule: 'self.spec.size > 0', message: 'size must be more than nothing' }],
  selectableFields: ['spec.color'],
  example: {},
})

describe('the CRD of a kind', () => {
  const { metadata, spec } = crdOf(Widget)
  const [version] = spec.versions

  test('has its names, scope and one stored version', () => {
    expect(metadata.name).toBe('widgets.keelway.dev')
    expect(spec).toMatchObject({
      group: 'keelway.dev',
      scope: 'Namespaced',
      names: {
        plural: 'widgets',
        singular: 'widget',
        kind: 'Widget',
        listKind: 'WidgetList',
        shortNames: ['wd'],
        categories: ['keelway'],
      },
    })
    expect(spec.versions).toHaveLength(1)
    expect(version).toMatchObject({
      name: 'v1alpha1',
      served: true,
      storage: true,
      subresources: { status: {} },
    })
  })

  test('has its columns and the age, which Kubernetes adds only to kinds without columns', () => {
    expect(version?.additionalPrinterColumns).toEqual([
      { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase', priority: 1, description: 'Its phase.' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ])
  })

  test('has its rules and selectable fields', () => {
    expect(version?.schema.openAPIV3Schema['x-kubernetes-validations']).toEqual([
      { rule: 'self.spec.size > 0', message: 'size must be more than nothing' },
    ])
    expect(version?.selectableFields).toEqual([{ jsonPath: '.spec.color' }])
  })

  test('has no status subresource for a kind without status', () => {
    const { status: _, ...rest } = Widget
    const [plain] = crdOf({ ...rest, status: undefined }).spec.versions
    expect(plain).not.toHaveProperty('subresources')
  })
})
