import type { Schema } from '../../api/schema.ts'
import { badRequest } from '../refusals.ts'
import { sameJson } from '../same-json.ts'
import { isMembers, set } from './merge-patch.ts'

/** How a list merges: its items are objects known by a member, or plain values. Other lists are replaced whole. */
type ListStrategy = { key: string } | 'values'

/** The patch strategies that every kind has (kubernetes/api, patchStrategy tags); others stand in the kind's schema. */
const strategies: Record<string, ListStrategy> = {
  'metadata.ownerReferences': { key: 'uid' },
  'metadata.finalizers': 'values',
  'status.conditions': { key: 'type' },
}

/** Where in an object, and what its schema says there. */
interface Place {
  path: string
  schema: Schema | undefined
}

const directives = /^\$(patch$|retainKeys$|deleteFromPrimitiveList\/|setElementOrder\/)/

/**
 * Strategic merge patch as kubectl sends it for core kinds (apimachinery: util/strategicpatch), with the directives
 * `$patch`, `$retainKeys`, `$deleteFromPrimitiveList` and `$setElementOrder`. `schema` describes the object.
 * @throws ApiError BadRequest for directives that do not fit
 */
export const applyStrategicMerge = (target: unknown, patch: unknown, schema?: Schema): unknown =>
  merge(target, patch, { path: '', schema })

function merge(target: unknown, patch: unknown, place: Place): unknown {
  if (!isMembers(patch)) return patch
  const before = isMembers(target) ? target : {}
  const directive = patch.$patch
  if (directive === 'delete') return {}
  if (directive === 'replace') return plain(patch)
  if (directive !== undefined && directive !== 'merge')
    throw badRequest(`unknown patch type found: ${JSON.stringify(directive).slice(0, 64)}`)
  const merged: Record<string, unknown> = { ...before }
  for (const [name, value] of Object.entries(patch)) {
    if (directives.test(name)) continue
    const at = within(place, name)
    if (value === null) delete merged[name]
    else set(merged, name, mergeMember(Object.hasOwn(before, name) ? before[name] : undefined, value, at))
  }
  retainKeys(merged, patch)
  for (const [name, value] of Object.entries(patch)) listDirective(merged, name, value, place)
  return merged
}

const within = ({ path, schema }: Place, name: string): Place => ({
  path: path ? `${path}.${name}` : name,
  schema:
    schema?.properties && Object.hasOwn(schema.properties, name)
      ? schema.properties[name]
      : schema?.additionalProperties,
})

function strategyAt({ path, schema }: Place): ListStrategy | undefined {
  if (Object.hasOwn(strategies, path)) return strategies[path]
  if (!schema?.['x-kubernetes-patch-strategy']?.startsWith('merge')) return undefined
  const key = schema['x-kubernetes-patch-merge-key']
  return key === undefined ? 'values' : { key }
}

function mergeMember(before: unknown, value: unknown, place: Place): unknown {
  if (!Array.isArray(value)) return merge(before, value, place)
  const strategy = strategyAt(place)
  const items = Array.isArray(before) ? before : []
  if (strategy === undefined) return value
  return strategy === 'values' ? union(items, value) : mergeItems(items, value, strategy.key, place)
}

const union = (before: unknown[], added: unknown[]): unknown[] => [
  ...before,
  ...added.filter(value => !before.some(known => sameJson(known, value))),
]

function mergeItems(before: unknown[], patches: unknown[], key: string, place: Place): unknown[] {
  if (patches.some(patch => isMembers(patch) && patch.$patch === 'replace' && patch[key] === undefined))
    return patches.filter(patch => !(isMembers(patch) && patch.$patch === 'replace')).map(plain)
  let items = [...before]
  const inside: Place = { path: `${place.path}[]`, schema: place.schema?.items }
  for (const patch of patches) {
    if (!isMembers(patch) || patch[key] === undefined)
      throw badRequest(`map: ${place.path} does not contain declared merge key: ${key}`)
    const same = (item: unknown) => isMembers(item) && item[key] === patch[key]
    if (patch.$patch === 'delete') items = items.filter(item => !same(item))
    else if (items.some(same)) items = items.map(item => (same(item) ? merge(item, patch, inside) : item))
    else items.push(merge({}, patch, inside))
  }
  return items
}

function retainKeys(merged: Record<string, unknown>, { $retainKeys: kept }: Record<string, unknown>): void {
  if (kept === undefined) return
  if (!Array.isArray(kept)) throw badRequest('$retainKeys is not a list')
  for (const name of Object.keys(merged)) if (!kept.includes(name)) delete merged[name]
}

function listDirective(merged: Record<string, unknown>, name: string, value: unknown, place: Place): void {
  const [, directive, field] = /^\$(deleteFromPrimitiveList|setElementOrder)\/(.+)$/s.exec(name) ?? []
  if (directive === undefined || field === undefined) return
  if (!Array.isArray(value)) throw badRequest(`${name} is not a list`)
  const items = Object.hasOwn(merged, field) ? merged[field] : undefined
  if (!Array.isArray(items)) return
  if (directive === 'deleteFromPrimitiveList') {
    set(
      merged,
      field,
      items.filter(item => !value.includes(item)),
    )
    return
  }
  const strategy = strategyAt(within(place, field))
  const identity = (item: unknown) =>
    isMembers(item) && typeof strategy === 'object' ? item[strategy.key] : item
  const order = value.map(identity)
  const rank = (item: unknown) => {
    const at = order.indexOf(identity(item))
    return at < 0 ? order.length : at
  }
  set(
    merged,
    field,
    items.toSorted((a, b) => rank(a) - rank(b)),
  )
}

/** A value without directives. */
function plain(value: unknown): unknown {
  if (!isMembers(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (directives.test(name) ? [] : [[name, plain(member)]])),
  )
}
