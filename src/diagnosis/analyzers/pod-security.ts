import { type Analyzer, strengths } from './analyzer.ts'
import { seenOf } from './seen.ts'
import { containersOf, type Workload } from './view.ts'
import { called, containerCalled, fieldOf, listed, quoted, sentences } from './wording.ts'

/** A namespace enforces a Pod Security level that a pod template does not keep (kubernetes.io/docs/concepts/security/pod-security-standards). */
export const podSecurity: Analyzer = {
  name: 'pod-security',
  finds: 'A pod template breaks the Pod Security level that its namespace enforces.',
  unless: 'Pods of the workload run, or the namespace only warns.',
  rules: ['pod-security-violated'],
  *look(view) {
    for (const namespace of view.cluster.all('Namespace')) {
      const level = namespace.metadata.labels.get('pod-security.kubernetes.io/enforce')
      if (level !== 'baseline' && level !== 'restricted') continue
      for (const workload of view.within(namespace.name)) {
        const faults = [...baseline(workload), ...(level === 'restricted' ? restricted(workload) : [])]
        if (faults.length === 0 || workload.spec.containers.length === 0 || !workload.declared) continue
        const seen = seenOf(view, workload, /violates PodSecurity/)
        yield {
          rule: 'pod-security-violated',
          object: workload,
          class: 'admission',
          statement: sentences(
            `${called(workload)} violates Pod Security level ${quoted(level)} that ${called(namespace)} enforces, so its pods are forbidden (FailedCreate): ${listed(faults, 4)}`,
            seen?.text,
          ),
          strength: seen ? strengths.told : strengths.broken,
          observed: seen !== undefined,
          evidence: [
            fieldOf(namespace, 'label pod-security.kubernetes.io/enforce', level),
            fieldOf(workload.object, workload.path, faults.join('; ')),
            ...(seen?.evidence ?? []),
          ],
          explains: workload.pods,
        }
      }
    }
  },
}

function* baseline(workload: Workload): Generator<string> {
  const { spec } = workload
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC'] as const)
    if (spec[field]) yield `${field} is true`
  for (const { name, hostPath } of spec.volumes)
    if (hostPath) yield `volume ${quoted(name ?? '')} is a hostPath`
  for (const { container } of containersOf(workload)) {
    const of = `${containerCalled(container.name)}`
    if (container.securityContext?.privileged) yield `${of} is privileged`
    if (container.ports.some(({ hostPort }) => (hostPort ?? 0) > 0)) yield `${of} has a hostPort`
    const added =
      container.securityContext?.capabilities?.add.filter(
        one =>
          !/^(AUDIT_WRITE|CHOWN|DAC_OVERRIDE|FOWNER|FSETID|KILL|MKNOD|NET_BIND_SERVICE|SETFCAP|SETGID|SETPCAP|SETUID|SYS_CHROOT)$/.test(
            one,
          ),
      ) ?? []
    if (added.length > 0) yield `${of} adds capabilities ${added.join(', ')}`
  }
}

function* restricted(workload: Workload): Generator<string> {
  const { securityContext: pod } = workload.spec
  for (const { container } of containersOf(workload)) {
    const own = container.securityContext
    const of = `${containerCalled(container.name)}`
    if (own?.allowPrivilegeEscalation !== false) yield `${of} does not set allowPrivilegeEscalation to false`
    if (!own?.capabilities?.drop.includes('ALL')) yield `${of} does not drop ALL capabilities`
    if ((own?.runAsNonRoot ?? pod?.runAsNonRoot) !== true) yield `${of} does not set runAsNonRoot`
    if ((own?.runAsUser ?? pod?.runAsUser) === 0) yield `${of} runs as user 0`
    if (!/^(RuntimeDefault|Localhost)$/.test(own?.seccompProfile?.type ?? pod?.seccompProfile?.type ?? ''))
      yield `${of} has no seccompProfile`
  }
}
