import { isNotFound } from '../api/errors.ts'
import type { Resource } from '../api/kind.ts'
import type { Backend } from './backend.ts'
import { asResource, readObject } from './body.ts'
import { change } from './change.ts'
import { createFrom } from './create.ts'
import { type Request, type Response, respond } from './exchange.ts'
import { checkIdentity, type Place } from './place.ts'
import type { Endpoint } from './prepare.ts'
import { checkFindings, warningHeader } from './strictness.ts'
import { writeOptions } from './write-options.ts'

/** Answers a PUT. */
export async function update(backend: Backend, place: Place, request: Request): Promise<Response> {
  const { served, namespace = '', name = '', subresource } = place
  const options = writeOptions('UpdateOptions', request)
  const body = await readObject(request)
  const object = asResource(served, body.value)
  checkIdentity(place, object)
  const key = { resource: served.resource, namespace, name }
  try {
    let warnings: string[] = []
    let policyWarnings: readonly string[] = []
    const text = await change(backend, served, key, {
      endpoint: endpointOf(subresource),
      ...options,
      propose: () => copy(object),
      warn: texts => {
        policyWarnings = texts
      },
      inspect: unknownFields => {
        warnings = checkFindings(served.kind, options, { unknownFields, duplicates: body.duplicates })
      },
    })
    return respond(200, text, warningHeader([...warnings, ...policyWarnings]))
  } catch (error) {
    const creates = served.createOnUpdate && !subresource && !object.metadata.resourceVersion
    if (!isNotFound(error) || !creates) throw error
    return createFrom(backend, place, body, options)
  }
}

export const endpointOf = (subresource: string | undefined): Endpoint =>
  subresource === 'status' || subresource === 'finalize' ? subresource : 'main'

const copy = (object: Resource): Resource => ({ ...object, metadata: { ...object.metadata } })
