import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { type Ask, kubectlAsks } from './kubectl-asks.ts'
import { thereIs } from './labels.ts'
import { containersOf, type View, type Workload } from './view.ts'
import { called, containerCalled, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

/** A ServiceAccount may not do what its pods do. */
export const permission: Analyzer = {
  name: 'permission',
  finds:
    'A ServiceAccount lacks a verb that a command needs or that the API server refused, or a binding names a role or account that does not exist.',
  unless: 'A role that is bound allows it, or roles and bindings of the namespace are not known.',
  rules: [
    'permission-refused',
    'permission-missing',
    'role-absent',
    'binding-subject-absent',
    'token-not-mounted',
  ],
  *look(view) {
    const refused = [...refusals(view)]
    yield* refused
    yield* bindings(view)
    const known = new Set(refused.map(({ object }) => `${object.kind}/${object.namespace}/${object.name}`))
    for (const workload of view.workloads) {
      const asks = containersOf(workload).flatMap(({ container, path }) =>
        kubectlAsks(container, workload.namespace).map(ask => ({
          ...ask,
          path,
          container: container.name ?? '',
        })),
      )
      const [first] = asks
      if (!first) continue
      yield* tokens(view, workload, first)
      const account = workload.spec.serviceAccountName || 'default'
      const missing = asks.filter(ask => allowed(view, workload.namespace, account, ask) === false)
      const [one] = missing
      if (!one || known.has(`ServiceAccount/${workload.namespace}/${account}`)) continue
      const bound = rolesOf(view, workload.namespace, account)
      const has = bound.flatMap(({ role }) =>
        role
          ? [
              `${role.kind} ${quoted(role.name)} with ${role.rules.map(rule => `${rule.verbs.join(', ')} on ${rule.resources.join(', ')}`).join('; ')}`,
            ]
          : [],
      )
      yield {
        rule: 'permission-missing',
        object: bound[0]?.role ?? { kind: 'ServiceAccount', namespace: workload.namespace, name: account },
        class: 'permission',
        statement: sentences(
          `ServiceAccount ${quoted(account)} of ${called(workload)} lacks permission (RBAC, forbidden): ${containerCalled(one.container)} runs ${quoted(one.command)}, which needs verb ${listed([...new Set(missing.map(({ verb }) => quoted(verb)))])} on ${listed([...new Set(missing.map(({ resource }) => resource))])} in namespace ${one.namespace}`,
          has.length > 0
            ? `Its bindings give it ${listed(has, 3)} only`
            : 'No Role or ClusterRole is bound to it (missing RoleBinding)',
        ),
        strength: strengths.broken,
        observed: false,
        outside: true,
        evidence: [
          fieldOf(workload.object, `${one.path}/command`, one.command),
          fieldOf(workload.object, `${workload.path}/serviceAccountName`, account),
          ...bound.slice(0, 4).map(({ binding }) => ({
            source: binding.file,
            detail: `${called(binding)} binds ${binding.roleRef?.kind} ${binding.roleRef?.name}`,
          })),
        ],
        explains: [workload, { kind: 'ServiceAccount', namespace: workload.namespace, name: account }],
      }
    }
  },
}

type Rules = ClusterObject<'Role'>['rules']
type Binding = ClusterObject<'RoleBinding'> | ClusterObject<'ClusterRoleBinding'>
interface Bound {
  binding: Binding
  role?: ClusterObject<'Role'> | ClusterObject<'ClusterRole'>
  rules: Rules
}

function bindingsOf({ cluster }: View, namespace: string, account: string): Binding[] {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
  return [...cluster.all('RoleBinding'), ...cluster.all('ClusterRoleBinding')].filter(
    ({ subjects, namespace: at }) =>
      subjects.some(subject =>
        subject.kind === 'ServiceAccount'
          ? subject.name === account && (subject.namespace ?? at) === namespace
          : subject.kind === 'Group' && groups.includes(subject.name ?? ''),
      ),
  )
}

const rolesOf = (view: View, namespace: string, account: string): Bound[] =>
  bindingsOf(view, namespace, account).map(binding => {
    const { kind = '', name = '' } = binding.roleRef ?? {}
    const role =
      kind === 'Role'
        ? view.cluster.get('Role', binding.namespace, name)
        : view.cluster.get('ClusterRole', '', name)
    return { binding, rules: role?.rules ?? [], ...(role && { role }) }
  })

/** Undefined when it is not known. */
function allowed(view: View, namespace: string, account: string, ask: Ask): boolean | undefined {
  const bound = rolesOf(view, namespace, account)
  const relevant = bound.filter(
    ({ binding }) => binding.kind === 'ClusterRoleBinding' || binding.namespace === ask.namespace,
  )
  if (relevant.some(({ rules }) => rules.some(rule => gives(rule, ask)))) return true
  // Roles that a cluster brings along, such as view and edit, or that nobody told of.
  if (
    relevant.some(
      ({ role, binding }) =>
        !role &&
        !view.cluster.lacks(binding.roleRef?.kind ?? '', binding.namespace, binding.roleRef?.name ?? ''),
    )
  )
    return undefined
  if (
    relevant.some(
      ({ role }) => role?.kind === 'ClusterRole' && 'aggregationRule' in role && role.aggregationRule,
    )
  )
    return undefined
  return view.cluster.knows('RoleBinding', ask.namespace) ? false : undefined
}

const gives = ({ apiGroups, resources, verbs }: Rules[number], { group, resource, verb }: Ask): boolean =>
  (verbs.includes('*') || verbs.includes(verb)) &&
  (resources.includes('*') ||
    resources.includes(resource) ||
    resources.some(one => one.startsWith('*/') && resource.endsWith(one.slice(1)))) &&
  (apiGroups.includes('*') || apiGroups.includes(group) || group === '?')

const forbidden =
  /User \\?"system:serviceaccount:([a-z0-9.-]{1,253}):([a-z0-9.-]{1,253})\\?" cannot (\w{1,40}) (?:resource )?\\?"?([\w./-]{1,200})\\?"?(?: in API group \\?"([^"\\]{0,253})\\?")?(?: in the namespace \\?"([^"\\]{1,253})\\?"| at the cluster scope)?/

/** What the API server refused, by Events and logs; the same refusal once. */
function* refusals(view: View): Generator<Suspicion> {
  const told = [
    ...view.cluster.allEvents
      .filter(({ message }) => message.includes(' cannot '))
      .map(({ message, file, about }) => ({ text: message, file, at: about })),
    ...view.linesWith(' cannot ').map(({ text, file, pod }) => ({ text, file, at: pod?.name ?? '' })),
  ]
  const seen = new Set<string>()
  for (const { text, file, at } of told) {
    const [, namespace, account, verb = '', resource = '', group = '', where] = forbidden.exec(text) ?? []
    if (namespace === undefined || account === undefined) continue
    const key = [namespace, account, verb, resource, where].join('/')
    if (seen.has(key)) continue
    seen.add(key)
    const object = { kind: 'ServiceAccount', namespace, name: account }
    const users = view
      .within(namespace)
      .filter(({ spec }) => (spec.serviceAccountName || 'default') === account)
    const bound = rolesOf(view, namespace, account).flatMap(({ role }) => role ?? [])
    yield {
      rule: 'permission-refused',
      object: bound[0] ?? object,
      class: 'permission',
      statement: sentences(
        `ServiceAccount ${quoted(account)} in namespace ${namespace} lacks permission (RBAC): the API server answers forbidden, because it cannot ${verb} ${resource}${group ? `.${group}` : ''} ${where ? `in namespace ${where}` : 'at cluster scope'}`,
        users.length > 0
          ? `${listed(users.map(called), 3)} run${users.length === 1 ? 's' : ''} with it`
          : undefined,
        `No role that is bound to it has verb ${quoted(verb)} on ${quoted(resource)}`,
      ),
      strength: strengths.told,
      observed: true,
      evidence: [{ source: file, detail: `${at}: ${plain(text, 300)}` }],
      explains: [object, ...users],
    }
  }
}

function* bindings(view: View): Generator<Suspicion> {
  const { cluster } = view
  for (const binding of [...cluster.all('RoleBinding'), ...cluster.all('ClusterRoleBinding')]) {
    const { kind = '', name = '' } = binding.roleRef ?? {}
    const users = view.workloads.filter(({ namespace, spec }) =>
      binding.subjects.some(
        subject =>
          subject.kind === 'ServiceAccount' &&
          subject.name === (spec.serviceAccountName || 'default') &&
          (subject.namespace ?? binding.namespace) === namespace,
      ),
    )
    if (kind === 'Role' && cluster.lacks('Role', binding.namespace, name)) {
      const others = cluster.all('Role', binding.namespace).map(role => role.name)
      yield {
        rule: 'role-absent',
        object: binding,
        class: 'permission',
        statement: sentences(
          `${called(binding)} binds ${kind} ${quoted(name)}, which does not exist (not found), so it gives no permission (RBAC forbidden)`,
          thereIs('Role', name, others),
        ),
        strength: strengths.likely,
        observed: false,
        outside: true,
        evidence: [fieldOf(binding, 'roleRef', `${kind}/${name}`)],
        explains: users,
      }
    }
    for (const { kind: of, name: account = '', namespace = binding.namespace } of binding.subjects) {
      if (
        of !== 'ServiceAccount' ||
        account === 'default' ||
        !cluster.lacks('ServiceAccount', namespace, account)
      )
        continue
      const others = cluster
        .all('ServiceAccount')
        .filter(one => one.namespace === namespace || one.name === account)
      if (others.length === 0) continue
      yield {
        rule: 'binding-subject-absent',
        object: binding,
        class: 'permission',
        statement: sentences(
          `${called(binding)} gives ${binding.roleRef?.kind} ${quoted(name)} to ServiceAccount ${quoted(account)} in namespace ${namespace}, which does not exist (not found), so the account that is meant has no permission (RBAC forbidden)`,
          `There is ServiceAccount ${listed(
            others.map(one => `${one.namespace}/${one.name}`),
            3,
          )}`,
        ),
        strength: strengths.likely,
        observed: false,
        outside: true,
        evidence: [fieldOf(binding, 'subjects', `${namespace}/${account}`)],
        explains: others.flatMap(one =>
          view.within(one.namespace).filter(({ spec }) => spec.serviceAccountName === one.name),
        ),
      }
    }
  }
}

function* tokens(
  view: View,
  workload: Workload,
  ask: { command: string; path: string },
): Generator<Suspicion> {
  const account = view.cluster.get(
    'ServiceAccount',
    workload.namespace,
    workload.spec.serviceAccountName || 'default',
  )
  const off = workload.spec.automountServiceAccountToken ?? account?.automountServiceAccountToken
  if (
    off !== false ||
    workload.spec.volumes.some(({ projected }) =>
      projected?.sources.some(({ serviceAccountToken }) => serviceAccountToken),
    )
  )
    return
  yield {
    rule: 'token-not-mounted',
    object: workload.spec.automountServiceAccountToken === false ? workload : (account ?? workload),
    class: 'permission',
    statement: sentences(
      `${called(workload)} calls the API server (${quoted(ask.command)}), but automountServiceAccountToken is false, so it has no token and is refused (unauthorized)`,
    ),
    strength: strengths.broken,
    observed: false,
    outside: true,
    evidence: [fieldOf(workload.object, `${workload.path}/automountServiceAccountToken`, 'false')],
    explains: [workload],
  }
}
