import { type Analyzer, strengths } from './analyzer.ts'
import { nodesOf } from './nodes.ts'
import { containersOf } from './view.ts'
import { called, fieldOf, listed, plural, sentences } from './wording.ts'

/** A port of nodes that more pods want than there are nodes. */
export const hostPort: Analyzer = {
  name: 'host-port',
  finds:
    'More pods want the same port of their node (hostPort, or hostNetwork) than there are nodes, or two workloads want it.',
  unless: 'There are nodes enough, or the pods run well.',
  rules: ['host-port-conflict'],
  *look(view) {
    const wanted = view.workloads.flatMap(workload =>
      containersOf(workload).flatMap(({ container, path }) =>
        container.ports.flatMap(({ hostPort: host, containerPort, protocol = 'TCP', hostIP = '' }) => {
          const port = host || (workload.spec.hostNetwork ? containerPort : undefined)
          return port ? [{ workload, path, key: `${hostIP}:${port}/${protocol}`, port }] : []
        }),
      ),
    )
    const nodes = nodesOf(view)?.length
    for (const [, uses] of Map.groupBy(wanted, ({ key }) => key)) {
      const workloads = [...new Set(uses.map(({ workload }) => workload))]
      const everywhere = workloads.filter(({ kind }) => kind === 'DaemonSet')
      const pods = workloads.reduce((total, { replicas }) => total + (replicas ?? 0), 0)
      const [first] = workloads
      const two = everywhere.length > 0 && workloads.length > 1
      if (!first || !uses[0] || pods === 0 || !(two || (nodes !== undefined ? pods > nodes : pods > 3)))
        continue
      yield {
        rule: 'host-port-conflict',
        object: workloads.find(({ kind }) => kind !== 'DaemonSet') ?? first,
        class: 'scheduling',
        statement: sentences(
          `${listed(workloads.map(called), 3)} want${workloads.length === 1 ? 's' : ''} host port ${uses[0].port} of the node for ${two ? 'pods on every node' : plural(pods, 'pod')}, and each node has it once${nodes === undefined ? '' : ` (${plural(nodes, 'node')})`}, so pods stay Pending (no free ports)`,
        ),
        strength: two || nodes !== undefined ? strengths.broken : strengths.possible,
        observed: false,
        evidence: uses
          .slice(0, 4)
          .map(({ workload, path, port }) => fieldOf(workload.object, `${path}/ports`, `hostPort ${port}`)),
        explains: workloads.flatMap(({ pods: each }) => each),
      }
    }
  },
}
