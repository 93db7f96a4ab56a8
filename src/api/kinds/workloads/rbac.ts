import { z } from 'zod'
import type { Cause } from '../../errors.ts'
import { defineKind, type ResourceOf } from '../../kind.ts'
import { forbidden, notSupported, required, sameValue } from './causes.ts'
import { flag, keyed, LabelSelector, LocalReference, list, part, text, texts } from './fields.ts'
import { age, computed, itemsAt, textAt } from './printing.ts'

const group = 'rbac.authorization.k8s.io'

export const createdAt = computed('Created At', '.metadata.creationTimestamp', object =>
  textAt(object, 'metadata.creationTimestamp'),
)

const Rule = z.object({
  verbs: z
    .array(z.string().max(253))
    .max(1000)
    .default([])
    .describe('What may be done, such as get, list or *.'),
  apiGroups: texts('Groups of the resources; "" is the core one, * all.'),
  resources: texts('Resources, such as pods or pods/log; * all.'),
  resourceNames: texts('Names of the objects; all where absent.'),
  nonResourceURLs: texts('Paths that are no resources; cluster roles only.'),
})

function ruleCauses(rules: readonly z.output<typeof Rule>[], namespaced: boolean): Cause[] {
  return rules.flatMap(({ verbs, apiGroups = [], resources = [], nonResourceURLs = [] }, i) => {
    const field = `rules[${i}]`
    if (verbs.length === 0) return [required(`${field}.verbs`, 'verbs must contain at least one value')]
    if (nonResourceURLs.length > 0)
      return namespaced
        ? [forbidden(`${field}.nonResourceURLs`, 'namespaced rules cannot apply to non-resource URLs')]
        : []
    return [
      ...(apiGroups.length > 0
        ? []
        : [required(`${field}.apiGroups`, 'resource rules must supply at least one api group')]),
      ...(resources.length > 0
        ? []
        : [required(`${field}.resources`, 'resource rules must supply at least one resource')]),
    ]
  })
}

export const Role = defineKind({
  group,
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  summary: 'Rights in one namespace. Kept as data: this server does not check by it.',
  fields: { rules: list(Rule, 'The rights.') },
  columns: [createdAt],
  check: object => ruleCauses(object.rules ?? [], true),
  example: {
    apiVersion: `${group}/v1`,
    kind: 'Role',
    metadata: { name: 'reader', namespace: 'default' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
  },
})
export type Role = ResourceOf<typeof Role>

export const ClusterRole = defineKind({
  group,
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
  summary:
    'Rights in all namespaces and on what belongs to none. Kept as data: this server does not check by it.',
  fields: {
    rules: list(Rule, 'The rights.'),
    aggregationRule: part(
      { clusterRoleSelectors: list(LabelSelector, 'Which.') },
      'ClusterRoles whose rights it has.',
    ),
  },
  columns: [createdAt],
  check: object => ruleCauses(object.rules ?? [], false),
  example: {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'node-reader' },
    rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] }],
  },
})
export type ClusterRole = ResourceOf<typeof ClusterRole>

const Subject = z.object({
  kind: z.string().max(64).describe('User, Group or ServiceAccount.'),
  name: z.string().max(1024).describe('Its name.'),
  namespace: text('Namespace of a ServiceAccount.'),
  apiGroup: text('rbac.authorization.k8s.io for users and groups.'),
})
const RoleRef = z
  .object({
    apiGroup: z.string().default(group).describe('rbac.authorization.k8s.io.'),
    kind: z.string().max(64).describe('Role or ClusterRole.'),
    name: z.string().max(253).describe('Its name.'),
  })
  .describe('The rights; they stay as they are.')

interface Binding {
  roleRef: z.output<typeof RoleRef>
  subjects?: z.output<typeof Subject>[] | undefined
}

function bindingCauses(
  { roleRef, subjects = [] }: Binding,
  previous: Binding | undefined,
  kinds: readonly string[],
): Cause[] {
  const causes: Cause[] = []
  if (!kinds.includes(roleRef.kind)) causes.push(notSupported('roleRef.kind', roleRef.kind, kinds))
  if (!roleRef.name) causes.push(required('roleRef.name'))
  subjects.forEach(({ kind, name, namespace }, i) => {
    const field = `subjects[${i}]`
    const known = ['ServiceAccount', 'User', 'Group']
    if (!known.includes(kind)) causes.push(notSupported(`${field}.kind`, kind, known))
    if (!name) causes.push(required(`${field}.name`))
    if (kind === 'ServiceAccount' && !namespace) causes.push(required(`${field}.namespace`))
  })
  if (previous && !sameValue(roleRef, previous.roleRef))
    causes.push({
      reason: 'FieldValueInvalid',
      message: 'Invalid value: cannot change roleRef',
      field: 'roleRef',
    })
  return causes
}

function completeBinding(object: { subjects?: Binding['subjects'] }): void {
  for (const subject of object.subjects ?? [])
    if (subject.kind !== 'ServiceAccount') subject.apiGroup ??= group
}

const subjectsOf = (title: string, kind: string) =>
  computed(
    title,
    '.subjects',
    object =>
      itemsAt(object, 'subjects')
        .filter(subject => subject.kind === kind)
        .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : String(name)))
        .join(', '),
    { priority: 1 },
  )

const bindingColumns = [
  computed(
    'Role',
    '.roleRef.name',
    object => `${textAt(object, 'roleRef.kind')}/${textAt(object, 'roleRef.name')}`,
  ),
  age,
  subjectsOf('Users', 'User'),
  subjectsOf('Groups', 'Group'),
  subjectsOf('ServiceAccounts', 'ServiceAccount'),
]

export const RoleBinding = defineKind({
  group,
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  summary: 'Who has the rights of a role in one namespace. Kept as data: this server does not check by it.',
  fields: { roleRef: RoleRef, subjects: list(Subject, 'Who has them.') },
  columns: bindingColumns,
  complete: completeBinding,
  check: (object, previous) => bindingCauses(object, previous, ['Role', 'ClusterRole']),
  example: {
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'readers', namespace: 'default' },
    roleRef: { apiGroup: group, kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'default' }],
  },
})
export type RoleBinding = ResourceOf<typeof RoleBinding>

export const ClusterRoleBinding = defineKind({
  group,
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  summary: 'Who has the rights of a cluster role everywhere. Kept as data: this server does not check by it.',
  fields: { roleRef: RoleRef, subjects: list(Subject, 'Who has them.') },
  columns: bindingColumns,
  complete: completeBinding,
  check: (object, previous) => bindingCauses(object, previous, ['ClusterRole']),
  example: {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'node-readers' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'node-reader' },
    subjects: [{ kind: 'User', name: 'alice', apiGroup: group }],
  },
})
export type ClusterRoleBinding = ResourceOf<typeof ClusterRoleBinding>

export const ServiceAccount = defineKind({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  summary: 'Who Pods act as. Kept as data: this server gives it no tokens.',
  fields: {
    secrets: keyed(
      'name',
      z.object({
        name: text('Name.'),
        namespace: text('Namespace.'),
        kind: text('Kind.'),
        apiVersion: text('API version.'),
        uid: text('UID.'),
        fieldPath: text('Field.'),
        resourceVersion: text('Resource version.'),
      }),
      'Secrets its Pods may use.',
    ),
    imagePullSecrets: list(LocalReference, 'Secrets to pull images with.'),
    automountServiceAccountToken: flag('Whether Pods get a token of it.'),
  },
  columns: [
    computed('Secrets', '.secrets', object => itemsAt(object, 'secrets').length, { type: 'integer' }),
    age,
  ],
  example: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web', namespace: 'default' } },
})
export type ServiceAccount = ResourceOf<typeof ServiceAccount>
