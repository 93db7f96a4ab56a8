import type { Resource } from '../../api/kind.ts'
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../api/kinds/validating-admission-policy.ts'
import { selects } from '../../api/label-selector.ts'
import type { ParamQuery, Policies, PolicyRequest } from './request.ts'

type ParamRef = ValidatingAdmissionPolicyBinding['spec']['paramRef']
type PolicySpec = ValidatingAdmissionPolicy['spec']

/** The parameters could not be had, which counts as a failure of the policy. */
export class ParamError extends Error {}

/** Where the parameters of a binding are looked for; undefined when it has none. */
export function paramQuery(
  { paramKind }: PolicySpec,
  paramRef: ParamRef,
  request: PolicyRequest,
): ParamQuery | undefined {
  if (!paramKind || !paramRef) return undefined
  const namespace = paramRef.namespace || request.namespace
  return {
    apiVersion: paramKind.apiVersion,
    kind: paramKind.kind,
    ...(namespace !== undefined && { namespace }),
    ...(paramRef.name && { name: paramRef.name }),
  }
}

/**
 * The parameters to evaluate a policy with, one after the other: undefined stands for none, an empty list for nothing
 * to evaluate.
 * @throws ParamError
 */
export function paramsOf(
  spec: PolicySpec,
  paramRef: ParamRef,
  request: PolicyRequest,
  policies: Policies,
): readonly (Resource | undefined)[] {
  const query = paramQuery(spec, paramRef, request)
  if (!query || !paramRef) return [undefined]
  const { apiVersion, kind } = query
  const known = policies.params?.(query)
  if (known === undefined) throw new ParamError(`paramKind ${apiVersion} ${kind} is not known`)
  if (query.namespace === undefined && known.some(({ metadata }) => metadata.namespace !== undefined))
    throw new ParamError('a namespaced parameter needs paramRef.namespace where the object has no namespace')
  const { name, selector = {} } = paramRef
  const found = known
    .filter(({ metadata }) => metadata.namespace === undefined || metadata.namespace === query.namespace)
    .filter(({ metadata }) => (name ? metadata.name === name : selects(selector, metadata.labels ?? {})))
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  if (found.length === 0 && paramRef.parameterNotFoundAction !== 'Allow')
    throw new ParamError('no params found for policy binding with `Deny` parameterNotFoundAction')
  return found
}
