import type { ClusterObject } from '../cluster.ts'
import { selectorOf, selects } from './labels.ts'
import type { View, Workload } from './view.ts'
import { containersOf } from './view.ts'

type Service = ClusterObject<'Service'>

/** A Service whose endpoints come from its selector. */
export const isSelecting = ({ spec }: Service): boolean =>
  spec?.type !== 'ExternalName' && (spec?.selector.size ?? 0) > 0

const known = new WeakMap<View, Map<Service, Workload[]>>()

/** Workloads whose pods a Service selects; kept for the view, for several analyzers ask. */
export function behind(view: View, service: Service): readonly Workload[] {
  const answers = known.get(view) ?? new Map<Service, Workload[]>()
  known.set(view, answers)
  const before = answers.get(service)
  if (before) return before
  const selector = selectorOf(service.spec?.selector ?? new Map())
  const found = isSelecting(service)
    ? view.within(service.namespace).filter(({ labels }) => selects(selector, labels))
    : []
  answers.set(service, found)
  return found
}

/** Numbers and names of the ports that containers say they serve. */
export function portsOf(workload: Workload): { numbers: number[]; names: string[] } {
  const ports = containersOf(workload).flatMap(({ container, init }) =>
    init && container.restartPolicy !== 'Always' ? [] : container.ports,
  )
  return {
    numbers: ports.flatMap(({ containerPort }) => containerPort ?? []),
    names: ports.flatMap(({ name }) => name ?? []),
  }
}

/** Addresses that take traffic, and those that do not yet; undefined when nothing tells. */
export function endpointsOf(
  { cluster }: View,
  { namespace, name }: Service,
): { ready: number; notReady: number; file: string } | undefined {
  const endpoints = cluster.get('Endpoints', namespace, name)
  if (endpoints)
    return {
      ready: (endpoints.subsets ?? []).reduce((sum, { addresses }) => sum + addresses.length, 0),
      notReady: (endpoints.subsets ?? []).reduce(
        (sum, { notReadyAddresses }) => sum + notReadyAddresses.length,
        0,
      ),
      file: endpoints.file,
    }
  const slices = cluster
    .all('EndpointSlice', namespace)
    .filter(({ metadata }) => metadata.labels.get('kubernetes.io/service-name') === name)
  const [first] = slices
  if (!first) return undefined
  const all = slices.flatMap(({ endpoints: each }) => each ?? [])
  const ready = all.filter(({ conditions }) => conditions?.ready !== false).length
  return { ready, notReady: all.length - ready, file: first.file }
}

/** Ports that a process of the workload may serve beyond those declared: numbers in commands and variables. */
export const mentionsPort = (workload: Workload, port: number): boolean => {
  const pattern = new RegExp(`(^|[^0-9.])${port}($|[^0-9.])`)
  return containersOf(workload).some(
    ({ container: { command = [], args = [], env } }) =>
      [...command, ...args].some(text => pattern.test(text)) ||
      env.some(({ value }) => value !== undefined && pattern.test(value)),
  )
}
