import { badRequest } from './refusals.ts'

/** A path below /api or /apis, taken apart. */
export interface ResourcePath {
  group: string
  version: string
  plural: string
  namespace: string | undefined
  name: string | undefined
  subresource: string | undefined
}

/**
 * The resource a path names (apiserver: pkg/endpoints/request/requestinfo.go); undefined for other paths.
 * @throws ApiError BadRequest for broken percent encoding
 */
export function resourcePath(path: string): ResourcePath | undefined {
  const [root, ...segments] = path
    .replace(/^\/|\/$/g, '')
    .split('/')
    .map(decoded)
  const group = root === 'apis' ? segments.shift() : root === 'api' ? '' : undefined
  const version = segments.shift()
  if (group === undefined || version === undefined || segments.length === 0) return undefined
  if (segments.includes('')) return undefined
  const [first = '', second, third] = segments
  // Three segments are ambiguous: namespaces have subresources of their own.
  const ownSubresource = segments.length === 3 && (third === 'status' || third === 'finalize')
  const scoped = first === 'namespaces' && segments.length > 2 && !ownSubresource
  const [plural = '', name, subresource, ...rest] = scoped ? segments.slice(2) : segments
  if (rest.length > 0) return undefined
  return { group, version, plural, namespace: scoped ? second : undefined, name, subresource }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw badRequest('the path is not percent-encoded UTF-8')
  }
}
