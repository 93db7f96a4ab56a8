import type { Meter } from '../../api/cel-meter.ts'
import type { Resource } from '../../api/kind.ts'
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../api/kinds/validating-admission-policy.ts'
import { compiledPolicy } from './compiled-policy.ts'
import { type Evaluation, evaluationOf } from './evaluation.ts'
import { isExempt, matches } from './match.ts'
import { paramQuery, paramsOf } from './params.ts'
import type { ParamQuery, Policies, PolicyDecision, PolicyRequest } from './request.ts'

export type { ParamQuery, Policies, PolicyDecision, PolicyRequest } from './request.ts'

/** Work for one binding and for all of them together; a unit is about one value looked at, or ten characters. */
const BINDING_UNITS = 500_000
const REQUEST_UNITS = 2_000_000

/**
 * What ValidatingAdmissionPolicies and their bindings say about a write; empty when all agree. Pure and bounded: the
 * work of all expressions together is limited, and what goes beyond counts as an expression that could not be evaluated.
 * Sorted by policy, binding and place of the validation. Never throws for the content of policies, bindings or objects.
 * After apiserver: pkg/admission/plugin/policy/validating.
 */
export function checkPolicies(request: PolicyRequest, policies: Policies): PolicyDecision[] {
  if (isExempt(request)) return []
  const meter: Meter = { left: REQUEST_UNITS }
  return pairsOf(policies).flatMap(({ policy, binding }) =>
    checkBinding(policy, binding, request, policies, meter),
  )
}

/** What {@link checkPolicies} will ask `params` for, so that a caller can read it before. */
export function paramQueries(request: PolicyRequest, policies: Policies): ParamQuery[] {
  if (isExempt(request)) return []
  return pairsOf(policies).flatMap(({ policy, binding }) => {
    const { spec } = policy as unknown as ValidatingAdmissionPolicy
    if (!spec.matchConstraints || !matches(spec.matchConstraints, request, policies)) return []
    const query = paramQuery(spec, binding.spec.paramRef, request)
    return query ? [query] : []
  })
}

/** Each binding with its policy, sorted. */
function pairsOf(policies: Policies): { policy: Resource; binding: ValidatingAdmissionPolicyBinding }[] {
  const byName = new Map(policies.policies.map(policy => [policy.metadata.name, policy]))
  return (
    policies.bindings
      // The API server admitted them.
      .map(binding => binding as unknown as ValidatingAdmissionPolicyBinding)
      .flatMap(binding => {
        const policy = byName.get(binding.spec.policyName)
        return policy && !policy.metadata.deletionTimestamp ? [{ policy, binding }] : []
      })
      .toSorted((a, b) => order(a.policy, b.policy) || order(a.binding, b.binding))
  )
}

const order = (a: Pick<Resource, 'metadata'>, b: Pick<Resource, 'metadata'>): number =>
  a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0

function checkBinding(
  policy: Resource,
  binding: ValidatingAdmissionPolicyBinding,
  request: PolicyRequest,
  policies: Policies,
  total: Meter,
): PolicyDecision[] {
  const { spec } = policy as unknown as ValidatingAdmissionPolicy
  const { matchResources, paramRef, validationActions = [] } = binding.spec
  const decided = { policy: policy.metadata.name, binding: binding.metadata.name }
  const failed = (message: string, actions: PolicyDecision['actions']): PolicyDecision[] =>
    spec.failurePolicy === 'Ignore' ? [] : [{ ...decided, actions, message, reason: 'Invalid', failed: true }]
  const meter: Meter = { left: Math.min(BINDING_UNITS, total.left) }
  const before = meter.left
  try {
    if (!spec.matchConstraints || !matches(spec.matchConstraints, request, policies)) return []
    if (matchResources && !matches(matchResources, request, policies)) return []
    const compiled = compiledPolicy(policy)
    return paramsOf(spec, paramRef, request, policies).flatMap(param => {
      const evaluation = evaluationOf(compiled, request, policies, param, meter)
      const applies = conditionsHold(compiled.matchConditions, evaluation)
      if (applies === false) return []
      if (typeof applies === 'string') return failed(applies, validationActions)
      return compiled.validations.flatMap((validation, expressionIndex) => {
        const place = { expression: validation.text, expressionIndex, ...(param && { param: nameOf(param) }) }
        try {
          if (evaluation.truth(validation)) return []
        } catch (error) {
          return failed((error as Error).message, validationActions).map(one => ({ ...one, ...place }))
        }
        const { message, reason = 'Invalid' } = spec.validations?.[expressionIndex] ?? {}
        const said = validation.messageExpression && evaluation.text(validation.messageExpression)
        const text = said ?? (message?.trim() || `failed expression: ${validation.text.trim()}`)
        return [{ ...decided, ...place, actions: validationActions, message: text, reason, failed: false }]
      })
    })
  } catch (error) {
    // What is wrong with the configuration is no matter of actions: the binding can not say what it would.
    return failed(`failed to configure binding: ${(error as Error).message}`, ['Deny'])
  } finally {
    total.left -= before - Math.max(0, meter.left)
  }
}

/** Whether all hold; the text of a failure where none is false and one can not be evaluated. */
function conditionsHold(
  conditions: ReturnType<typeof compiledPolicy>['matchConditions'],
  evaluation: Evaluation,
): boolean | string {
  let failure: string | undefined
  for (const condition of conditions)
    try {
      if (!evaluation.truth(condition)) return false
    } catch (error) {
      failure ??= `match condition ${condition.name}: ${(error as Error).message}`
    }
  return failure ?? true
}

const nameOf = ({ metadata: { namespace, name } }: Resource): string =>
  namespace ? `${namespace}/${name}` : name
