import type { Cause, FaultClass } from '../../diagnosis/diagnosis.ts'

/** Something to look at, with the command that shows it and what it means. */
export interface Check {
  what: string
  command: string
  means: string
}

/** Where a check looks: names that are safe to stand in a command. */
interface Target {
  kind: string
  name: string
  namespace: string
  service: string
}

type Checks = (of: Target) => Check[]

const selector = ({ service }: Target): string => `-l app.kubernetes.io/name=${service}`
const object = ({ kind, name }: Target): string => `${kind.toLowerCase()}/${name}`

const pods: Checks = of => [
  {
    what: 'Its pods',
    command: `kubectl -n ${of.namespace} get pods ${selector(of)} -o wide`,
    means: 'Restarts, and pods that are not ready, say that it is not well itself.',
  },
  {
    what: 'What the cluster told of it',
    command: `kubectl -n ${of.namespace} events --for ${object(of)}`,
    means: 'Warnings name what was refused, killed or not found.',
  },
]

const logs: Checks = of => [
  {
    what: 'What it wrote before it ended',
    command: `kubectl -n ${of.namespace} logs ${object(of)} --previous --tail 50`,
    means: 'The last lines say why it ended, or nothing where it was killed.',
  },
]

const usage: Checks = of => [
  {
    what: 'What it uses',
    command: `kubectl -n ${of.namespace} top pods ${selector(of)} --containers`,
    means: 'Near its limit: right-size it. Far below: look for what grew suddenly.',
  },
  {
    what: 'What it may use',
    command: `kubectl -n ${of.namespace} get ${object(of)} -o jsonpath='{..resources}'`,
    means: 'Compare with what it uses.',
  },
]

const changes: Checks = of => [
  {
    what: 'What changed last',
    command: `keelway skill explain-change --namespace ${of.namespace} --input '{"service":"${of.service}"}'`,
    means: 'A change right before the symptoms that could have made them: take it back.',
  },
]

const calls: Checks = of => [
  {
    what: 'What its calls cost and how they ended',
    command: `keelway usage --namespace ${of.namespace} --by release`,
    means: 'A jump at one release says that the release did it.',
  },
  {
    what: 'What its newest release changed',
    command: `keelway skill summarise-release --namespace ${of.namespace} --input '{"route":"${of.service}"}'`,
    means: 'Prompt, model and parameters, with the scores that were lost.',
  },
]

const endpoints: Checks = of => [
  {
    what: 'Who is behind the Service',
    command: `kubectl -n ${of.namespace} get endpointslices -l kubernetes.io/service-name=${of.service}`,
    means: 'None: its selector has no ready pods.',
  },
  {
    what: 'What it names that is not there',
    command: `keelway skill fix-reference --namespace ${of.namespace} --input '{"service":"${of.service}"}'`,
    means: 'Names, selectors and ports that point at nothing, with the nearest that exists.',
  },
]

const scheduling: Checks = of => [
  {
    what: 'Why pods wait',
    command: `kubectl -n ${of.namespace} get events --field-selector reason=FailedScheduling`,
    means: 'The scheduler says what no node had: room, a label, a toleration.',
  },
  {
    what: 'Quotas of the namespace',
    command: `kubectl -n ${of.namespace} describe resourcequota`,
    means: 'Used at hard: nothing new is created.',
  },
]

const nodes: Checks = () => [
  {
    what: 'Nodes',
    command: 'kubectl get nodes -o wide',
    means: 'NotReady or pressure: their pods suffer together.',
  },
]

const byClass: Partial<Record<FaultClass, readonly Checks[]>> = {
  cpu: [pods, usage, changes],
  memory: [pods, usage, logs],
  disk: [pods, nodes],
  latency: [usage, changes],
  error: [logs, changes],
  crash: [pods, logs, changes],
  image: [pods, changes],
  probe: [pods, logs],
  reference: [endpoints, pods],
  selector: [endpoints],
  port: [endpoints],
  scheduling: [scheduling, nodes],
  quota: [scheduling],
  storage: [pods, scheduling],
  network: [endpoints, pods],
  dns: [pods],
  node: [nodes, pods],
  scaling: [usage, scheduling],
  provider: [calls],
  quality: [calls, changes],
  groundedness: [calls],
  cost: [calls],
  tokens: [calls],
  context: [calls],
  budget: [calls],
  drift: [calls],
}

const isName = (text: string): boolean => /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text)

/**
 * What to look at for a class of fault and its cause. Names that could not stand in a command as they are (they are
 * anybody's text) are left out with their checks.
 */
export function checksFor(fault: FaultClass, cause: Cause, service: string, namespace: string): Check[] {
  const [kind = 'Deployment', place = namespace, name = service] =
    cause.kind === 'resource' ? cause.name.split('/') : []
  const target = { kind, name, namespace: place, service }
  if (!Object.values(target).every(isName)) return []
  const found = (byClass[fault] ?? [pods, logs, changes]).flatMap(checks => checks(target))
  return [...new Map(found.map(check => [check.command, check])).values()]
}
