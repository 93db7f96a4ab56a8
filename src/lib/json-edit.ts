/** One operation of JSON Patch (RFC 6902) on a value; `move` and `copy` are left to those who write the patch. */
export interface Edit {
  op: 'add' | 'remove' | 'replace' | 'test'
  /** JSON Pointer (RFC 6901). */
  path: string
  value?: unknown
}

/** An edit does not fit the value. `stale`: a test found another value, so the edit was made for an older one. */
export class EditError extends Error {
  override readonly name = 'EditError'
  readonly stale: boolean
  constructor(message: string, stale = false) {
    super(message)
    this.stale = stale
  }
}

type Container = Record<string, unknown> | unknown[]

/**
 * A copy of the value with the edits made in order. Only own members are followed, so that no path reaches a prototype.
 * @throws EditError naming the edit that does not fit
 */
export function edited(value: unknown, edits: readonly Edit[]): unknown {
  const root = { value: unshared(value) }
  for (const [i, edit] of edits.entries()) {
    try {
      apply(root, edit)
    } catch (error) {
      if (!(error instanceof EditError)) throw error
      throw new EditError(
        `operation ${i + 1} (${edit.op} ${edit.path || 'the whole'}): ${error.message}`,
        error.stale,
      )
    }
  }
  return root.value
}

/** Names along a JSON Pointer. @throws EditError when it is none */
export function tokensOf(path: string): string[] {
  if (path !== '' && !path.startsWith('/')) throw new EditError('its path has to begin with /')
  if (/~(?![01])/.test(path)) throw new EditError('a ~ in its path has to be written ~0, and a / ~1')
  return path
    .split('/')
    .slice(1)
    .map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value that a pointer names; undefined when there is none. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value
  for (const token of tokensOf(path)) {
    if (Array.isArray(found)) found = isIndex(token) ? found[Number(token)] : undefined
    else if (isObject(found) && Object.hasOwn(found, token)) found = found[token]
    else return undefined
  }
  return found
}

/** Whether two JSON values are the same, whatever the order of members. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => sameValue(item, b[i]))
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) || Array.isArray(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every(key => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
  )
}

function apply(root: { value: unknown }, { op, path, value }: Edit): void {
  const tokens = ['value', ...tokensOf(path)]
  const key = tokens.pop() ?? ''
  if (op === 'remove' && path === '') throw new EditError('the whole can not be removed')
  let parent: unknown = root
  for (const token of tokens) parent = member(parent, token)
  if (!isContainer(parent)) throw missing()
  switch (op) {
    case 'test':
      if (!has(parent, key)) throw new EditError('there is no such value', true)
      if (!sameValue(member(parent, key), value)) throw new EditError('the value is another one by now', true)
      return
    case 'remove':
      member(parent, key)
      if (Array.isArray(parent)) parent.splice(Number(key), 1)
      else delete parent[key]
      return
    case 'replace':
      member(parent, key)
      put(parent, key, value, 1)
      return
    case 'add':
      put(parent, key, value, 0)
  }
}

function put(parent: Container, key: string, value: unknown, replaced: 0 | 1): void {
  const copy = unshared(value ?? null)
  if (!Array.isArray(parent)) {
    Object.defineProperty(parent, key, {
      value: copy,
      enumerable: true,
      configurable: true,
      writable: true,
    })
    return
  }
  const index = key === '-' && replaced === 0 ? parent.length : Number(key)
  if ((key !== '-' && !isIndex(key)) || index > parent.length) throw missing()
  parent.splice(index, replaced, copy)
}

const has = (parent: Container, token: string): boolean =>
  Array.isArray(parent) ? isIndex(token) && Number(token) < parent.length : Object.hasOwn(parent, token)

function member(parent: unknown, token: string): unknown {
  if (!isContainer(parent) || !has(parent, token)) throw missing()
  return Array.isArray(parent) ? parent[Number(token)] : parent[token]
}

/** A copy in which no two places are one object, as aliases of YAML make them: an edit of one is no edit of the other. */
function unshared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unshared)
  if (!isObject(value)) return value
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value))
    Object.defineProperty(copy, key, {
      value: unshared(value[key]),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  return copy
}

const isIndex = (token: string): boolean => /^(0|[1-9][0-9]{0,6})$/.test(token)

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

const isObject = (value: unknown): value is Record<string, unknown> =>
  isContainer(value) && !Array.isArray(value)

const missing = (): EditError => new EditError('there is no such place')
