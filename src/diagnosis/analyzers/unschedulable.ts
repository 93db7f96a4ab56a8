import type { Evidence } from '../diagnosis.ts'
import { type Analyzer, strengths } from './analyzer.ts'
import { selectorText } from './labels.ts'
import { amount } from './quantity.ts'
import { askedBy } from './requests.ts'
import { type View, type Workload, warningsOf } from './view.ts'
import { called, plain, sentences } from './wording.ts'

/** What the scheduler writes of nodes that do not fit, and what it means for this workload. */
const reasons: readonly {
  pattern: RegExp
  rule: string
  say(workload: Workload, match: RegExpExecArray): string
}[] = [
  {
    pattern: /persistentvolumeclaim "([^"]{1,253})" (?:not found|is being deleted|bound to non-existent)/,
    rule: 'unschedulable-claim',
    say: (_, [, name = '']) => `PersistentVolumeClaim (PVC) "${name}" is not there`,
  },
  {
    pattern: /unbound (?:immediate )?PersistentVolumeClaims|didn't find available persistent volumes to bind/,
    rule: 'unschedulable-claim',
    say: ({ spec }) =>
      `a PersistentVolumeClaim (PVC) that it mounts is not bound (${spec.volumes.flatMap(({ persistentVolumeClaim: claim }) => claim?.claimName ?? []).join(', ') || 'unbound'})`,
  },
  {
    pattern: /volume node affinity conflict|no available volume zone|node\(s\) exceed max volume count/,
    rule: 'unschedulable-volume-zone',
    say: () =>
      'its volume lies in a zone or on a node (volume node affinity conflict) that no node with room for the pod belongs to',
  },
  {
    pattern: /Insufficient ([\w./-]{1,200})/,
    rule: 'unschedulable-resources',
    say: (workload, [, resource = '']) => {
      const asked = askedBy(workload).get(resource.replace(/\.$/, ''))
      const name = resource.replace(/\.$/, '')
      return `no node has enough ${/gpu/i.test(name) ? `GPU (${name})` : name} left (insufficient ${name})${asked === undefined ? '' : `; it requests ${amount(asked, name)} for each pod`}`
    },
  },
  {
    pattern:
      /didn't match (?:pod|Pod)'s node (?:affinity\/selector|selector|affinity)|didn't match node selector|didn't satisfy plugin NodeAffinity/,
    rule: 'unschedulable-node-selector',
    say: ({ spec }) => {
      const affinity =
        spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
      const wanted = [
        ...[...spec.nodeSelector].map(([key, value]) => `nodeSelector ${key}=${value}`),
        ...affinity.map(
          ({ matchExpressions }) =>
            `node affinity ${selectorText({ matchLabels: new Map(), matchExpressions })}`,
        ),
      ]
      return `no node has the labels that it asks for (${wanted.join('; ') || 'its node selector or node affinity'})`
    },
  },
  {
    pattern: /didn't match pod anti-affinity rules|didn't satisfy existing pods anti-affinity rules/,
    rule: 'unschedulable-anti-affinity',
    say: ({ replicas }) =>
      `its pod anti-affinity keeps its pods apart and there are fewer nodes than ${replicas ?? 'its'} replicas`,
  },
  {
    pattern: /didn't match pod affinity rules/,
    rule: 'unschedulable-affinity',
    say: () => 'its pod affinity wants it beside pods that no node runs',
  },
  {
    pattern: /didn't match pod topology spread constraints/,
    rule: 'unschedulable-spread',
    say: ({ spec }) =>
      `its topology spread constraint (${spec.topologySpreadConstraints.map(({ topologyKey, maxSkew }) => `${topologyKey}, maxSkew ${maxSkew}`).join('; ') || 'DoNotSchedule'}) leaves no node for it`,
  },
  {
    pattern:
      /untolerated taint(?:\(s\)|s)? ?\{([^}]{1,200})\}|had taints? \{([^}]{1,200})\}|untolerated taint/,
    rule: 'unschedulable-taint',
    say: (_, [, taint, older]) =>
      `nodes have a taint that it does not tolerate (${plain(taint ?? older ?? 'untolerated taint')})`,
  },
  {
    pattern: /didn't have free ports for the requested pod ports/,
    rule: 'unschedulable-host-port',
    say: ({ spec }) =>
      `its host port (${spec.containers.flatMap(({ ports }) => ports.flatMap(({ hostPort }) => hostPort ?? [])).join(', ')}) is taken on every node`,
  },
  {
    pattern: /Too many pods/,
    rule: 'unschedulable-pod-count',
    say: () => 'every node runs as many pods as it may',
  },
  {
    pattern: /were unschedulable|was unschedulable/,
    rule: 'unschedulable-cordoned',
    say: () => 'nodes are cordoned (unschedulable)',
  },
  {
    pattern: /no nodes available to schedule pods/,
    rule: 'unschedulable-no-nodes',
    say: () => 'there are no nodes at all',
  },
]

/** The scheduler finds no node for a pod, and says why. */
export const unschedulable: Analyzer = {
  name: 'unschedulable',
  finds:
    'The scheduler finds no node for a pod: resources, devices, labels, affinity, spread, taints, ports, volumes or gates.',
  unless: 'The pod was scheduled since.',
  rules: ['unschedulable', 'scheduling-gated', ...new Set(reasons.map(({ rule }) => rule))],
  *look(view) {
    for (const workload of view.workloads) {
      const gates = workload.pods.flatMap(pod =>
        pod.status?.conditions.some(({ reason }) => reason === 'SchedulingGated') ? [pod] : [],
      )
      if (gates[0])
        yield {
          ...{
            rule: 'scheduling-gated',
            object: workload,
            class: 'scheduling',
            strength: strengths.told,
            observed: true,
          },
          statement: sentences(
            `${called(workload)}: pod ${plain(gates[0].name)} is Pending because of scheduling gates (${gates[0].spec?.schedulingGates.map(({ name }) => name).join(', ') || 'SchedulingGated'}) that nobody has removed`,
          ),
          evidence: [
            { source: gates[0].file, detail: `${called(gates[0])}: PodScheduled is False, SchedulingGated` },
          ],
        }
      const told = toldBy(view, workload)
      if (!told) continue
      const found = reasons.flatMap(reason => {
        const match = reason.pattern.exec(told.text)
        return match ? [{ ...reason, match }] : []
      })
      // Taints of control-plane nodes and cordons stand beside the reason that matters.
      const main = found.filter(
        ({ rule, match }) =>
          !(rule === 'unschedulable-taint' && found.length > 1 && /control-plane|master/.test(match[0])),
      )
      const said = main.map(({ say, match }) => say(workload, match))
      yield {
        rule: main[0]?.rule ?? 'unschedulable',
        object: workload,
        class: main[0]?.rule === 'unschedulable-claim' ? 'storage' : 'scheduling',
        statement: sentences(
          `${called(workload)} cannot be scheduled (${told.pods}): ${said.length > 0 ? said.slice(0, 3).join('; also ') : 'no node fits'}`,
          `The scheduler says: ${plain(told.text, 220)}`,
        ),
        strength: main[0]?.rule === 'unschedulable-claim' ? strengths.likely : strengths.told,
        observed: true,
        symptom: main.length === 0 || main[0]?.rule === 'unschedulable-claim',
        evidence: told.evidence,
        explains: workload.pods,
      }
    }
  },
}

function toldBy(
  view: View,
  workload: Workload,
): { text: string; pods: string; evidence: Evidence[] } | undefined {
  const pending = workload.pods.filter(
    ({ status, spec }) => (status?.phase ?? 'Pending') === 'Pending' && !spec?.nodeName,
  )
  const scheduled = workload.pods.length > 0 && pending.length === 0
  if (scheduled) return undefined
  for (const pod of pending) {
    const condition = pod.status?.conditions.find(
      ({ type, status, reason }) =>
        type === 'PodScheduled' && status === 'False' && reason !== 'SchedulingGated',
    )
    if (condition?.message)
      return {
        text: condition.message,
        pods: `pod ${plain(pod.name)} is Pending`,
        evidence: [
          { source: pod.file, detail: `${called(pod)} PodScheduled=False: ${plain(condition.message, 300)}` },
        ],
      }
  }
  const event = warningsOf(view, workload).find(({ reason }) => reason === 'FailedScheduling')
  if (!event) return undefined
  return {
    text: event.message,
    pods: `pod ${plain(event.name)} is Pending`,
    evidence: [
      {
        source: event.file,
        detail: `${event.about} FailedScheduling${event.count > 1 ? ` ×${event.count}` : ''}: ${plain(event.message, 300)}`,
      },
    ],
  }
}
