import { admit } from '../../api/admission.ts'
import type { Kind, Resource } from '../../api/kind.ts'
import { ConfigMap } from '../../api/kinds/core.ts'
import {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../api/kinds/validating-admission-policy.ts'
import { Deployment } from '../../api/kinds/workloads/deployment.ts'
import type { PolicyRequest } from './request.ts'

const GROUP = 'admissionregistration.k8s.io/v1'

/** The object with its defaults; also where it would be refused, for policies of other servers may be so. */
const completed = (kind: Kind, object: Resource): Resource => admit(kind, object).object

export const policy = (name: string, spec: object): Resource =>
  completed(ValidatingAdmissionPolicy, {
    apiVersion: GROUP,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec,
  })

export const binding = (name: string, policyName: string, spec: object = {}): Resource =>
  completed(ValidatingAdmissionPolicyBinding, {
    apiVersion: GROUP,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName, validationActions: ['Deny'], ...spec },
  })

export const configMap = (
  name: string,
  data: Record<string, string>,
  labels: Record<string, string> = {},
  namespace = 'default',
): Resource =>
  completed(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data })

interface DeploymentParts {
  replicas?: number
  image?: string
  securityContext?: object
}

export const deployment = (
  { replicas = 1, image = 'nginx:1.29', securityContext }: DeploymentParts,
  metadata: Partial<Resource['metadata']> = {},
): Resource =>
  completed(Deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', ...metadata },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image, ...(securityContext && { securityContext }) }] },
      },
    },
  })

/** Somebody creates a Deployment. */
export const request = (object: Resource, more: Partial<PolicyRequest> = {}): PolicyRequest => ({
  operation: 'CREATE',
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  resource: 'deployments',
  name: object.metadata.name,
  namespace: 'default',
  object,
  user: { name: 'alice', groups: ['system:authenticated'] },
  ...more,
})
