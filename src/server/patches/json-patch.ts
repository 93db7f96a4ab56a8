import { ApiError } from '../../api/errors.ts'
import { badRequest } from '../refusals.ts'
import { sameJson } from '../same-json.ts'

const mostOperations = 10_000
/** What all `copy` operations of a patch may add, in characters: they can double a document each. */
const mostCopied = 3 * 1024 * 1024

interface Operation {
  op: string
  path: string
  from?: string
  value?: unknown
}

type Container = Record<string, unknown> | unknown[]

/**
 * JSON Patch (RFC 6902). Only own members are ever followed, so that no path reaches a prototype.
 * @param document is changed
 * @returns the patched document
 * @throws ApiError BadRequest for a patch of the wrong form, Invalid when it does not fit the document
 */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  const root = { document }
  let copied = 0
  for (const operation of operationsOf(patch)) {
    if (operation.op === 'copy') copied += JSON.stringify(read(root, operation.from ?? '')).length
    if (copied > mostCopied) throw unfit(operation, `copies more than ${mostCopied} characters`)
    apply(root, operation)
  }
  return root.document
}

function operationsOf(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations')
  if (patch.length > mostOperations)
    throw new ApiError(
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${mostOperations}, got ${patch.length}`,
    )
  return patch.map((operation: unknown, i) => {
    const { op, path, from, ...rest } = (operation ?? {}) as Partial<Operation>
    const needsFrom = op === 'move' || op === 'copy'
    const needsValue = op === 'add' || op === 'replace' || op === 'test'
    const formed =
      typeof op === 'string' &&
      (needsFrom || needsValue || op === 'remove') &&
      isPointer(path) &&
      (!needsFrom || isPointer(from)) &&
      (!needsValue || 'value' in rest)
    if (!formed) throw badRequest(`operation ${i} of the JSON patch is not one of RFC 6902`)
    return { op, path, ...(from !== undefined && { from }), ...rest }
  })
}

const isPointer = (path: unknown): path is string =>
  typeof path === 'string' && (path === '' || path.startsWith('/')) && !/~(?![01])/.test(path)

function apply(root: { document: unknown }, operation: Operation): void {
  const { op, path, from = '', value } = operation
  switch (op) {
    case 'test':
      if (!sameJson(read(root, path), value)) throw unfit(operation, 'the value there is another one')
      break
    case 'remove':
      take(root, path)
      break
    case 'replace':
      read(root, path)
      put(root, path, value, true)
      break
    case 'add':
      put(root, path, value, false)
      break
    case 'copy':
      put(root, path, structuredClone(read(root, from)), false)
      break
    default:
      if (path !== from && path.startsWith(`${from}/`))
        throw unfit(operation, 'a value can not move into itself')
      put(root, path, take(root, from), false)
  }
}

const unescaped = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~')

function locate(root: { document: unknown }, path: string): { parent: Container; key: string } {
  const tokens = ['document', ...path.split('/').slice(1).map(unescaped)]
  const key = tokens.pop() ?? ''
  let parent: unknown = root
  for (const token of tokens) parent = member(parent, token, path)
  if (typeof parent !== 'object' || parent === null) throw missing(path)
  return { parent: parent as Container, key }
}

function read(root: { document: unknown }, path: string): unknown {
  const { parent, key } = locate(root, path)
  return member(parent, key, path)
}

function member(parent: unknown, key: string, path: string): unknown {
  if (Array.isArray(parent)) return parent[index(key, parent.length - 1, path)]
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) throw missing(path)
  return (parent as Record<string, unknown>)[key]
}

function take(root: { document: unknown }, path: string): unknown {
  const { parent, key } = locate(root, path)
  const value = member(parent, key, path)
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
  return value
}

function put(root: { document: unknown }, path: string, value: unknown, replace: boolean): void {
  const { parent, key } = locate(root, path)
  if (!Array.isArray(parent)) {
    Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    const at = key === '-' ? parent.length : index(key, replace ? parent.length - 1 : parent.length, path)
    parent.splice(at, replace ? 1 : 0, value)
  }
}

function index(token: string, last: number, path: string): number {
  if (!/^(0|[1-9][0-9]{0,9})$/.test(token) || Number(token) > last) throw missing(path)
  return Number(token)
}

const missing = (path: string): ApiError =>
  new ApiError(
    'Invalid',
    `the server rejected our request due to an error in our request: no value at "${path}"`,
  )

const unfit = ({ op, path }: Operation, why: string): ApiError =>
  new ApiError(
    'Invalid',
    `the server rejected our request due to an error in our request: ${op} at "${path}": ${why}`,
  )
