import { admit } from '../../../api/admission.ts'
import { apiVersionOf, type Kind, type Resource } from '../../../api/kind.ts'
import { Namespace } from '../../../api/kinds/core.ts'
import { CONTROLLERS } from '../../../api/source.ts'
import {
  checkPolicies,
  type ParamQuery,
  type Policies,
  type PolicyRequest,
} from '../../../policy/admission/check.ts'
import type { ChangedObject } from '../../../policy/risk.ts'
import type { Context } from '../../runtime/reconciler.ts'
import { keyOf } from '../declared.ts'
import { closed, listed, open, type ProposalGate } from './gate.ts'

/** No ValidatingAdmissionPolicy denies what would be there, or that something goes. Warnings are told. */
export const policy: ProposalGate = {
  name: 'policy',
  async check({ rendered: { objects }, kinds, context }) {
    const policies = policiesOf(kinds, context)
    if (!policies) return open('this server has no admission policies')
    const decisions = objects.flatMap(object => {
      const kind = kinds.find(
        other => other.kind === object.kind && apiVersionOf(other) === object.apiVersion,
      )
      return checkPolicies(requestOf(object, kind), policies).map(decision => ({
        ...decision,
        of: keyOf(object),
      }))
    })
    const said = ({ of, policy, message }: (typeof decisions)[number]) => `${of}: ${policy}: ${message}`
    const denied = decisions.filter(({ actions }) => actions.includes('Deny'))
    if (denied.length > 0) return closed(listed(denied.map(said)))
    const warned = decisions.filter(({ actions }) => actions.includes('Warn'))
    const { length } = policies.policies
    return open(
      `${length} policies agree${warned.length > 0 ? `, with warnings: ${listed(warned.map(said))}` : ''}`,
    )
  },
}

/** What is in force; undefined where the server has no such kinds. */
function policiesOf(kinds: readonly Kind[], { informer }: Pick<Context, 'informer'>): Policies | undefined {
  const all = (name: string): Resource[] | undefined => {
    const kind = kinds.find(other => other.kind === name && other.group === 'admissionregistration.k8s.io')
    return kind && (informer(kind).list() as unknown as Resource[])
  }
  const policies = all('ValidatingAdmissionPolicy')
  const bindings = all('ValidatingAdmissionPolicyBinding')
  if (!policies || !bindings) return undefined
  return {
    policies,
    bindings,
    params: ({ apiVersion, kind: name, namespace, name: wanted }: ParamQuery) => {
      const kind = kinds.find(other => other.kind === name && apiVersionOf(other) === apiVersion)
      const found = kind && (informer(kind).list(namespace) as unknown as Resource[])
      return found?.filter(({ metadata }) => wanted === undefined || metadata.name === wanted)
    },
    namespace: name => informer(Namespace).get(name) as Resource | undefined,
  }
}

function requestOf(
  { apiVersion, kind, name, namespace, before, after }: ChangedObject,
  known: Kind | undefined,
): PolicyRequest {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  return {
    operation: !before ? 'CREATE' : !after ? 'DELETE' : 'UPDATE',
    group: group ?? '',
    version: version ?? '',
    kind,
    resource: known?.plural ?? `${kind.toLowerCase()}s`,
    name,
    ...(known?.scope === 'Cluster' || namespace === undefined ? {} : { namespace }),
    ...(after && { object: known ? admit(known, after).object : after }),
    ...(before && { oldObject: before }),
    user: { name: CONTROLLERS, groups: ['system:authenticated'] },
    dryRun: true,
  }
}
