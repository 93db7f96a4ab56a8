import { type Column, GROUP, type Kind } from './kind.ts'
import { kindSchema, type Schema } from './schema.ts'

/** Kubernetes' apiextensions.k8s.io/v1 CustomResourceDefinition, as far as it is used here. */
export interface CustomResourceDefinition {
  apiVersion: 'apiextensions.k8s.io/v1'
  kind: 'CustomResourceDefinition'
  metadata: { name: string }
  spec: {
    group: string
    names: {
      plural: string
      singular: string
      kind: string
      listKind: string
      shortNames?: string[]
      categories: string[]
    }
    scope: 'Namespaced' | 'Cluster'
    versions: {
      name: string
      served: boolean
      storage: boolean
      schema: { openAPIV3Schema: Schema }
      subresources?: { status: Record<string, never> }
      additionalPrinterColumns?: PrinterColumn[]
      selectableFields?: { jsonPath: string }[]
    }[]
  }
}

interface PrinterColumn {
  name: string
  type: string
  jsonPath: string
  priority?: number
  description?: string
}

/** `kubectl get keelway` lists the objects of all kinds of ours. */
const CATEGORY = GROUP.split('.')[0] ?? GROUP

/** The CustomResourceDefinition that teaches a cluster a kind of ours. */
export function crdOf(kind: Kind): CustomResourceDefinition {
  const { group, version, plural, singular, shortNames, scope, rules, selectableFields } = kind
  const schema: Schema = {
    ...kindSchema(kind),
    ...(rules.length ? { 'x-kubernetes-validations': rules.map(rule => ({ ...rule })) } : {}),
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        plural,
        singular,
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        ...(shortNames.length ? { shortNames: [...shortNames] } : {}),
        categories: [CATEGORY],
      },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...(kind.status ? { subresources: { status: {} } } : {}),
          additionalPrinterColumns: [...kind.columns, age].map(printerColumn),
          ...(selectableFields.length
            ? { selectableFields: selectableFields.map(path => ({ jsonPath: `.${path}` })) }
            : {}),
        },
      ],
    },
  }
}

/** Kubernetes adds this column itself only where a kind has no other. */
const age: Column = { name: 'Age', path: '.metadata.creationTimestamp', type: 'date' }

const printerColumn = ({ name, path, type = 'string', priority, description }: Column): PrinterColumn => ({
  name,
  type,
  jsonPath: path,
  ...(priority ? { priority } : {}),
  ...(description ? { description } : {}),
})
