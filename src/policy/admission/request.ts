import type { Resource } from '../../api/kind.ts'

/** A write, as ValidatingAdmissionPolicies see it. */
export interface PolicyRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE'
  group: string
  version: string
  kind: string
  /** Plural, such as `deployments`. */
  resource: string
  /** Such as `status`; absent for the object itself. */
  subresource?: string
  name: string
  /** Absent for cluster-scoped objects. */
  namespace?: string
  /** The object as it would be stored, with defaults; absent for DELETE. */
  object?: Resource
  /** The object as it is stored; absent for CREATE. */
  oldObject?: Resource
  user: { name: string; groups: readonly string[] }
  dryRun?: boolean
}

/** Which objects of a kind a policy's parameters are looked for among. */
export interface ParamQuery {
  apiVersion: string
  kind: string
  /** Where the kind is namespaced: the one namespace in question. */
  namespace?: string
  /** Absent when a selector chooses. */
  name?: string
}

/** What is in force. Objects are as the API server admits them, with defaults. */
export interface Policies {
  /** Of kind ValidatingAdmissionPolicy. */
  policies: readonly Resource[]
  /** Of kind ValidatingAdmissionPolicyBinding. */
  bindings: readonly Resource[]
  /** Objects that may be parameters; undefined when there is no such kind. Without it no parameter is ever found. */
  params?(query: ParamQuery): readonly Resource[] | undefined
  /** A Namespace by name, for namespaceSelector and namespaceObject; without it a namespace has its name label only. */
  namespace?(name: string): Resource | undefined
}

type PolicyReason = 'Unauthorized' | 'Forbidden' | 'Invalid' | 'RequestEntityTooLarge'

/** One validation that did not hold, or that could not be evaluated while its policy says Fail. */
export interface PolicyDecision {
  policy: string
  binding: string
  /** Deny: the write must not happen. Warn: the writer is told. Audit: it is recorded. */
  actions: readonly ('Deny' | 'Warn' | 'Audit')[]
  /** Why, in the words of the policy, or what went wrong with which expression. */
  message: string
  reason: PolicyReason
  /** The CEL text that decided, when one did. */
  expression?: string
  /** Its place in spec.validations. */
  expressionIndex?: number
  /** `namespace/name` of the parameter it was evaluated with. */
  param?: string
  /** Whether it could not be evaluated, and did not say no. */
  failed: boolean
}
