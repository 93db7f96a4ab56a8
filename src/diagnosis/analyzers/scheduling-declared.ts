import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { selectorText, selects } from './labels.ts'
import { fitsLabels, isTolerated, nodesOf } from './nodes.ts'
import { amount, quantity } from './quantity.ts'
import { removed, templateRemedy } from './remedies.ts'
import { askedBy } from './requests.ts'
import { seenOf } from './seen.ts'
import { healthOf, type View, type Workload } from './view.ts'
import { called, fieldOf, listed, plain, plural, quoted, sentences } from './wording.ts'

/** Most clusters have no more nodes than this; what needs more of them is suspect even where none is known. */
const fewNodes = 3
/** Larger than what common machines offer a pod. */
const hugePod: Readonly<Record<string, number>> = { cpu: 64, memory: 512 * 2 ** 30 }

/** What a pod template asks of nodes, held against the nodes. */
export const schedulingDeclared: Analyzer = {
  name: 'scheduling-declared',
  finds:
    'A pod template can not be placed: own anti-affinity or spread with too few nodes, labels, taints, devices or resources that no node has.',
  unless: 'Its pods are placed, or some node fits.',
  rules: [
    'anti-affinity-exceeds-nodes',
    'node-selector-matches-nothing',
    'taint-not-tolerated',
    'request-exceeds-nodes',
    'device-absent',
    'spread-exceeds-domains',
    'affinity-peer-absent',
  ],
  *look(view) {
    const nodes = nodesOf(view)
    for (const workload of view.workloads) {
      if (workload.replicas === 0 || healthOf(workload) === 'healthy' || workload.spec.nodeName) continue
      for (const suspicion of [
        antiAffinity(view, workload, nodes),
        labels(workload, nodes),
        taints(workload, nodes),
        size(workload, nodes),
        spread(workload, nodes),
        affinity(view, workload),
      ])
        if (suspicion) {
          const seen = seenOf(view, workload, /nodes are available|Unschedulable/)
          yield {
            ...suspicion,
            ...(seen &&
              suspicion.strength >= strengths.likely && {
                strength: strengths.told,
                observed: true,
                evidence: [...suspicion.evidence, ...seen.evidence],
                statement: sentences(suspicion.statement, seen.text),
              }),
            explains: workload.pods,
          }
        }
    }
  },
}

type Nodes = ReturnType<typeof nodesOf>

function antiAffinity(view: View, workload: Workload, nodes: Nodes): Suspicion | undefined {
  const { spec, labels: own, replicas, path } = workload
  const terms = spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  const at = terms.findIndex(({ labelSelector }) => labelSelector && selects(labelSelector, own))
  const term = terms[at]
  if (!term || replicas === undefined || replicas < 2) return undefined
  const key = term.topologyKey ?? ''
  const usable = nodes?.filter(
    node => fitsLabels(spec, node) && isTolerated(spec, { taints: node.spec?.taints ?? [] }),
  )
  const domains =
    usable &&
    (key === 'kubernetes.io/hostname'
      ? usable.length
      : new Set(usable.flatMap(({ metadata }) => metadata.labels.get(key) ?? [])).size)
  const deploys =
    workload.kind === 'Deployment' &&
    view.cluster.get('Deployment', workload.namespace, workload.name)?.spec?.strategy?.type !== 'Recreate'
  if (domains !== undefined ? replicas <= domains : replicas <= 1) return undefined
  const many = replicas > fewNodes
  const place = key === 'kubernetes.io/hostname' ? 'node' : key
  return {
    rule: 'anti-affinity-exceeds-nodes',
    object: workload,
    class: 'scheduling',
    statement: sentences(
      `${called(workload)} cannot have all of its pods scheduled: its required pod anti-affinity (podAntiAffinity, topologyKey ${key}) lets no two of its ${replicas} replicas share a ${place}, so it needs ${replicas} different ${place === 'node' ? 'nodes' : `values of ${key}`}${domains === undefined ? ', insufficient where there are fewer' : ` and there are only ${domains}`}`,
      'The pods beyond that stay Pending (FailedScheduling)',
      deploys && domains === undefined ? 'A rolling update needs one more' : undefined,
    ),
    strength: domains !== undefined ? strengths.broken : many ? strengths.likely : 0.28,
    observed: false,
    evidence: [
      fieldOf(
        workload.object,
        `${path}/affinity/podAntiAffinity`,
        `required, ${selectorText(term.labelSelector ?? { matchLabels: new Map(), matchExpressions: [] })}, topologyKey ${key}`,
      ),
      fieldOf(workload.object, 'spec.replicas', String(replicas)),
      ...(domains === undefined
        ? []
        : [{ source: nodes?.[0]?.file ?? '', detail: `${plural(domains, 'usable node or zone')}` }]),
    ],
  }
}

function labels(workload: Workload, nodes: Nodes): Suspicion | undefined {
  const { spec, path } = workload
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  if (spec.nodeSelector.size === 0 && terms.length === 0) return undefined
  if (nodes?.some(node => fitsLabels(spec, node))) return undefined
  const wanted = [...spec.nodeSelector].map(([key, value]) => `${key}=${value}`)
  const asks = [
    ...wanted.map(text => `nodeSelector ${text}`),
    ...terms.map(
      ({ matchExpressions }) => `node affinity ${selectorText({ matchLabels: new Map(), matchExpressions })}`,
    ),
  ]
  // Labels of the platform are on nodes that are not listed here.
  const platform = [
    ...spec.nodeSelector.keys(),
    ...terms.flatMap(({ matchExpressions }) => matchExpressions.flatMap(({ key }) => key ?? [])),
  ].every(
    key =>
      /(^|\.)(kubernetes\.io|k8s\.io)\//.test(key) || /\b(eks|gke|azure|karpenter|cloud\.google)/.test(key),
  )
  const values = new Set(
    nodes?.flatMap(({ metadata }) =>
      [...spec.nodeSelector.keys()].flatMap(key =>
        metadata.labels.has(key) ? [`${key}=${metadata.labels.get(key)}`] : [],
      ),
    ),
  )
  return {
    rule: 'node-selector-matches-nothing',
    object: workload,
    class: 'scheduling',
    statement: sentences(
      `${called(workload)} asks for nodes with ${asks
        .map(text => plain(text))
        .slice(0, 3)
        .join(
          ' and ',
        )}, and ${nodes ? `none of the ${plural(nodes.length, 'node')} has ${spec.nodeSelector.size + terms.length > 1 ? 'these labels' : 'this label'}` : 'no node is known to have it'}, so its pods stay Pending`,
      values.size > 0 ? `Nodes have ${listed([...values].sort())}` : undefined,
    ),
    strength: nodes ? strengths.broken : platform ? 0.1 : 0.3,
    observed: false,
    evidence: [
      fieldOf(workload.object, `${path}/nodeSelector`, asks.join('; ')),
      ...(nodes ?? [])
        .slice(0, 3)
        .map(node => ({ source: node.file, detail: `${called(node)} does not match` })),
    ],
    ...(nodes &&
      spec.nodeSelector.size > 0 &&
      terms.length === 0 &&
      templateRemedy(
        'remediate',
        workload,
        removed(`${path}/nodeSelector`, Object.fromEntries(spec.nodeSelector)),
        'Take away the node selector that no node satisfies, or label a node.',
      )),
  }
}

function taints(workload: Workload, nodes: Nodes): Suspicion | undefined {
  if (!nodes) return undefined
  const fitting = nodes.filter(node => fitsLabels(workload.spec, node))
  if (
    fitting.length === 0 ||
    fitting.some(node => isTolerated(workload.spec, { taints: node.spec?.taints ?? [] }))
  )
    return undefined
  const texts = [
    ...new Set(
      fitting.flatMap(node =>
        (node.spec?.taints ?? []).map(
          ({ key = '', value, effect = '' }) => `${key}${value ? `=${value}` : ''}:${effect}`,
        ),
      ),
    ),
  ].sort()
  return {
    rule: 'taint-not-tolerated',
    object: workload,
    class: 'scheduling',
    statement: sentences(
      `${called(workload)} tolerates no taint of the nodes that it could run on (${listed(
        texts.map(text => plain(text)),
        4,
      )}), so its pods stay Pending`,
      `It needs a toleration, or a node without the taint`,
    ),
    strength: strengths.broken,
    observed: false,
    evidence: [
      fieldOf(
        workload.object,
        `${workload.path}/tolerations`,
        workload.spec.tolerations.map(({ key, value }) => `${key ?? ''}=${value ?? ''}`).join(', ') || 'none',
      ),
      ...fitting.slice(0, 3).map(node => fieldOf(node, 'spec.taints', texts.join(', '))),
    ],
  }
}

function size(workload: Workload, nodes: Nodes): Suspicion | undefined {
  for (const [resource, wanted] of askedBy(workload)) {
    const largest = largestOf(nodes, resource)
    const device = resource.includes('/')
    const most = largest ?? hugePod[resource] ?? (device ? 0 : Infinity)
    if (wanted > most) return tooLarge(workload, resource, wanted, largest)
  }
  return undefined
}

/** The most of a resource that one node offers; undefined when it is not known. */
function largestOf(nodes: Nodes, resource: string): number | undefined {
  const offered = (nodes ?? []).flatMap(({ status }) => {
    const all = status?.allocatable.size ? status.allocatable : status?.capacity
    // What a node that tells of its resources does not name, it does not have.
    return quantity(all?.get(resource)) ?? (all?.size ? 0 : [])
  })
  return offered.length > 0 ? Math.max(...offered) : undefined
}

function tooLarge(
  workload: Workload,
  resource: string,
  wanted: number,
  largest: number | undefined,
): Suspicion {
  const device = resource.includes('/')
  const what = /gpu/i.test(resource) ? `GPU (${resource})` : resource
  const offer =
    largest === undefined
      ? 'which few or no nodes offer'
      : largest === 0
        ? `and no node offers any ${what}`
        : `and the largest node offers ${amount(largest, resource)}`
  return {
    rule: device && (largest ?? 0) === 0 ? 'device-absent' : 'request-exceeds-nodes',
    object: workload,
    class: 'scheduling',
    statement: sentences(
      `${called(workload)} requests ${amount(wanted, resource)} ${what} for each pod, ${offer}, so its pods stay Pending (insufficient ${resource})`,
    ),
    strength: largest !== undefined ? strengths.broken : device ? 0.25 : strengths.possible,
    observed: false,
    evidence: [
      fieldOf(
        workload.object,
        `${workload.path}/containers resources.requests`,
        `${resource} ${amount(wanted, resource)}`,
      ),
    ],
  }
}

function spread(workload: Workload, nodes: Nodes): Suspicion | undefined {
  const { spec, replicas, path } = workload
  const hard = spec.topologySpreadConstraints.find(
    ({ whenUnsatisfiable = 'DoNotSchedule', topologyKey }) =>
      whenUnsatisfiable === 'DoNotSchedule' && topologyKey !== undefined,
  )
  if (!hard || !nodes || replicas === undefined || replicas < 2) return undefined
  const key = hard.topologyKey ?? ''
  const has = nodes.filter(({ metadata }) => metadata.labels.has(key) || key === 'kubernetes.io/hostname')
  const domains = new Set(has.map(({ metadata, name }) => metadata.labels.get(key) ?? name)).size
  if (domains > 0 && domains >= (hard.minDomains ?? 1)) return undefined
  return {
    rule: 'spread-exceeds-domains',
    object: workload,
    class: 'scheduling',
    statement: sentences(
      `${called(workload)} must spread over ${key} (topologySpreadConstraints, maxSkew ${hard.maxSkew ?? 1}, DoNotSchedule), and ${domains === 0 ? `no node has label ${key}` : `there are ${domains} of ${hard.minDomains ?? 1} domains`}, so its pods stay Pending`,
    ),
    strength: strengths.broken,
    observed: false,
    evidence: [fieldOf(workload.object, `${path}/topologySpreadConstraints`, key)],
  }
}

function affinity(view: View, workload: Workload): Suspicion | undefined {
  const terms = workload.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  const term = terms.find(
    ({ labelSelector, namespaces, namespaceSelector }) =>
      labelSelector &&
      namespaces.length === 0 &&
      !namespaceSelector &&
      !selects(labelSelector, workload.labels) &&
      !view.within(workload.namespace).some(one => selects(labelSelector, one.labels)),
  )
  if (
    !term?.labelSelector ||
    !(view.cluster.knows('Deployment', workload.namespace) || view.cluster.knows('Pod', workload.namespace))
  )
    return undefined
  return {
    rule: 'affinity-peer-absent',
    object: workload,
    class: 'scheduling',
    statement: sentences(
      `${called(workload)} must run beside pods with labels ${quoted(selectorText(term.labelSelector))} (required pod affinity), and no workload of namespace ${workload.namespace} has them, so its pods stay Pending`,
    ),
    strength: strengths.likely,
    observed: false,
    evidence: [
      fieldOf(workload.object, `${workload.path}/affinity/podAffinity`, selectorText(term.labelSelector)),
    ],
  }
}
