import { z } from 'zod'
import type { Cause } from './errors.ts'

/** The group and version of every kind of ours; the one place that names them. */
export const GROUP = 'keelway.dev'
export const VERSION = 'v1alpha1'

export const OwnerReference = z.object({
  apiVersion: z.string().describe('apiVersion of the owner.'),
  kind: z.string().describe('Kind of the owner.'),
  name: z.string().describe('Name of the owner.'),
  uid: z.string().describe('UID of the owner.'),
  controller: z.boolean().optional().describe('The owner manages this object; one owner at most.'),
  blockOwnerDeletion: z
    .boolean()
    .optional()
    .describe('A foreground deletion of the owner waits for this object.'),
})
export type OwnerReference = z.output<typeof OwnerReference>

/** Kubernetes' ObjectMeta, as far as it is stored. */
export interface ObjectMeta {
  name: string
  generateName?: string
  /** Absent on cluster-scoped objects. */
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: unknown[]
}

/** Any object of the API, before its kind is known. */
export interface Resource {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

export interface Column {
  name: string
  /** JSONPath in the form of CRD printer columns, such as `.status.phase`. */
  path: string
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  /** Columns above 0 show with `-o wide` only. */
  priority?: number
  description?: string
  /** What no path says, such as `2/3`; kinds of Kubernetes' own only, for a CRD has paths. `now` in milliseconds. */
  read?: (object: Resource, now: number) => unknown
}

/** A cross-field rule as it stands in the CRD (`x-kubernetes-validations`), with `self` the whole object. */
export interface Rule {
  rule: string
  message: string
}

/**
 * One definition per kind. Its type, admission, defaulting, OpenAPI schema, CRD, documentation table and
 * `kubectl explain` text all come from here; `describe()` of each field is written for users.
 */
export interface Kind<
  Spec extends z.ZodType | undefined = z.ZodType | undefined,
  Status extends z.ZodType | undefined = z.ZodType | undefined,
  Fields extends z.ZodRawShape = z.ZodRawShape,
> {
  /** Empty for Kubernetes' core group. */
  group: string
  version: string
  kind: string
  plural: string
  singular: string
  shortNames: readonly string[]
  scope: 'Namespaced' | 'Cluster'
  summary: string
  spec: Spec
  status: Status
  /** Top-level fields beside spec and status, such as a ConfigMap's `data`. */
  fields: Fields
  columns: readonly Column[]
  rules: readonly Rule[]
  /** Groups of kinds it is listed with by `kubectl get all` and the like. */
  categories: readonly string[]
  /** Fields other than metadata.name and .namespace that field selectors may name, such as `type`. */
  selectableFields: readonly string[]
  /** A complete object users can start from; a test applies it. */
  example: object
  /**
   * Called on each create and update before validation, to write down what only the server knows (who asks, when).
   * May change `next` in place. Embedded server only; on another API server an admission policy does its work.
   */
  stamp?: (next: Resource, previous: Resource | undefined, request: { user: string; now: string }) => void
  /**
   * Fills in defaults that depend on other fields, in place, once the schema holds. With `check` what Kubernetes' own
   * kinds have beyond schema and rules; a CRD can not say it, so kinds of ours have neither.
   */
  complete?: Complete
  /** What is wrong with an object whose schema holds. */
  check?: Check
}

type Complete = (object: Resource, previous: Resource | undefined) => void
type Check = (object: Resource, previous: Resource | undefined) => Cause[]

type KindInput<
  Spec extends z.ZodType | undefined,
  Status extends z.ZodType | undefined,
  Fields extends z.ZodRawShape,
> = Pick<Kind, 'kind' | 'plural' | 'summary' | 'example'> &
  Partial<
    Pick<
      Kind,
      | 'group'
      | 'version'
      | 'shortNames'
      | 'scope'
      | 'columns'
      | 'rules'
      | 'categories'
      | 'selectableFields'
      | 'stamp'
    >
  > & {
    spec?: Spec
    status?: Status
    fields?: Fields
    complete?: (
      object: Typed<Spec, Status, Fields>,
      previous: Typed<Spec, Status, Fields> | undefined,
    ) => void
    check?: (
      object: Typed<Spec, Status, Fields>,
      previous: Typed<Spec, Status, Fields> | undefined,
    ) => Cause[]
  }

/** Defines a kind; see {@link Kind}. Group and version default to ours, scope to Namespaced. */
export function defineKind<
  Spec extends z.ZodType | undefined = undefined,
  Status extends z.ZodType | undefined = undefined,
  Fields extends z.ZodRawShape = Record<never, never>,
>(input: KindInput<Spec, Status, Fields>): Kind<Spec, Status, Fields> {
  const { complete, check, ...rest } = input
  return {
    group: GROUP,
    version: VERSION,
    scope: 'Namespaced',
    singular: input.kind.toLowerCase(),
    shortNames: [],
    columns: [],
    rules: [],
    categories: [],
    selectableFields: [],
    ...rest,
    // Admission hands them objects of this very kind.
    ...(complete && { complete: complete as Complete }),
    ...(check && { check: check as Check }),
    spec: input.spec as Spec,
    status: input.status as Status,
    fields: input.fields ?? ({} as Fields),
  }
}

type Part<Name extends string, Type> = Type extends z.ZodType ? { [K in Name]: z.output<Type> } : unknown

type Typed<Spec, Status, Fields extends z.ZodRawShape> = {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
} & Part<'spec', Spec> &
  Partial<Part<'status', Status>> &
  ([keyof Fields] extends [never] ? unknown : z.output<z.ZodObject<Fields>>)

/** The TypeScript type of a kind's objects as the server returns them: defaults applied. */
export type ResourceOf<K> =
  K extends Kind<infer Spec, infer Status, infer Fields> ? Typed<Spec, Status, Fields> : never

/** `keelway.dev/v1alpha1`, or `v1` for the core group. */
export const apiVersionOf = (kind: Pick<Kind, 'group' | 'version'>): string =>
  kind.group ? `${kind.group}/${kind.version}` : kind.version

/** The store's and RBAC's name of a kind: `prompts.keelway.dev`, or `secrets`. */
export const resourceOf = (kind: Pick<Kind, 'group' | 'plural'>): string =>
  kind.group ? `${kind.plural}.${kind.group}` : kind.plural

/** Whether it is one of Kubernetes' own, for which there is never a CRD of ours. */
export const isKubernetes = ({ group }: Pick<Kind, 'group'>): boolean =>
  !group.includes('.') || group.endsWith('.k8s.io')

/** `Prompt/support/refund`, as the ledger and messages name objects. */
export const subjectOf = (object: { kind: string; metadata: { name: string; namespace?: string } }): string =>
  [object.kind, object.metadata.namespace, object.metadata.name].filter(Boolean).join('/')
