import type { Schema } from './schema.ts'

/** Deepest nesting of an object, and most values (members and items) in it. */
export const MAX_DEPTH = 64
export const MAX_NODES = 200_000

export interface Pruned {
  value: unknown
  /** Paths such as `spec.foo` and `spec.list[0].x`, 100 at most. */
  unknown: string[]
  /** Why the value may not be looked at any further. */
  refused?: string
}

/** Names of the fields unknown to one object that are listed; a hostile object may hold a million. */
const MAX_REPORTED = 100

/**
 * Removes what the schema does not know, as Kubernetes' structural pruning does, and guards against values
 * that are too deep or too many. Regions that preserve unknown fields stay whole. Copies only what it changes.
 * A null where none is allowed is dropped when the field has a default (`nulls: 'defaulted'`, as for custom
 * resources) or always (`nulls: 'all'`, as Kubernetes' own Go types decode); always in metadata.
 */
export function prune(schema: Schema, value: unknown, nulls: 'defaulted' | 'all'): Pruned {
  const state: State = { path: [], unknown: [], nodes: 0, refused: undefined, allNulls: nulls === 'all' }
  const kept = walk(schema, value, state)
  return {
    value: kept,
    unknown: state.unknown,
    ...(state.refused === undefined ? {} : { refused: state.refused }),
  }
}

interface State {
  path: (string | number)[]
  unknown: string[]
  nodes: number
  refused: string | undefined
  allNulls: boolean
}

/** `spec.list[0].x` */
export function pathText(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path)
    text += typeof part === 'number' ? `[${part}]` : text ? `.${String(part)}` : String(part)
  return text
}

function walk(schema: Schema | undefined, value: unknown, state: State): unknown {
  if (typeof value !== 'object' || value === null || state.refused !== undefined) return value
  if (state.path.length >= MAX_DEPTH) {
    state.refused = `${pathText(state.path.slice(0, 4))}…: nested deeper than ${MAX_DEPTH} levels`
    return value
  }
  return Array.isArray(value)
    ? walkArray(schema?.items, value, state)
    : walkObject(schema, value as Record<string, unknown>, state)
}

function enter(key: string | number, schema: Schema | undefined, value: unknown, state: State): unknown {
  if (++state.nodes > MAX_NODES) {
    state.refused ??= `more than ${MAX_NODES} values`
    return value
  }
  if (typeof value !== 'object' || value === null) return value
  state.path.push(key)
  const kept = walk(schema, value, state)
  state.path.pop()
  return kept
}

function walkArray(items: Schema | undefined, value: unknown[], state: State): unknown[] {
  let copy: unknown[] | undefined
  for (let i = 0; i < value.length; i++) {
    const kept = enter(i, items, value[i], state)
    if (kept !== value[i]) {
      copy ??= value.slice()
      copy[i] = kept
    }
  }
  return copy ?? value
}

function walkObject(
  schema: Schema | undefined,
  value: Record<string, unknown>,
  state: State,
): Record<string, unknown> {
  const closed =
    schema !== undefined &&
    schema.properties !== undefined &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(value)) {
    // Assigning to this key would set the prototype of a copy; no field of ours has the name.
    if (key === '__proto__') state.refused ??= `${pathText([...state.path, key])}: this name is not allowed`
    const member = memberSchema(schema, key)
    const known = member !== undefined || !closed
    const kept = known ? enter(key, member, value[key], state) : undefined
    if (!known && state.unknown.length < MAX_REPORTED) state.unknown.push(pathText([...state.path, key]))
    const dropped = !known || (kept === null && member !== undefined && drops(member, state))
    if (dropped || kept !== value[key]) {
      copy ??= { ...value }
      if (dropped) delete copy[key]
      else copy[key] = kept
    }
    if (state.refused !== undefined) break
  }
  return copy ?? value
}

const drops = (schema: Schema, state: State): boolean =>
  schema.nullable !== true &&
  schema.type !== undefined &&
  (state.allNulls || state.path[0] === 'metadata' || schema.default !== undefined)

function memberSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key]
  return schema?.additionalProperties
}
