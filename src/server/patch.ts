import type { Resource } from '../api/kind.ts'
import { kindSchema, type Schema } from '../api/schema.ts'
import type { Backend } from './backend.ts'
import { asResource, type Body, bodyText, parseJson } from './body.ts'
import { change } from './change.ts'
import { type Request, type Response, respond } from './exchange.ts'
import { parseMediaType } from './media-types.ts'
import { applyJsonPatch } from './patches/json-patch.ts'
import { applyMergePatch } from './patches/merge-patch.ts'
import { applyStrategicMerge } from './patches/strategic-merge.ts'
import type { Place } from './place.ts'
import { badRequest, invalid, unsupportedMediaType } from './refusals.ts'
import type { ServedKind } from './served-kind.ts'
import { checkFindings, warningHeader } from './strictness.ts'
import { endpointOf } from './update.ts'
import { writeOptions } from './write-options.ts'

type Apply = (target: unknown, patch: unknown, schema: Schema) => unknown

const jsonPatch = 'application/json-patch+json'
const mergePatch = 'application/merge-patch+json'
const strategicMerge = 'application/strategic-merge-patch+json'

const ways: Record<string, Apply> = {
  [jsonPatch]: applyJsonPatch,
  [mergePatch]: applyMergePatch,
  [strategicMerge]: applyStrategicMerge,
}

const patchTypes = ({ builtIn }: ServedKind): string[] => [
  jsonPatch,
  mergePatch,
  ...(builtIn ? [strategicMerge] : []),
]

/** Answers a PATCH: the patched object takes the way of an update. */
export async function patch(backend: Backend, place: Place, request: Request): Promise<Response> {
  const { served, namespace = '', name = '', subresource } = place
  const { type } = parseMediaType(request.headers['content-type'] ?? '')
  const apply = patchTypes(served).includes(type) ? ways[type] : undefined
  if (!apply) throw unsupportedMediaType(patchTypes(served))
  const options = writeOptions('PatchOptions', request)
  const body = parsePatch(request, type)
  const key = { resource: served.resource, namespace, name }
  let warnings: string[] = []
  let policyWarnings: readonly string[] = []
  const text = await change(backend, served, key, {
    endpoint: endpointOf(subresource),
    ...options,
    propose: current => patched(place, apply, current, body.value),
    warn: texts => {
      policyWarnings = texts
    },
    inspect: unknownFields => {
      const { duplicates } = body
      warnings = checkFindings(
        served.kind,
        options,
        { unknownFields, duplicates },
        { name, patch: body.value },
      )
    },
  })
  return respond(200, text, warningHeader([...warnings, ...policyWarnings]))
}

function parsePatch(request: Request, type: string): Body {
  const body = parseJson(bodyText(request))
  if (
    type !== jsonPatch &&
    (typeof body.value !== 'object' || body.value === null || Array.isArray(body.value))
  )
    throw badRequest('the patch is not an object')
  return body
}

function patched(
  { served, name = '', namespace }: Place,
  apply: Apply,
  current: Resource,
  patch: unknown,
): Resource {
  const next = asResource(served, apply(current, patch, kindSchema(served.kind)))
  const { metadata, apiVersion, kind } = next
  if (apiVersion !== served.apiVersion || kind !== served.kind.kind)
    throw badRequest('a patch can not change apiVersion or kind')
  const moved = metadata.name !== name ? 'name' : metadata.namespace !== namespace ? 'namespace' : undefined
  if (!moved) return next
  const message = `Invalid value: ${JSON.stringify(metadata[moved] ?? '').slice(0, 300)}: field is immutable`
  throw invalid(served.kind, name, [{ reason: 'FieldValueInvalid', message, field: `metadata.${moved}` }])
}
