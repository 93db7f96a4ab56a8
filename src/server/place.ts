import type { Resource } from '../api/kind.ts'
import { badRequest } from './refusals.ts'
import type { ServedKind } from './served-kind.ts'

/** What a request's path names. */
export interface Place {
  served: ServedKind
  /** Undefined on cluster-scoped kinds and across namespaces. */
  namespace: string | undefined
  /** Undefined on collections. */
  name: string | undefined
  subresource: string | undefined
}

/**
 * Checks that a body is about what the path names, and fills in what it leaves out.
 * @throws ApiError BadRequest
 */
export function checkIdentity({ served, namespace, name }: Place, object: Resource): void {
  const { metadata } = object
  if (object.apiVersion !== served.apiVersion)
    throw badRequest(
      `the API version in the data (${shown(object.apiVersion)}) does not match the expected API version (${served.apiVersion})`,
    )
  if (object.kind !== served.kind.kind)
    throw badRequest(
      `${shown(object.kind)} in version "${served.kind.version}" cannot be handled as a ${served.kind.kind}: the kind does not match`,
    )
  if (served.namespaced && metadata.namespace && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  if (name !== undefined && metadata.name && metadata.name !== name)
    throw badRequest(
      `the name of the object (${shown(metadata.name)}) does not match the name on the URL (${name})`,
    )
  if (name !== undefined) metadata.name = name
  if (namespace !== undefined && served.namespaced) metadata.namespace = namespace
  else if (!metadata.namespace) delete metadata.namespace
  if (name === undefined && metadata.resourceVersion)
    throw badRequest('resourceVersion should not be set on objects to be created')
}

const shown = (text: unknown): string => String(text).slice(0, 253)
