import type { Resource } from '../api/kind.ts'
import type { Request } from './exchange.ts'
import { duplicateMembers } from './json-scan.ts'
import { parseMediaType } from './media-types.ts'
import { badRequest, tooLarge, unsupportedMediaType } from './refusals.ts'
import type { ServedKind } from './served-kind.ts'

/** Kubernetes' limit of a request body, in bytes. */
export const MAX_BODY = 3 * 1024 * 1024

export interface Body {
  value: unknown
  /** Paths of members that stand twice in the text. */
  duplicates: string[]
}

const objectTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/**
 * The object in a request's body: JSON, YAML, or protobuf for the kinds that typed clients send so.
 * @throws ApiError RequestEntityTooLarge, UnsupportedMediaType, BadRequest
 */
export async function readObject(request: Request): Promise<Body> {
  const { type } = parseMediaType(request.headers['content-type'] ?? 'application/json')
  switch (type) {
    case 'application/json':
      return parseJson(bodyText(request))
    case 'application/yaml':
      return parseYaml(bodyText(request))
    case 'application/vnd.kubernetes.protobuf': {
      const { decodeProtobuf } = await import('./protobuf.ts')
      return { value: decodeProtobuf(bodyBytes(request)), duplicates: [] }
    }
    default:
      throw unsupportedMediaType(objectTypes)
  }
}

/**
 * The body as an object of a kind.
 * @throws ApiError BadRequest for what is none
 */
export function asResource({ apiVersion, kind, builtIn }: ServedKind, value: unknown): Resource {
  const members = asMembers(value)
  const type = builtIn ? { apiVersion, kind: kind.kind } : { apiVersion: '', kind: '' }
  if (typeof members.kind === 'string' && members.kind) type.kind = members.kind
  if (typeof members.apiVersion === 'string' && members.apiVersion) type.apiVersion = members.apiVersion
  if (!type.kind) throw badRequest("Object 'Kind' is missing in the body")
  if (!type.apiVersion) throw badRequest("Object 'apiVersion' is missing in the body")
  const metadata = members.metadata === undefined ? {} : asMembers(members.metadata)
  return { ...members, ...type, metadata: withoutNulls(metadata) }
}

export function asMembers(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('the body of the request is not an object')
  return value as Record<string, unknown>
}

/** Kubernetes' clients write absent times and maps of metadata as null. */
const withoutNulls = (metadata: Record<string, unknown>): Resource['metadata'] =>
  Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => value !== null),
  ) as unknown as Resource['metadata']

export function parseJson(text: string): Body {
  try {
    const value: unknown = JSON.parse(text)
    return { value, duplicates: duplicateMembers(text) }
  } catch (error) {
    throw badRequest(`couldn't read the body as JSON: ${reason(error)}`)
  }
}

async function parseYaml(text: string): Promise<Body> {
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text, { strict: true, uniqueKeys: true })
  const [broken] = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY')
  if (broken) throw badRequest(`couldn't read the body as YAML: ${broken.message}`)
  try {
    // Through JSON, so that what YAML has beyond it (dates, maps with other keys, depth) is decided in one place.
    const { value } = parseJson(JSON.stringify(document.toJS({ maxAliasCount: 100 })) ?? 'null')
    return { value, duplicates: document.errors.map(({ message }) => message.split('\n')[0] ?? '') }
  } catch (error) {
    throw badRequest(`couldn't read the body as YAML: ${reason(error)}`)
  }
}

const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 300)

export function bodyText({ body = '' }: Request): string {
  checkSize(body.length)
  if (typeof body === 'string') return body
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw badRequest('the body of the request is not UTF-8')
  }
}

function bodyBytes({ body = '' }: Request): Uint8Array {
  checkSize(body.length)
  return typeof body === 'string' ? Buffer.from(body) : body
}

export const hasBody = ({ body }: Request): boolean => body !== undefined && body.length > 0

function checkSize(length: number): void {
  if (length > MAX_BODY) throw tooLarge(MAX_BODY)
}
