import type { Resource } from '../../api/kind.ts'
import type { MatchResources, ResourceRule } from '../../api/kinds/match-resources.ts'
import { selects } from '../../api/label-selector.ts'
import type { Policies, PolicyRequest } from './request.ts'

/** Objects that decide about writes are never decided about, or nobody could undo a bad policy. */
const exempt = new Set([
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
])

export const isExempt = ({ group, resource }: PolicyRequest): boolean =>
  group === 'admissionregistration.k8s.io' && exempt.has(resource)

/**
 * Whether a policy's constraints, or a binding's, are about a write (apiserver: plugin/policy/matching). Without
 * `resourceRules` everything matches that is not excluded, as for bindings.
 */
export function matches(
  { resourceRules, excludeResourceRules = [], namespaceSelector, objectSelector }: MatchResources,
  request: PolicyRequest,
  policies: Pick<Policies, 'namespace'>,
): boolean {
  if (excludeResourceRules.some(rule => ruleMatches(rule, request))) return false
  if (resourceRules && resourceRules.length > 0 && !resourceRules.some(rule => ruleMatches(rule, request)))
    return false
  const { object, oldObject } = request
  const labels = [object, oldObject].flatMap(one => (one ? [one.metadata.labels ?? {}] : []))
  if (!labels.some(one => selects(objectSelector, one))) return false
  const namespace = namespaceLabels(request, policies)
  return namespace === undefined || selects(namespaceSelector, namespace)
}

function ruleMatches(rule: ResourceRule, request: PolicyRequest): boolean {
  const {
    operations = [],
    apiGroups = [],
    apiVersions = [],
    resources = [],
    resourceNames = [],
    scope,
  } = rule
  const holds = (list: readonly string[], value: string) => list.includes('*') || list.includes(value)
  return (
    holds(operations, request.operation) &&
    holds(apiGroups, request.group) &&
    holds(apiVersions, request.version) &&
    resources.some(resource => resourceMatches(resource, request)) &&
    (resourceNames.length === 0 || resourceNames.includes(request.name)) &&
    (scope === '*' || (scope === 'Namespaced') === isNamespaced(request))
  )
}

/** `*` is every resource without subresources, `x/*` a resource with all of them, `*` + `/sub` one of every resource. */
function resourceMatches(rule: string, { resource, subresource }: PolicyRequest): boolean {
  if (rule === '*/*') return true
  const [of = '', sub] = rule.split('/')
  if (of !== '*' && of !== resource) return false
  if (sub === '*') return true
  return sub === subresource
}

const isNamespace = ({ group, resource }: PolicyRequest): boolean => group === '' && resource === 'namespaces'

const isNamespaced = (request: PolicyRequest): boolean =>
  request.namespace !== undefined && !isNamespace(request)

/** Labels that a namespaceSelector looks at; undefined where it has nothing to look at, which matches. */
function namespaceLabels(request: PolicyRequest, policies: Pick<Policies, 'namespace'>) {
  if (isNamespace(request)) return (request.object ?? request.oldObject)?.metadata.labels ?? {}
  const { namespace } = request
  return namespace === undefined ? undefined : (namespaceObject(namespace, policies).metadata.labels ?? {})
}

/** The namespace of a write, as far as it is known. */
export function namespaceObject(name: string, policies: Pick<Policies, 'namespace'>): Resource {
  return (
    policies.namespace?.(name) ?? {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    }
  )
}
