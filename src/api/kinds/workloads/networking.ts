import { z } from 'zod'
import type { Cause } from '../../errors.ts'
import { defineKind, type Resource, type ResourceOf } from '../../kind.ts'
import {
  forbidden,
  invalid,
  namedPortCauses,
  notSupported,
  portCauses,
  required,
  selectorCauses,
} from './causes.ts'
import { intOrText, LabelSelector, list, open, part, selector, text, texts, whole } from './fields.ts'
import { age, computed, itemsAt, named, selectorOf } from './printing.ts'

const Backend = z.object({
  service: part(
    {
      name: z.string().max(253).describe('Name of the Service.'),
      port: part(
        { name: text('Name of the port.'), number: whole('Number of the port.') },
        'Port of the Service.',
      ),
    },
    'A Service.',
  ),
  resource: open('Another object of the namespace.'),
})
type Backend = z.output<typeof Backend>

const IngressSpec = z.object({
  ingressClassName: text('IngressClass that serves it.'),
  defaultBackend: Backend.optional().describe('Where everything else goes.'),
  rules: list(
    z.object({
      host: text('Host, such as example.com or *.example.com; all where absent.'),
      http: part(
        {
          paths: z
            .array(
              z.object({
                path: text('Path, from its first slash.'),
                pathType: z.string().max(64).describe('Exact, Prefix or ImplementationSpecific.'),
                backend: Backend.describe('Where it goes.'),
              }),
            )
            .min(1)
            .max(1000)
            .describe('Paths of the host.'),
        },
        'Paths of the host.',
      ),
    }),
    'Which hosts.',
  ),
  tls: list(
    z.object({
      hosts: texts('Hosts of the certificate.'),
      secretName: text('Secret with the certificate.'),
    }),
    'Certificates.',
  ),
})
type IngressSpec = z.output<typeof IngressSpec>

export const Ingress = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  summary:
    'Which hosts and paths from outside lead to which Services. Kept as data: nothing here routes by it.',
  spec: IngressSpec,
  status: z.object({
    loadBalancer: part(
      { ingress: list(z.record(z.string(), z.unknown()), 'Its addresses.') },
      'The load balancer.',
    ),
  }),
  columns: [
    named('Class', 'spec.ingressClassName'),
    computed('Hosts', '.spec.rules[*].host', object => {
      const hosts = itemsAt(object, 'spec.rules').flatMap(({ host }) => (host ? [String(host)] : []))
      return hosts.length > 3
        ? `${hosts.slice(0, 3).join(',')} + ${hosts.length - 3} more...`
        : hosts.join(',') || '*'
    }),
    computed('Address', '.status.loadBalancer.ingress', object =>
      itemsAt(object, 'status.loadBalancer.ingress')
        .map(({ ip, hostname }) => String(ip ?? hostname ?? ''))
        .join(','),
    ),
    computed('Ports', '.spec.tls', object => (itemsAt(object, 'spec.tls').length > 0 ? '80, 443' : '80')),
    age,
  ],
  check: object => ingressCauses(object.spec),
  example: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      rules: [
        {
          host: 'example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'web', port: { name: 'http' } } },
              },
            ],
          },
        },
      ],
    },
  },
})
export type Ingress = ResourceOf<typeof Ingress>

function ingressCauses(spec: IngressSpec): Cause[] {
  const causes: Cause[] = []
  if (!spec.rules?.length && !spec.defaultBackend)
    causes.push(invalid('spec', {}, 'either `defaultBackend` or `rules` must be specified'))
  if (spec.defaultBackend) causes.push(...backendCauses('spec.defaultBackend', spec.defaultBackend))
  const types = ['Exact', 'ImplementationSpecific', 'Prefix']
  spec.rules?.forEach(({ host, http }, i) => {
    if (host && !/^(\*\.)?[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(host))
      causes.push(invalid(`spec.rules[${i}].host`, host, 'must be a DNS name, or one that begins with *.'))
    http?.paths.forEach(({ path = '', pathType, backend }, j) => {
      const field = `spec.rules[${i}].http.paths[${j}]`
      if (!types.includes(pathType)) causes.push(notSupported(`${field}.pathType`, pathType, types))
      else if (pathType !== 'ImplementationSpecific' && !path.startsWith('/'))
        causes.push(invalid(`${field}.path`, path, 'must be an absolute path'))
      causes.push(...backendCauses(`${field}.backend`, backend))
    })
  })
  return causes
}

function backendCauses(field: string, { service, resource }: Backend): Cause[] {
  if (!service) return resource ? [] : [required(field, 'must specify either `service` or `resource`')]
  if (resource) return [invalid(field, '', 'cannot set both resource and service backends')]
  if (!service.name) return [required(`${field}.service.name`)]
  const { name, number } = service.port ?? {}
  if (name && number) return [invalid(field, '', 'cannot set both port name & port number')]
  if (name) return namedPortCauses(`${field}.service.port.name`, name)
  return number
    ? portCauses(`${field}.service.port.number`, number)
    : [required(field, 'port name or number is required')]
}

const Peer = z.object({
  podSelector: selector('Which Pods.'),
  namespaceSelector: selector('In which namespaces; the own one where absent.'),
  ipBlock: part(
    {
      cidr: z.string().max(64).describe('Range of addresses.'),
      except: texts('Ranges inside it that are left out.'),
    },
    'Addresses outside.',
  ),
})
const PolicyPort = z.object({
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP').describe('TCP, UDP or SCTP.'),
  port: intOrText('Number or name of the port; all where absent.'),
  endPort: whole('Last number of a range.'),
})

const NetworkPolicySpec = z.object({
  podSelector: LabelSelector.default({}).describe('Which Pods; all of the namespace where empty.'),
  policyTypes: texts('Ingress, Egress or both.'),
  ingress: list(
    z.object({
      from: list(Peer, 'Who; everybody where empty.'),
      ports: list(PolicyPort, 'Which ports; all where empty.'),
    }),
    'What may come in.',
  ),
  egress: list(
    z.object({
      to: list(Peer, 'Whom; everybody where empty.'),
      ports: list(PolicyPort, 'Which ports; all where empty.'),
    }),
    'What may go out.',
  ),
})
type NetworkPolicySpec = z.output<typeof NetworkPolicySpec>

export const NetworkPolicy = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  summary: 'Which traffic Pods may have. Kept as data: nothing here enforces it.',
  spec: NetworkPolicySpec,
  columns: [
    computed('Pod-Selector', '.spec.podSelector', (object: Resource) =>
      selectorOf(object, 'spec.podSelector'),
    ),
    age,
  ],
  complete(object) {
    const { spec } = object
    spec.policyTypes ??= spec.egress ? ['Ingress', 'Egress'] : ['Ingress']
  },
  check: object => policyCauses(object.spec),
  example: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      podSelector: { matchLabels: { app: 'web' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'gateway' } } }], ports: [{ port: 80 }] }],
    },
  },
})
export type NetworkPolicy = ResourceOf<typeof NetworkPolicy>

function policyCauses(spec: NetworkPolicySpec): Cause[] {
  const causes = selectorCauses('spec.podSelector', spec.podSelector)
  spec.policyTypes?.forEach((type, i) => {
    if (type !== 'Ingress' && type !== 'Egress')
      causes.push(notSupported(`spec.policyTypes[${i}]`, type, ['Egress', 'Ingress']))
  })
  const rules = [
    ...(spec.ingress ?? []).map(({ from, ports }, i) => ({
      at: `spec.ingress[${i}]`,
      side: 'from',
      peers: from,
      ports,
    })),
    ...(spec.egress ?? []).map(({ to, ports }, i) => ({
      at: `spec.egress[${i}]`,
      side: 'to',
      peers: to,
      ports,
    })),
  ]
  for (const { at, side, peers = [], ports = [] } of rules) {
    ports.forEach(({ port, endPort }, i) => {
      const field = `${at}.ports[${i}]`
      if (port !== undefined) causes.push(...namedPortCauses(`${field}.port`, port))
      if (endPort !== undefined && (typeof port !== 'number' || endPort < port))
        causes.push(
          invalid(
            `${field}.endPort`,
            endPort,
            'must be greater than or equal to `port`, which must be a number',
          ),
        )
    })
    for (const [i, peer] of peers.entries()) causes.push(...peerCauses(`${at}.${side}[${i}]`, peer))
  }
  return causes
}

function peerCauses(
  field: string,
  { podSelector, namespaceSelector, ipBlock }: z.output<typeof Peer>,
): Cause[] {
  if (!podSelector && !namespaceSelector && !ipBlock) return [required(field, 'must specify a peer')]
  if (ipBlock && (podSelector || namespaceSelector))
    return [forbidden(field, 'may not specify both ipBlock and another peer')]
  return [
    ...(podSelector ? selectorCauses(`${field}.podSelector`, podSelector) : []),
    ...(namespaceSelector ? selectorCauses(`${field}.namespaceSelector`, namespaceSelector) : []),
    ...(ipBlock && !/^[0-9a-fA-F:.]+\/\d{1,3}$/.test(ipBlock.cidr)
      ? [
          invalid(
            `${field}.ipBlock.cidr`,
            ipBlock.cidr,
            'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
          ),
        ]
      : []),
  ]
}
