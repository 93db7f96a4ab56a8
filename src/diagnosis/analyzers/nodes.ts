import type { PodSpec } from '../cluster/pod.ts'
import type { ClusterObject } from '../cluster.ts'
import { selects } from './labels.ts'
import type { View } from './view.ts'

type Node = ClusterObject<'Node'>

/** Nodes that take pods, where all are known; undefined when nothing tells of them. */
export function nodesOf({ cluster }: Pick<View, 'cluster'>): readonly Node[] | undefined {
  const nodes = cluster.all('Node')
  return nodes.length > 0 ? nodes : undefined
}

export const isTolerated = (
  spec: PodSpec,
  { taints }: { taints: NonNullable<Node['spec']>['taints'] },
): boolean =>
  taints
    .filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
    .every(taint =>
      spec.tolerations.some(
        ({ key, operator = 'Equal', value = '', effect }) =>
          (effect === undefined || effect === '' || effect === taint.effect) &&
          (key === undefined || key === ''
            ? operator === 'Exists'
            : key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''))),
      ),
    )

/** Whether a node has the labels that a pod asks for. */
export function fitsLabels(spec: PodSpec, node: Node): boolean {
  const { labels } = node.metadata
  if (![...spec.nodeSelector].every(([key, value]) => labels.get(key) === value)) return false
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  if (!terms || terms.length === 0) return true
  return terms.some(({ matchExpressions, matchFields }) => {
    const plain = matchExpressions.filter(({ operator }) => operator !== 'Gt' && operator !== 'Lt')
    const numeric = matchExpressions.filter(({ operator }) => operator === 'Gt' || operator === 'Lt')
    return (
      selects({ matchLabels: new Map(), matchExpressions: plain }, labels) &&
      numeric.every(({ key = '', operator, values: [value] }) =>
        operator === 'Gt' ? Number(labels.get(key)) > Number(value) : Number(labels.get(key)) < Number(value),
      ) &&
      matchFields.every(({ key, values }) => key !== 'metadata.name' || values.includes(node.name))
    )
  })
}
