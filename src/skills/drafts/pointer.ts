import { canonicalJson } from '../../lib/digest.ts'

/** JSON Pointers (RFC 6901) into declared objects. */

export const pointer = (...parts: readonly (string | number)[]): string =>
  parts.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

export const partsOf = (path: string): string[] =>
  path === ''
    ? []
    : path
        .slice(1)
        .split('/')
        .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** The value at a pointer, or undefined where there is none; only own members are looked at. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value
  for (const part of partsOf(path)) {
    if (Array.isArray(found)) found = /^(0|[1-9][0-9]*)$/.test(part) ? found[Number(part)] : undefined
    else if (isObject(found) && Object.hasOwn(found, part)) found = found[part]
    else return undefined
  }
  return found
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Pointers written by people as `spec.replicas` are taken too. */
export const asPointer = (path: string): string =>
  path.startsWith('/')
    ? path
    : pointer(
        ...path
          .replaceAll(/\[([0-9]{1,6})\]/g, '.$1')
          .split('.')
          .filter(Boolean),
      )

/** Equal as JSON; nothing is not null. */
export const sameValue = (a: unknown, b: unknown): boolean =>
  (a === undefined) === (b === undefined) && canonicalJson(a) === canonicalJson(b)
