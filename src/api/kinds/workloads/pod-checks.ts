import type { Cause } from '../../errors.ts'
import { exceeds } from '../../quantity.ts'
import {
  atLeast,
  duplicate,
  forbidden,
  invalid,
  labelCauses,
  namedPortCauses,
  notFound,
  notSupported,
  portCauses,
  portNameCauses,
  quantityCauses,
  required,
  selectorCauses,
} from './causes.ts'
import type { Container } from './container.ts'
import type { PodSpec } from './pod-spec.ts'
import { volumeCauses } from './volume-checks.ts'

type Probe = NonNullable<Container['livenessProbe']>
type Handler = NonNullable<NonNullable<Container['lifecycle']>['preStop']>

/** Which restart policies the controller of the Pods allows; a Pod of its own may have any. */
export interface PodRules {
  restartPolicies?: readonly string[]
}

/** What is wrong with a Pod's specification (pkg/apis/core/validation), its main structural rules. */
export function podSpecCauses(field: string, spec: PodSpec, { restartPolicies }: PodRules = {}): Cause[] {
  const volumes = new Set((spec.volumes ?? []).map(({ name }) => name))
  const causes: Cause[] = volumeCauses(`${field}.volumes`, spec.volumes ?? [])
  const names = new Set<string>()
  const containers = (list: 'containers' | 'initContainers' | 'ephemeralContainers') =>
    (spec[list] ?? []).forEach((container, i) => {
      const at = `${field}.${list}[${i}]`
      causes.push(...labelCauses(`${at}.name`, container.name))
      if (names.has(container.name)) causes.push(duplicate(`${at}.name`, container.name))
      names.add(container.name)
      causes.push(...containerCauses(at, container, volumes, list))
    })
  containers('containers')
  containers('initContainers')
  containers('ephemeralContainers')
  if (restartPolicies && !restartPolicies.includes(spec.restartPolicy))
    causes.push(notSupported(`${field}.restartPolicy`, spec.restartPolicy, restartPolicies))
  causes.push(
    ...atLeast(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds, 0),
    ...atLeast(`${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 1),
    ...securityCauses(field, spec),
    ...tolerationCauses(`${field}.tolerations`, spec.tolerations ?? []),
    ...spreadCauses(`${field}.topologySpreadConstraints`, spec.topologySpreadConstraints ?? []),
  )
  if (spec.hostNetwork) causes.push(...hostPortCauses(`${field}.containers`, spec.containers))
  return causes
}

function containerCauses(
  at: string,
  container: Container,
  volumes: ReadonlySet<string>,
  list: 'containers' | 'initContainers' | 'ephemeralContainers',
): Cause[] {
  const causes: Cause[] = []
  if (!container.image?.trim()) causes.push(required(`${at}.image`))
  else if (container.image !== container.image.trim())
    causes.push(invalid(`${at}.image`, container.image, 'must not have leading or trailing whitespace'))
  causes.push(...portsCauses(`${at}.ports`, container.ports ?? []))
  container.env?.forEach(({ name, value, valueFrom }, i) => {
    const field = `${at}.env[${i}]`
    if (name === '') causes.push(required(`${field}.name`))
    else if (/[=\p{Cc}]/u.test(name))
      causes.push(invalid(`${field}.name`, name, "must consist of printable characters other than '='"))
    if (!valueFrom) return
    const given = Object.values(valueFrom).filter(source => source !== undefined).length
    if (value)
      causes.push(invalid(`${field}.valueFrom`, '', 'may not be specified when `value` is not empty'))
    else if (given !== 1)
      causes.push(
        invalid(
          `${field}.valueFrom`,
          '',
          given === 0 ? 'must specify one source' : 'may not have more than one field specified at a time',
        ),
      )
  })
  const paths = new Set<string>()
  container.volumeMounts?.forEach(({ name, mountPath }, i) => {
    const field = `${at}.volumeMounts[${i}]`
    if (!volumes.has(name)) causes.push(notFound(`${field}.name`, name))
    if (mountPath === '') causes.push(required(`${field}.mountPath`))
    else if (paths.has(mountPath)) causes.push(invalid(`${field}.mountPath`, mountPath, 'must be unique'))
    paths.add(mountPath)
  })
  causes.push(...resourceCauses(`${at}.resources`, container.resources))
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const
  const sidecar = list === 'initContainers' && container.restartPolicy === 'Always'
  for (const probe of probes) {
    const given = container[probe]
    if (!given) continue
    if (list === 'initContainers' && !sidecar)
      causes.push(
        forbidden(`${at}.${probe}`, 'may not be set for init containers without restartPolicy=Always'),
      )
    causes.push(...probeCauses(`${at}.${probe}`, given, probe))
  }
  for (const hook of ['postStart', 'preStop'] as const) {
    const given = container.lifecycle?.[hook]
    if (given) causes.push(...handlerCauses(`${at}.lifecycle.${hook}`, given))
  }
  return causes
}

function portsCauses(at: string, ports: NonNullable<Container['ports']>): Cause[] {
  const causes: Cause[] = []
  const names = new Set<string>()
  ports.forEach(({ name, containerPort, hostPort }, i) => {
    if (name !== undefined && name !== '') {
      causes.push(...portNameCauses(`${at}[${i}].name`, name))
      if (names.has(name)) causes.push(duplicate(`${at}[${i}].name`, name))
      names.add(name)
    }
    causes.push(...portCauses(`${at}[${i}].containerPort`, containerPort))
    if (hostPort) causes.push(...portCauses(`${at}[${i}].hostPort`, hostPort))
  })
  return causes
}

export function resourceCauses(at: string, resources: Container['resources']): Cause[] {
  const causes: Cause[] = []
  for (const side of ['limits', 'requests'] as const)
    for (const [name, value] of Object.entries(resources?.[side] ?? {}))
      causes.push(...quantityCauses(`${at}.${side}[${name}]`, value))
  if (causes.length > 0) return causes
  for (const [name, request] of Object.entries(resources?.requests ?? {})) {
    const limit = resources?.limits?.[name]
    if (limit !== undefined && exceeds(request, limit))
      causes.push(
        invalid(`${at}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`),
      )
  }
  return causes
}

function probeCauses(at: string, probe: Probe, which: string): Cause[] {
  const causes = handlerCauses(at, probe)
  causes.push(
    ...atLeast(`${at}.initialDelaySeconds`, probe.initialDelaySeconds, 0),
    ...atLeast(`${at}.timeoutSeconds`, probe.timeoutSeconds, 1),
    ...atLeast(`${at}.periodSeconds`, probe.periodSeconds, 1),
    ...atLeast(`${at}.successThreshold`, probe.successThreshold, 1),
    ...atLeast(`${at}.failureThreshold`, probe.failureThreshold, 1),
  )
  if (which !== 'readinessProbe' && probe.successThreshold > 1)
    causes.push(invalid(`${at}.successThreshold`, probe.successThreshold, 'must be 1'))
  return causes
}

function handlerCauses(at: string, handler: Probe | Handler): Cause[] {
  const { httpGet, tcpSocket, exec } = handler
  const grpc = 'grpc' in handler ? handler.grpc : undefined
  const sleep = 'sleep' in handler ? handler.sleep : undefined
  const given = [exec, httpGet, tcpSocket, grpc, sleep].filter(one => one !== undefined).length
  if (given === 0) return [required(at, 'must specify a handler type')]
  if (given > 1) return [forbidden(at, 'may not specify more than 1 handler type')]
  if (exec && !exec.command?.length) return [required(`${at}.exec.command`)]
  if (httpGet) return namedPortCauses(`${at}.httpGet.port`, httpGet.port)
  if (tcpSocket) return namedPortCauses(`${at}.tcpSocket.port`, tcpSocket.port)
  return grpc ? portCauses(`${at}.grpc.port`, grpc.port) : []
}

function securityCauses(field: string, spec: PodSpec): Cause[] {
  const causes: Cause[] = []
  spec.containers.forEach(({ securityContext }, i) => {
    if (!securityContext?.privileged || securityContext.allowPrivilegeEscalation !== false) return
    causes.push(
      invalid(
        `${field}.containers[${i}].securityContext`,
        'allowPrivilegeEscalation: false',
        'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      ),
    )
  })
  return causes
}

function tolerationCauses(at: string, tolerations: NonNullable<PodSpec['tolerations']>): Cause[] {
  const causes: Cause[] = []
  tolerations.forEach(({ key, operator = '', value, effect = '' }, i) => {
    const field = `${at}[${i}]`
    if (!['', 'Equal', 'Exists', 'Lt', 'Gt'].includes(operator))
      causes.push(notSupported(`${field}.operator`, operator, ['Equal', 'Exists']))
    if (operator === 'Exists' && value)
      causes.push(invalid(`${field}.operator`, value, "value must be empty when `operator` is 'Exists'"))
    if (!key && operator !== 'Exists')
      causes.push(invalid(`${field}.operator`, operator, 'operator must be Exists when `key` is empty'))
    if (!['', 'NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect))
      causes.push(notSupported(`${field}.effect`, effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']))
  })
  return causes
}

function spreadCauses(at: string, constraints: NonNullable<PodSpec['topologySpreadConstraints']>): Cause[] {
  return constraints.flatMap(({ maxSkew, topologyKey, whenUnsatisfiable, labelSelector }, i) => {
    const field = `${at}[${i}]`
    return [
      ...(maxSkew > 0 ? [] : [invalid(`${field}.maxSkew`, maxSkew, 'must be greater than zero')]),
      ...(topologyKey ? [] : [required(`${field}.topologyKey`, 'can not be empty')]),
      ...(['DoNotSchedule', 'ScheduleAnyway'].includes(whenUnsatisfiable)
        ? []
        : [
            notSupported(`${field}.whenUnsatisfiable`, whenUnsatisfiable, [
              'DoNotSchedule',
              'ScheduleAnyway',
            ]),
          ]),
      ...(labelSelector ? selectorCauses(`${field}.labelSelector`, labelSelector) : []),
    ]
  })
}

/** With the network of the node, a port of the container is that port of the node. */
function hostPortCauses(at: string, containers: PodSpec['containers']): Cause[] {
  return containers.flatMap(({ ports = [] }, i) =>
    ports.flatMap(({ containerPort, hostPort }, j) =>
      hostPort && hostPort !== containerPort
        ? [
            invalid(
              `${at}[${i}].ports[${j}].hostPort`,
              hostPort,
              'must match `containerPort` when `hostNetwork` is true',
            ),
          ]
        : [],
    ),
  )
}
