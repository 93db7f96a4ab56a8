import type { Resource } from '../../api/kind.ts'
import { source } from '../../api/source.ts'
import { UNRECORDED } from './merge.ts'
import { keyOf, referenceOf } from './reference.ts'

/** Annotations of one object may take 256 KiB in Kubernetes; this leaves room for those of others. */
const RECORD_BYTES = 128 * 1024
const LONG_TEXT = 64

/** The object with the annotations that say where it comes from and what was applied. */
export function stamped(
  resource: Resource,
  from: { delivery: string; revision: string; file: string },
): Resource {
  const annotations = {
    ...resource.metadata.annotations,
    [source.delivery]: from.delivery,
    [source.revision]: from.revision,
    [source.file]: from.file,
    [source.applied]: recordOf(resource),
  }
  return { ...resource, metadata: { ...resource.metadata, annotations } }
}

/** What was applied, as JSON. Names of fields always, but no secret and, in very large objects, no long text. */
function recordOf(resource: Resource): string {
  const { data, ...rest } = resource
  const open =
    resource.kind === 'Secret' ? { ...rest, ...(data !== undefined && { data: masked(data, 0) }) } : resource
  const full = JSON.stringify(open)
  if (Buffer.byteLength(full) <= RECORD_BYTES) return full
  const { apiVersion, kind, metadata } = resource
  const { name, namespace } = metadata
  const short = masked(open, LONG_TEXT) as Resource
  return JSON.stringify({ ...short, apiVersion, kind, metadata: { ...short.metadata, name, namespace } })
}

/** What the annotation says was applied, if it is about this very object and not a copy of another's. */
export function lastApplied(live: Resource): Resource | undefined {
  const text = live.metadata.annotations?.[source.applied]
  if (!text) return undefined
  try {
    const record = JSON.parse(text) as Resource
    const its = { ...record, metadata: { ...live.metadata, ...record.metadata } }
    return keyOf(referenceOf(its)) === keyOf(referenceOf(live)) ? record : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

/** Every text longer than `length` replaced by the sign for "not recorded". */
function masked(value: unknown, length: number, depth = 0): unknown {
  if (typeof value === 'string') return value.length > length && depth > 0 ? UNRECORDED : value
  if (Array.isArray(value)) return value.map(item => masked(item, length, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, masked(item, length, depth + 1)]),
  )
}

/** A Secret's stringData as data, as the server stores it (core/v1). */
export function normalised(resource: Resource): Resource {
  if (resource.kind !== 'Secret' || resource.apiVersion !== 'v1') return resource
  const { stringData, data, ...rest } = resource as Resource & Record<'stringData' | 'data', unknown>
  if (typeof stringData !== 'object' || stringData === null) return resource
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    typeof text === 'string' ? Buffer.from(text).toString('base64') : text,
  ])
  return { ...rest, data: { ...(data as object | undefined), ...Object.fromEntries(encoded) } }
}
