import type { Analyzer } from './analyzer.ts'
import { containersOf } from './view.ts'
import { called, fieldOf, listed, quoted, sentences } from './wording.ts'

/** What an attacker would like: never the cause of a symptom, and told only as such. */
export const securityOdd: Analyzer = {
  name: 'security-odd',
  finds:
    'A privileged container, a role with wildcards that is bound, a default ServiceAccount with rights, or no security context.',
  unless: 'It is only a hint, and never explains a symptom.',
  rules: ['container-privileged', 'role-wildcard-bound', 'security-context-absent', 'default-account-used'],
  *look(view) {
    const { cluster } = view
    for (const workload of view.workloads) {
      const containers = containersOf(workload)
      const common = { object: workload, class: 'permission' as const, observed: false }
      const privileged = containers.filter(({ container }) => container.securityContext?.privileged)
      if (privileged[0])
        yield {
          ...common,
          rule: 'container-privileged',
          strength: 0.08,
          statement: sentences(
            `${called(workload)} runs container ${listed(privileged.map(({ container }) => quoted(container.name ?? '')))} privileged`,
          ),
          evidence: [fieldOf(workload.object, `${privileged[0].path}/securityContext/privileged`, 'true')],
        }
      if (
        workload.declared &&
        containers.length > 0 &&
        !workload.spec.securityContext &&
        containers.every(({ container }) => !container.securityContext)
      )
        yield {
          ...common,
          rule: 'security-context-absent',
          strength: 0.03,
          statement: sentences(`${called(workload)} sets no security context`),
          evidence: [fieldOf(workload.object, `${workload.path}/securityContext`, 'absent')],
        }
    }
    for (const binding of [...cluster.all('RoleBinding'), ...cluster.all('ClusterRoleBinding')]) {
      const { kind = '', name = '' } = binding.roleRef ?? {}
      const role =
        kind === 'Role' ? cluster.get('Role', binding.namespace, name) : cluster.get('ClusterRole', '', name)
      const common = { object: binding, class: 'permission' as const, observed: false }
      if (
        role &&
        !/^(system:|cluster-admin$)/.test(name) &&
        role.rules.some(({ verbs, resources }) => verbs.includes('*') && resources.includes('*'))
      )
        yield {
          ...common,
          rule: 'role-wildcard-bound',
          strength: 0.08,
          statement: sentences(
            `${called(binding)} binds ${called(role)}, which allows every verb on every resource`,
          ),
          evidence: [fieldOf(role, 'rules', 'verbs *, resources *')],
        }
      if (binding.subjects.some(subject => subject.kind === 'ServiceAccount' && subject.name === 'default'))
        yield {
          ...common,
          rule: 'default-account-used',
          strength: 0.05,
          statement: sentences(
            `${called(binding)} gives rights to the default ServiceAccount, which every pod without another one has`,
          ),
          evidence: [fieldOf(binding, 'subjects', 'default')],
        }
    }
  },
}
