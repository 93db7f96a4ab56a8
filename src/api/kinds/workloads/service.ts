import { z } from 'zod'
import type { Cause } from '../../errors.ts'
import { defineKind, type Resource, type ResourceOf } from '../../kind.ts'
import {
  duplicate,
  immutable,
  invalid,
  labelCauses,
  namedPortCauses,
  notSupported,
  portCauses,
  required,
} from './causes.ts'
import {
  conditions,
  flag,
  intOrText,
  keyed,
  list,
  map,
  one,
  open,
  part,
  text,
  texts,
  whole,
} from './fields.ts'
import { age, at, computed, itemsAt, labelsText, named, textAt } from './printing.ts'

const protocol = z.enum(['TCP', 'UDP', 'SCTP']).default('TCP').describe('TCP, UDP or SCTP.')

const ServiceSpec = z.object({
  type: z
    .enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'])
    .default('ClusterIP')
    .describe('From where it can be reached.'),
  selector: map('Labels of the Pods it leads to.'),
  ports: keyed(
    'port',
    z.object({
      name: text('Name, needed where there are several.'),
      port: z.number().int().describe('Port of the Service, 1 to 65535.'),
      targetPort: intOrText('Port of the Pods, by number or name; the same as port where absent.'),
      protocol,
      nodePort: whole('Port of every node, for NodePort and LoadBalancer.'),
      appProtocol: text('Protocol spoken, such as http.'),
    }),
    'Its ports.',
  ),
  clusterIP: text('Its address; None for none.'),
  clusterIPs: texts('Its addresses.'),
  externalIPs: texts('Addresses of nodes that lead to it too.'),
  externalName: text('Name of DNS it stands for, for ExternalName.'),
  externalTrafficPolicy: one(['Cluster', 'Local'], 'Whether traffic from outside stays on its node.'),
  internalTrafficPolicy: one(['Cluster', 'Local'], 'Whether traffic from inside stays on its node.'),
  trafficDistribution: text('Such as PreferSameZone.'),
  sessionAffinity: z
    .enum(['None', 'ClientIP'])
    .default('None')
    .describe('Whether a client stays with a Pod.'),
  sessionAffinityConfig: open('For how long.'),
  publishNotReadyAddresses: flag('Whether Pods count that are not ready.'),
  ipFamilies: texts('IPv4 or IPv6.'),
  ipFamilyPolicy: one(['SingleStack', 'PreferDualStack', 'RequireDualStack'], 'How many families it has.'),
  loadBalancerIP: text('Address that is asked for.'),
  loadBalancerClass: text('Which load balancer.'),
  loadBalancerSourceRanges: texts('Who may come.'),
  allocateLoadBalancerNodePorts: flag('Whether a load balancer needs ports of nodes.'),
  healthCheckNodePort: whole('Port of nodes for health checks.'),
})
type ServiceSpec = z.output<typeof ServiceSpec>

export const Service = defineKind({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  summary: 'One name for the Pods that its selector finds. Kept as data: no address is given to it here.',
  spec: ServiceSpec,
  status: z.object({
    loadBalancer: part(
      { ingress: list(z.record(z.string(), z.unknown()), 'Its addresses.') },
      'The load balancer.',
    ),
    conditions: conditions(),
  }),
  columns: [
    named('Type', 'spec.type'),
    computed('Cluster-IP', '.spec.clusterIP', object => textAt(object, 'spec.clusterIP') || '<none>'),
    computed('External-IP', '.status.loadBalancer.ingress', externalIp),
    computed('Port(s)', '.spec.ports', portsText),
    age,
    computed('Selector', '.spec.selector', object => labelsText(at(object, 'spec.selector')), {
      priority: 1,
    }),
  ],
  complete(object) {
    const { spec } = object
    if (spec.type === 'ExternalName') return
    for (const port of spec.ports ?? []) port.targetPort ??= port.port
    spec.internalTrafficPolicy ??= 'Cluster'
    if (spec.type !== 'ClusterIP') spec.externalTrafficPolicy ??= 'Cluster'
  },
  check: (object, previous) => serviceCauses(object.metadata.name, object.spec, previous?.spec),
  example: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  },
})
export type Service = ResourceOf<typeof Service>

function serviceCauses(name: string, spec: ServiceSpec, previous: ServiceSpec | undefined): Cause[] {
  const causes: Cause[] = []
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    causes.push(
      invalid(
        'metadata.name',
        name,
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123')",
      ),
    )
  const ports = spec.ports ?? []
  if (spec.type === 'ExternalName') {
    if (!spec.externalName)
      causes.push(required('spec.externalName', 'may not be empty when type is ExternalName'))
  } else if (ports.length === 0 && spec.clusterIP !== 'None') causes.push(required('spec.ports'))
  const names = new Set<string>()
  const pairs = new Set<string>()
  ports.forEach(({ name = '', port, targetPort, nodePort, protocol }, i) => {
    const field = `spec.ports[${i}]`
    if (name === '' && ports.length > 1) causes.push(required(`${field}.name`))
    if (name !== '') causes.push(...labelCauses(`${field}.name`, name))
    if (name !== '' && names.has(name)) causes.push(duplicate(`${field}.name`, name))
    names.add(name)
    causes.push(...portCauses(`${field}.port`, port))
    if (targetPort !== undefined) causes.push(...namedPortCauses(`${field}.targetPort`, targetPort))
    if (nodePort) causes.push(...portCauses(`${field}.nodePort`, nodePort))
    if (nodePort && spec.type === 'ClusterIP')
      causes.push({
        reason: 'FieldValueForbidden',
        message: "Forbidden: may not be used when `type` is 'ClusterIP'",
        field: `${field}.nodePort`,
      })
    const pair = `${protocol}/${port}`
    if (pairs.has(pair)) causes.push(duplicate(field, { port, protocol }))
    pairs.add(pair)
  })
  const before = previous?.clusterIP
  if (before && previous?.type !== 'ExternalName' && spec.type !== 'ExternalName')
    causes.push(...immutable('spec.clusterIP', spec.clusterIP, before))
  return causes
}

function externalIp(object: Resource): string {
  const external = at(object, 'spec.externalIPs')
  const extra = Array.isArray(external) ? external.map(String) : []
  const type = textAt(object, 'spec.type')
  if (type === 'ExternalName') return textAt(object, 'spec.externalName')
  if (type !== 'LoadBalancer') return extra.join(',') || '<none>'
  const given = itemsAt(object, 'status.loadBalancer.ingress').map(({ ip, hostname }) =>
    String(ip ?? hostname ?? ''),
  )
  return [...given, ...extra].filter(Boolean).join(',') || '<pending>'
}

function portsText(object: Resource): string {
  const ports = itemsAt(object, 'spec.ports').map(
    ({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`,
  )
  return ports.join(',') || '<none>'
}

const reference = () =>
  part(
    {
      kind: text('Kind.'),
      namespace: text('Namespace.'),
      name: text('Name.'),
      uid: text('UID.'),
      apiVersion: text('API version.'),
      resourceVersion: text('Resource version.'),
      fieldPath: text('Field.'),
    },
    'The object behind it.',
  )

const EndpointAddress = z.object({
  ip: z.string().max(64).describe('Address.'),
  hostname: text('Its name.'),
  nodeName: text('Its node.'),
  targetRef: reference(),
})

export const Endpoints = defineKind({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  summary: 'The addresses behind a Service; EndpointSlice has taken its place.',
  fields: {
    subsets: list(
      z.object({
        addresses: list(EndpointAddress, 'Addresses that are ready.'),
        notReadyAddresses: list(EndpointAddress, 'Addresses that are not.'),
        ports: list(
          z.object({
            name: text('Name of the port.'),
            port: z.number().int().describe('Number of the port.'),
            protocol,
            appProtocol: text('Protocol spoken.'),
          }),
          'Their ports.',
        ),
      }),
      'Addresses with the same ports.',
    ),
  },
  columns: [
    computed('Endpoints', '.subsets', object => {
      const all = itemsAt(object, 'subsets').flatMap(subset =>
        itemsAt(subset, 'addresses').flatMap(({ ip }) => {
          const ports = itemsAt(subset, 'ports')
          return ports.length > 0 ? ports.map(({ port }) => `${ip}:${port}`) : [String(ip)]
        }),
      )
      const more = all.length > 3 ? ` + ${all.length - 3} more...` : ''
      return all.length === 0 ? '<none>' : all.slice(0, 3).join(',') + more
    }),
    age,
  ],
  check(object) {
    const { subsets = [] } = object
    return subsets.flatMap(({ ports = [] }, i) =>
      ports.flatMap(({ port }, j) => portCauses(`subsets[${i}].ports[${j}].port`, port)),
    )
  },
  example: {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'web', namespace: 'default' },
    subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }],
  },
})
export type Endpoints = ResourceOf<typeof Endpoints>

export const EndpointSlice = defineKind({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  summary: 'Some of the addresses behind a Service.',
  fields: {
    addressType: z.string().max(16).describe('IPv4, IPv6 or FQDN.'),
    endpoints: z
      .array(
        z.object({
          addresses: z
            .array(z.string().max(253))
            .min(1)
            .max(100)
            .describe('Its addresses; all are the same endpoint.'),
          conditions: part(
            {
              ready: flag('Whether it takes traffic.'),
              serving: flag('Whether it could take traffic.'),
              terminating: flag('Whether it ends.'),
            },
            'What it does.',
          ),
          hostname: text('Its name.'),
          nodeName: text('Its node.'),
          zone: text('Its zone.'),
          targetRef: reference(),
          hints: open('Who should use it.'),
          deprecatedTopology: map('Where it was, in the words of old.'),
        }),
      )
      .max(1000)
      .default([])
      .describe('The endpoints.'),
    ports: list(
      z.object({
        name: z.string().default('').describe('Name of the port.'),
        port: whole('Number of the port.'),
        protocol,
        appProtocol: text('Protocol spoken.'),
      }),
      'Their ports.',
    ),
  },
  columns: [
    named('AddressType', 'addressType'),
    computed(
      'Ports',
      '.ports',
      object =>
        limited(itemsAt(object, 'ports').map(({ port }) => (port === undefined ? '*' : String(port)))) ||
        '<unset>',
    ),
    computed(
      'Endpoints',
      '.endpoints',
      object =>
        limited(
          itemsAt(object, 'endpoints').flatMap(({ addresses }) =>
            Array.isArray(addresses) ? addresses.map(String) : [],
          ),
        ) || '<unset>',
    ),
    age,
  ],
  check(object, previous) {
    const { addressType, ports = [] } = object
    const types = ['FQDN', 'IPv4', 'IPv6']
    return [
      ...(types.includes(addressType) ? [] : [notSupported('addressType', addressType, types)]),
      ...(previous ? immutable('addressType', addressType, previous.addressType) : []),
      ...ports.flatMap(({ port }, i) => (port === undefined ? [] : portCauses(`ports[${i}].port`, port))),
    ]
  },
  example: {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-abc', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }],
    ports: [{ name: 'http', port: 80 }],
  },
})
export type EndpointSlice = ResourceOf<typeof EndpointSlice>

const limited = (texts: readonly string[]): string =>
  texts.length > 3 ? `${texts.slice(0, 3).join(',')} + ${texts.length - 3} more...` : texts.join(',')
