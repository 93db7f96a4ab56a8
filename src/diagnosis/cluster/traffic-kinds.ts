import {
  anything,
  flag,
  item,
  list,
  number,
  numberOrText,
  object,
  optionalList,
  optionalTexts,
  text,
  textMap,
  texts,
} from './fields.ts'
import { kind } from './kind-shape.ts'
import { conditions, labelSelector } from './pod.ts'

const peer = item({
  podSelector: labelSelector,
  namespaceSelector: labelSelector,
  ipBlock: object({ cidr: text, except: texts }),
})
const peerPort = item({ port: numberOrText, endPort: number, protocol: text })
const backend = object({
  service: object({ name: text, port: object({ name: text, number }) }),
  resource: object({ kind: text, name: text, apiGroup: text }),
  serviceName: text,
  servicePort: numberOrText,
})
const address = item({ ip: text, targetRef: object({ kind: text, name: text, namespace: text }) })
const parentRef = item({
  group: text,
  kind: text,
  name: text,
  namespace: text,
  sectionName: text,
  port: number,
})

/** What brings traffic to pods. */
export const trafficKinds = {
  Service: kind([''], {
    spec: object({
      type: text,
      clusterIP: text,
      externalName: text,
      publishNotReadyAddresses: flag,
      selector: textMap,
      ports: list(
        item({ name: text, port: number, targetPort: numberOrText, nodePort: number, protocol: text }),
      ),
    }),
    status: object({ loadBalancer: object({ ingress: list(anything) }), conditions }),
  }),
  Endpoints: kind([''], {
    subsets: optionalList(
      item({
        addresses: list(address),
        notReadyAddresses: list(address),
        ports: list(item({ name: text, port: number, protocol: text })),
      }),
    ),
  }),
  EndpointSlice: kind(['discovery.k8s.io'], {
    endpoints: optionalList(
      item({
        addresses: texts,
        conditions: object({ ready: flag, serving: flag, terminating: flag }),
        targetRef: object({ kind: text, name: text, namespace: text }),
      }),
    ),
    ports: list(item({ name: text, port: number, protocol: text })),
  }),
  Ingress: kind(['networking.k8s.io', 'extensions'], {
    spec: object({
      ingressClassName: text,
      defaultBackend: backend,
      tls: list(item({ hosts: texts, secretName: text })),
      rules: list(
        item({ host: text, http: object({ paths: list(item({ path: text, pathType: text, backend })) }) }),
      ),
    }),
    status: object({ loadBalancer: object({ ingress: list(anything) }) }),
  }),
  IngressClass: kind(['networking.k8s.io', 'extensions'], { spec: object({ controller: text }) }, 'Cluster'),
  NetworkPolicy: kind(['networking.k8s.io', 'extensions'], {
    spec: object({
      podSelector: labelSelector,
      policyTypes: optionalTexts,
      ingress: optionalList(item({ from: list(peer), ports: list(peerPort) })),
      egress: optionalList(item({ to: list(peer), ports: list(peerPort) })),
    }),
  }),
  GatewayClass: kind(
    ['gateway.networking.k8s.io'],
    { spec: object({ controllerName: text }), status: object({ conditions }) },
    'Cluster',
  ),
  Gateway: kind(['gateway.networking.k8s.io'], {
    spec: object({
      gatewayClassName: text,
      listeners: list(
        item({
          name: text,
          port: number,
          protocol: text,
          hostname: text,
          tls: object({ certificateRefs: list(item({ kind: text, name: text, namespace: text })) }),
          allowedRoutes: object({
            namespaces: object({ from: text, selector: labelSelector }),
            kinds: list(item({ kind: text })),
          }),
        }),
      ),
    }),
    status: object({ conditions, listeners: list(item({ name: text, conditions })) }),
  }),
  HTTPRoute: kind(['gateway.networking.k8s.io'], {
    spec: object({
      parentRefs: list(parentRef),
      hostnames: texts,
      rules: list(
        item({
          backendRefs: list(
            item({ group: text, kind: text, name: text, namespace: text, port: number, weight: number }),
          ),
        }),
      ),
    }),
    status: object({ parents: list(item({ conditions })) }),
  }),
} as const
