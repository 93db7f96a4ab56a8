import { z } from 'zod'
import type { Cause } from '../errors.ts'
import { notSupported, required, selectorCauses } from './workloads/causes.ts'
import { LabelSelector } from './workloads/fields.ts'

const names = (about: string) => z.array(z.string().max(253)).max(1000).optional().describe(about)

const ResourceRule = z.object({
  resourceNames: names('Names of the objects; all where absent.'),
  operations: names('CREATE, UPDATE, DELETE, CONNECT or *.'),
  apiGroups: names('Groups; "" is the core one, * all.'),
  apiVersions: names('Versions; * all.'),
  resources: names('Resources such as pods, deployments/scale, *, */status or */*.'),
  scope: z.enum(['Cluster', 'Namespaced', '*']).default('*').describe('Cluster, Namespaced or *.'),
})
export type ResourceRule = z.output<typeof ResourceRule>

/** Which writes a policy or a binding is about. */
export const MatchResources = z.object({
  resourceRules: z.array(ResourceRule).max(1000).optional().describe('What; one of these must hold.'),
  excludeResourceRules: z.array(ResourceRule).max(1000).optional().describe('What is left out.'),
  namespaceSelector: LabelSelector.default({}).describe(
    'Labels of the namespace; cluster-scoped objects always match.',
  ),
  objectSelector: LabelSelector.default({}).describe('Labels of the object, as it is or as it was.'),
  matchPolicy: z
    .enum(['Equivalent', 'Exact'])
    .default('Equivalent')
    .describe('Whether other versions of a resource count as the same. This server has one version of each.'),
})
export type MatchResources = z.output<typeof MatchResources>

const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*']

export function matchResourcesCauses(field: string, match: MatchResources): Cause[] {
  const causes = [
    ...selectorCauses(`${field}.namespaceSelector`, match.namespaceSelector),
    ...selectorCauses(`${field}.objectSelector`, match.objectSelector),
  ]
  for (const list of ['resourceRules', 'excludeResourceRules'] as const)
    for (const [i, rule] of (match[list] ?? []).entries()) {
      const at = `${field}.${list}[${i}]`
      for (const part of ['operations', 'apiGroups', 'apiVersions', 'resources'] as const)
        if (!rule[part]?.length) causes.push(required(`${at}.${part}`))
      for (const [j, operation] of (rule.operations ?? []).entries())
        if (!operations.includes(operation))
          causes.push(notSupported(`${at}.operations[${j}]`, operation, operations))
    }
  return causes
}
