import { type Analyzer, strengths } from './analyzer.ts'
import { declaredCalls } from './calls.ts'
import { healthOf } from './view.ts'
import { called, fieldOf, plain, quoted, sentences } from './wording.ts'

/** Names do not resolve: the cluster's DNS is down, or a pod does not ask it. */
export const dns: Analyzer = {
  name: 'dns',
  finds:
    "The pods of the cluster's DNS are not ready or scaled to 0, or a pod that calls Services does not use it.",
  unless: 'DNS pods are ready.',
  rules: ['dns-down', 'dns-not-used'],
  *look(view) {
    for (const workload of view.within('kube-system')) {
      const isDns =
        /^(coredns|kube-dns|rke2-coredns\S{0,60}|dns-default)$/.test(workload.name) ||
        workload.labels.get('k8s-app') === 'kube-dns'
      const down = workload.replicas === 0 || healthOf(workload) === 'unhealthy'
      if (!isDns || !down) continue
      yield {
        rule: 'dns-down',
        object: workload,
        class: 'dns',
        statement: sentences(
          `${called(workload)}, the DNS of the cluster, ${workload.replicas === 0 ? 'is scaled to 0' : 'has pods that are not ready'}, so names of Services do not resolve`,
        ),
        strength: strengths.likely,
        observed: workload.pods.length > 0,
        outside: true,
        evidence: [
          {
            source: workload.object.file,
            detail: `${called(workload)}: ${workload.pods.map(pod => `${plain(pod.name)} ${plain(pod.status?.phase ?? '')}`).join(', ') || 'replicas 0'}`,
          },
        ],
      }
    }
    const told = new Set<string>()
    for (const { from, host, service, namespace } of declaredCalls(view)) {
      const policy = from.spec.dnsPolicy
      const outside =
        policy === 'Default' ||
        policy === 'None' ||
        (policy !== 'ClusterFirstWithHostNet' && from.spec.hostNetwork)
      if (!outside || told.has(called(from)) || !view.cluster.get('Service', namespace, service)) continue
      if (policy === 'None') continue
      told.add(called(from))
      yield {
        rule: 'dns-not-used',
        object: from,
        class: 'dns',
        statement: sentences(
          `${called(from)} calls ${quoted(host)}, but ${policy === 'Default' ? 'its dnsPolicy is Default' : 'it uses the network of its node (hostNetwork) without dnsPolicy ClusterFirstWithHostNet'}, so names of Services do not resolve`,
        ),
        strength: strengths.likely,
        observed: false,
        outside: true,
        evidence: [fieldOf(from.object, `${from.path}/dnsPolicy`, policy ?? 'absent')],
      }
    }
  },
}
