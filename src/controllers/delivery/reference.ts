import type { Resource } from '../../api/kind.ts'
import type { Delivery } from '../../api/kinds/delivery.ts'
import { source } from '../../api/source.ts'

/** An object as `status` of a Delivery names it. */
export interface ObjectReference {
  apiVersion: string
  kind: string
  namespace?: string | undefined
  name: string
}

export const referenceOf = ({ apiVersion, kind, metadata }: Resource): ObjectReference => ({
  apiVersion,
  kind,
  ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
  name: metadata.name,
})

/** Equal for the same object in another version of its group. */
export const keyOf = ({ apiVersion, kind, namespace, name }: ObjectReference): string =>
  [apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, namespace ?? '', name].join('/')

/** `Prompt/support/refund`, as messages name objects. */
export const shownAs = ({ kind, namespace, name }: ObjectReference): string =>
  [kind, namespace, name].filter(Boolean).join('/')

/** `namespace/name` of the Delivery that applied the object, or undefined. */
export const ownerOf = ({ metadata }: Pick<Resource, 'metadata'>): string | undefined =>
  metadata.annotations?.[source.delivery]

/** `namespace/name` of a Delivery, as its objects' annotation says it. */
export const idOf = ({ metadata }: Pick<Delivery, 'metadata'>): string =>
  `${metadata.namespace}/${metadata.name}`
