import { ApiError } from '../api/errors.ts'
import type { Resource } from '../api/kind.ts'
import {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../api/kinds/validating-admission-policy.ts'
import {
  checkPolicies,
  type ParamQuery,
  type Policies,
  type PolicyDecision,
  type PolicyRequest,
  paramQueries,
} from '../policy/admission/check.ts'
import { typeCheck } from '../policy/admission/type-check.ts'
import type { Store } from '../store/store.ts'
import type { Backend } from './backend.ts'
import { forbidden } from './refusals.ts'
import { type Registry, type ServedKind, servedKind } from './served-kind.ts'
import type { StoredObjects } from './stored-object.ts'
import type { WriteOptions } from './write-options.ts'

/** A write that a policy said no to, where its binding wants that recorded. */
export type PolicyAudit = PolicyDecision & { user: string; operation: string; object: string }

/** The policies that are in force in this server. */
export interface PolicyCache extends Disposable {
  current(): Promise<Pick<Policies, 'policies' | 'bindings'>>
  audit(record: PolicyAudit): void
}

const parts = [ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding].map(servedKind)

/**
 * Follows the policies of the store. A write sees every policy whose own write was answered before: the store tells
 * its watchers first.
 */
export async function followPolicies(
  store: Store,
  registry: Registry,
  objects: StoredObjects,
  audit: PolicyCache['audit'],
): Promise<PolicyCache> {
  const followed = parts.filter(({ resource }) => registry.all.some(served => served.resource === resource))
  let known: Promise<Resource[][]> | undefined
  const parsed = new Map<string, { revision: number; object: Resource }>()
  const forget = () => {
    known = undefined
  }
  // Objects that did not change stay the same ones, and so does what was compiled for them.
  const read = async (served: ServedKind): Promise<Resource[]> => {
    const { entries } = await store.list(served.resource)
    return entries.map(entry => {
      const id = `${entry.resource}/${entry.name}`
      const before = parsed.get(id)
      if (before?.revision === entry.revision) return before.object
      const object = objects.parse(served, entry)
      parsed.set(id, { revision: entry.revision, object })
      return object
    })
  }
  const stops = await Promise.all(
    followed.map(({ resource }) =>
      store.watch({
        resource,
        from: store.revision(),
        onChange: ({ op, entry }) => {
          forget()
          if (op === 'delete') parsed.delete(`${entry.resource}/${entry.name}`)
        },
      }),
    ),
  )
  return {
    async current() {
      const loading = known ?? Promise.all(followed.map(read))
      known = loading
      try {
        const [policies = [], bindings = []] = await loading
        return { policies, bindings }
      } catch (error) {
        forget()
        throw error
      }
    },
    audit,
    [Symbol.dispose]() {
      for (const stop of stops) stop()
    },
  }
}

/** A write on its way into the store. */
export interface PolicyWrite {
  served: ServedKind
  operation: PolicyRequest['operation']
  name: string
  namespace: string | undefined
  subresource?: string
  object?: Resource
  oldObject?: Resource
}

const MAX_PARAMS = 1000

/**
 * Asks the policies about a write.
 * @returns what to warn the writer of
 * @throws ApiError of the reason the policy gives, Invalid where it gives none
 */
export async function admitByPolicies(
  { policies, store, registry, objects }: Backend,
  { served, namespace, ...write }: PolicyWrite,
  { user, groups, dryRun }: Pick<WriteOptions, 'user' | 'groups' | 'dryRun'>,
): Promise<string[]> {
  const inForce = await policies.current()
  if (inForce.policies.length === 0 || inForce.bindings.length === 0) return []
  const { group, version, kind, plural } = served.kind
  const request: PolicyRequest = {
    ...write,
    group,
    version,
    kind,
    resource: plural,
    ...(served.namespaced && namespace !== undefined && { namespace }),
    user: { name: user, groups },
    dryRun,
  }
  const namespaces = registry.byPath('', 'v1', 'namespaces')
  const entry =
    namespaces && request.namespace !== undefined
      ? await store.get({ resource: namespaces.resource, namespace: '', name: request.namespace })
      : undefined
  const known = namespaces && entry && objects.parse(namespaces, entry)
  const all: Policies = { ...inForce, namespace: () => known }
  const params = await readParams(paramQueries(request, all), { store, registry, objects })
  const decisions = checkPolicies(request, { ...all, params })
  return settle(decisions, served, request, policies.audit)
}

function settle(
  decisions: readonly PolicyDecision[],
  served: ServedKind,
  { name, operation, user, dryRun }: PolicyRequest,
  audit: PolicyCache['audit'],
): string[] {
  const of = (action: PolicyDecision['actions'][number]) =>
    decisions.filter(({ actions }) => actions.includes(action))
  if (!dryRun)
    for (const decision of of('Audit'))
      audit({ ...decision, user: user.name, operation, object: `${served.resource}/${name}` })
  const denied = of('Deny')
  const [first] = denied
  if (first) {
    const said = denied.slice(0, 20).map(decision => ({ reason: '', field: '', message: denial(decision) }))
    const { message, details } = forbidden(served.kind, name, denial(first), said)
    throw new ApiError(first.reason, message, details)
  }
  return of('Warn').map(
    ({ policy, binding, message }) =>
      `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${binding}': ${message}`,
  )
}

const denial = ({ policy, binding, message }: PolicyDecision): string =>
  `ValidatingAdmissionPolicy '${policy}' with binding '${binding}' denied request: ${message}`

async function readParams(
  queries: readonly ParamQuery[],
  { store, registry, objects }: Pick<Backend, 'store' | 'registry' | 'objects'>,
): Promise<NonNullable<Policies['params']>> {
  const id = (query: ParamQuery) =>
    JSON.stringify([query.apiVersion, query.kind, query.namespace, query.name])
  const found = new Map<string, readonly Resource[] | string | undefined>()
  for (const query of queries) {
    const served = registry.byReference(query.apiVersion, query.kind)
    if (!served) continue
    const namespace = served.namespaced ? query.namespace : ''
    const { resource } = served
    if (query.name !== undefined && namespace !== undefined) {
      const entry = await store.get({ resource, namespace, name: query.name })
      found.set(id(query), entry ? [objects.parse(served, entry)] : [])
      continue
    }
    const { entries, remaining } = await store.list(resource, {
      limit: MAX_PARAMS,
      ...(namespace && { namespace }),
    })
    const tooMany = `there are more than ${MAX_PARAMS} ${query.kind} objects to choose parameters among`
    found.set(id(query), remaining > 0 ? tooMany : entries.map(entry => objects.parse(served, entry)))
  }
  return query => {
    const params = found.get(id(query))
    if (typeof params === 'string') throw new RangeError(params)
    return params
  }
}

/** Writes into a policy's status what the schemas of the kinds it matches say about its expressions. */
export function describePolicy({ registry }: Backend, { resource }: ServedKind, object: Resource): void {
  if (resource !== parts[0]?.resource) return
  // Admission has checked it.
  const { spec } = object as unknown as ValidatingAdmissionPolicy
  const expressionWarnings = typeCheck(
    spec,
    registry.all.map(({ kind }) => kind),
  )
  object.status = {
    ...(object.status as object | undefined),
    typeChecking: expressionWarnings.length > 0 ? { expressionWarnings } : {},
  }
}
