import { deployment, examples, object } from './analyzer.world.ts'
import { calledService } from './called-service.ts'
import { dns } from './dns.ts'
import { gatewayApi } from './gateway-api.ts'
import { ingress } from './ingress.ts'
import { ingressClass } from './ingress-class.ts'
import { networkPolicyDenies } from './network-policy-denies.ts'
import { networkPolicyOdd } from './network-policy-odd.ts'
import { serviceNotReady } from './service-not-ready.ts'
import { servicePort } from './service-port.ts'
import { serviceSelectsNothing } from './service-selects-nothing.ts'

const web = (container = 'ports: [{name: http, containerPort: 8080}]', more = {}) =>
  deployment('web', `{containers: [{name: web, image: shop/web:1, ${container}}]}`, more)
const service = (selector: string, ports = '{port: 80, targetPort: 8080}', rest = '') =>
  object('Service', 'web', `spec: {selector: ${selector}, ports: [${ports}]${rest}}`)
const endpoints = (subsets: string) => object('Endpoints', 'web', `subsets: ${subsets}`)

examples(serviceSelectsNothing, {
  'a label with another value': {
    yaml: web() + service('{app: web, version: v2}'),
    finds: ['service-selects-nothing'],
    says: /no endpoints: its selector app=web, version=v2 matches no pod.*label version=v2 is not on it/s,
  },
  'an endpoint that somebody else makes': {
    yaml: web() + service('{app: other}') + endpoints('[{addresses: [{ip: 10.0.0.1}]}]'),
    finds: [],
  },
  'pods that match': { yaml: web() + service('{app: web}'), finds: [] },
  'a name outside': {
    yaml: web() + object('Service', 'db', 'spec: {type: ExternalName, externalName: db.example.com}'),
    finds: [],
  },
  'a live cluster of which little is known': {
    yaml: object('Service', 'x', 'spec: {selector: {a: b}}\nstatus: {loadBalancer: {}}') + service('{a: c}'),
    finds: [],
  },
})

examples(servicePort, {
  'a number that is not declared': {
    yaml: web() + service('{app: web}', '{port: 80, targetPort: 80}'),
    finds: ['service-target-port'],
    says: /targetPort 80, but Deployment shop\/web serves no port 80 \(port mismatch\).*8080/,
  },
  'a name that is not there': {
    yaml: web() + service('{app: web}', '{port: 80, targetPort: https}'),
    finds: ['service-target-port'],
  },
  'an official image': {
    yaml: deployment('web', '{containers: [{name: web, image: "nginx:1.27"}]}') + service('{app: web}'),
    finds: ['service-target-port'],
  },
  'a port that is only in a variable': {
    yaml: web('ports: [{containerPort: 9090}], env: [{name: PORT, value: "8080"}]') + service('{app: web}'),
    finds: [],
  },
  'an image that may serve anything': { yaml: web('command: [serve]') + service('{app: web}'), finds: [] },
  'a good name': { yaml: web() + service('{app: web}', '{port: 80, targetPort: http}'), finds: [] },
})

examples(serviceNotReady, {
  'pods that are not ready': {
    yaml: web() + service('{app: web}') + endpoints('[{notReadyAddresses: [{ip: 10.0.0.1}]}]'),
    finds: ['service-endpoints-not-ready'],
  },
  'a workload scaled to 0': {
    yaml: web('', { replicas: 0 }) + service('{app: web}'),
    finds: ['service-of-nothing-running'],
  },
  'a warning about it': {
    yaml: `${web()}${service('{app: web}')}
---
{event: Service/shop/web, reason: SyncLoadBalancerFailed, message: 'quota of addresses exceeded'}`,
    finds: ['service-warning'],
  },
  'one that publishes them all the same': {
    yaml:
      web() +
      service('{app: web}', '{port: 80}', ', publishNotReadyAddresses: true') +
      endpoints('[{notReadyAddresses: [{ip: 10.0.0.1}]}]'),
    finds: [],
  },
})

const caller = (env: string) =>
  deployment('front', `{containers: [{name: front, image: shop/front:1, ${env}}]}`)
examples(calledService, {
  'a name that is misspelt': {
    yaml: caller('env: [{name: API, value: "http://webb:80/v1"}]') + service('{app: web}'),
    finds: ['called-service-absent'],
    says: /calls host "webb".*Service "webb" does not exist in namespace shop.*there is Service "web"/is,
  },
  'a port that the Service does not have': {
    yaml: caller('command: [sh, -c, "wget -qO- http://web:8080/"]') + service('{app: web}'),
    finds: ['called-port-absent'],
    says: /port 8080.*it offers 80/,
  },
  'a name that it waits for': {
    yaml: deployment(
      'front',
      '{initContainers: [{name: wait, image: busybox, command: [sh, -c, "until nslookup orders-db; do sleep 2; done"]}], containers: [{name: a, image: b}]}',
    ),
    finds: ['called-service-absent'],
  },
  'one that is there': {
    yaml:
      caller('env: [{name: WEB_HOST, value: web}, {name: WEB_PORT, value: "80"}]') + service('{app: web}'),
    finds: [],
  },
  'a host outside': {
    yaml: caller('env: [{name: API, value: "https://api.example.com"}]') + service('{app: web}'),
    finds: [],
  },
  'words of a script': {
    yaml: caller('command: [sh, -c, "echo trying to curl the thing; sleep 5"]') + service('{app: web}'),
    finds: [],
  },
})

const ingressOf = (spec: string, annotations = '{}') => `
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop, annotations: ${annotations}}
spec: ${spec}
`
const to = (name: string, port: string) =>
  `rules: [{host: a.example, http: {paths: [{path: /, backend: {service: {name: ${name}, port: {${port}}}}}]}}]`

examples(ingress, {
  'a Service that is not there': {
    yaml: ingressOf(`{ingressClassName: nginx, ${to('wbe', 'number: 80')}}`) + service('{app: web}'),
    finds: ['ingress-backend-absent'],
    says: /Service "wbe", which does not exist in namespace shop/,
  },
  'a port that is not there': {
    yaml: ingressOf(`{${to('web', 'number: 8080')}}`) + service('{app: web}'),
    finds: ['ingress-backend-port'],
  },
  'a certificate that is not there': {
    yaml:
      ingressOf(`{tls: [{hosts: [a.example], secretName: tls}], ${to('web', 'number: 80')}}`) +
      service('{app: web}'),
    finds: ['ingress-secret-absent'],
  },
  'a certificate that will be made': {
    yaml:
      ingressOf('{tls: [{secretName: tls}]}', '{cert-manager.io/cluster-issuer: main}') +
      service('{app: web}'),
    finds: [],
  },
  'all is there': { yaml: ingressOf(`{${to('web', 'number: 80')}}`) + service('{app: web}'), finds: [] },
})

const aClass = (name: string, annotations = '{}') => `
---
kind: IngressClass
metadata: {name: ${name}, annotations: ${annotations}}
`
examples(ingressClass, {
  'a class among known ones': {
    yaml: ingressOf('{ingressClassName: ngnix}') + aClass('nginx'),
    complete: [{ kind: 'IngressClass' }],
    finds: ['ingress-class-absent'],
    says: /ingress class "ngnix".*not found.*"nginx"/s,
  },
  'no class at all': { yaml: ingressOf('{}') + aClass('nginx'), finds: ['ingress-without-class'] },
  'a default class': {
    yaml: ingressOf('{}') + aClass('nginx', '{ingressclass.kubernetes.io/is-default-class: "true"}'),
    finds: [],
  },
  'a usual class': { yaml: ingressOf('{ingressClassName: traefik}'), finds: [] },
})

const policy = (spec: string) => `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: guard, namespace: shop}
spec: ${spec}
`
const calling = caller('env: [{name: API, value: "http://web"}]') + web() + service('{app: web}')
const from = (app: string, port = 8080) =>
  `ingress: [{from: [{podSelector: {matchLabels: {app: ${app}}}}], ports: [{port: ${port}}]}]`

examples(networkPolicyDenies, {
  'ingress from others only': {
    yaml: calling + policy(`{podSelector: {matchLabels: {app: web}}, ${from('admin')}}`),
    finds: ['network-policy-denies'],
    says: /NetworkPolicy shop\/guard blocks traffic: it denies the ingress that Deployment shop\/front needs to reach Deployment shop\/web on port 8080/,
  },
  'another port only': {
    yaml: calling + policy(`{podSelector: {}, ${from('front', 9090)}}`),
    finds: ['network-policy-denies'],
  },
  'egress without DNS': {
    yaml:
      calling +
      policy(
        '{podSelector: {matchLabels: {app: front}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: web}}}]}]}',
      ),
    finds: ['network-policy-denies-dns'],
  },
  'calls that were seen': {
    yaml:
      web() +
      deployment('front', '{containers: [{name: a, image: b}]}') +
      policy('{podSelector: {matchLabels: {app: web}}}'),
    calls: [{ from: 'front', to: 'web' }],
    finds: ['network-policy-denies'],
  },
  'ingress from the caller': {
    yaml: calling + policy(`{podSelector: {matchLabels: {app: web}}, ${from('front')}}`),
    finds: [],
  },
  'addresses, which are not known': {
    yaml:
      calling +
      policy('{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}'),
    finds: [],
  },
})

examples(networkPolicyOdd, {
  'closed to everybody': {
    yaml: web() + service('{app: web}') + policy('{podSelector: {}, policyTypes: [Ingress]}'),
    finds: ['network-policy-isolates'],
  },
  'a peer that nobody is': {
    yaml: calling + policy(`{podSelector: {matchLabels: {app: web}}, ${from('frontend')}}`),
    finds: ['network-policy-peer-absent'],
  },
  'nothing selected': {
    yaml: web() + policy('{podSelector: {matchLabels: {app: gone}}}'),
    finds: ['network-policy-selects-nothing'],
  },
  'open to all': {
    yaml: web() + policy('{podSelector: {}, ingress: [{}]}'),
    finds: ['network-policy-allows-all'],
  },
  'a good one': {
    yaml: calling + policy(`{podSelector: {matchLabels: {app: web}}, ${from('front')}}`),
    finds: [],
  },
})

const core = (replicas: number) => `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: coredns, namespace: kube-system}
spec: {replicas: ${replicas}, template: {metadata: {labels: {k8s-app: kube-dns}}, spec: {containers: [{name: coredns}]}}}
`
examples(dns, {
  'scaled to 0': { yaml: core(0), finds: ['dns-down'] },
  'asks the node instead': {
    yaml:
      deployment(
        'front',
        '{dnsPolicy: Default, containers: [{name: f, image: g, env: [{name: A, value: "http://web"}]}]}',
      ) + service('{app: web}'),
    finds: ['dns-not-used'],
  },
  'all is well': { yaml: core(2) + calling, finds: [] },
})

const gateway = (spec: string, status = '{}') => `
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec: ${spec}
status: ${status}
`
const route = (spec: string, status = '{}') => `
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec: ${spec}
status: ${status}
`
const open =
  '{gatewayClassName: eg, listeners: [{name: http, port: 80, allowedRoutes: {namespaces: {from: All}}}]}'
const refused = (type: string) => `[{type: ${type}, status: "False", reason: Invalid, message: no}]`
examples(gatewayApi, {
  'a class that its controller refuses': {
    yaml: `---\napiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: eg}\nstatus: {conditions: ${refused('Accepted')}}`,
    finds: ['gateway-class-not-accepted'],
  },
  'a class that is not there': {
    yaml: gateway(open),
    complete: [{ kind: 'GatewayClass' }],
    finds: ['gateway-class-absent'],
  },
  'refused by the controller': {
    yaml:
      gateway(open, `{conditions: ${refused('Programmed')}}`) +
      route('{}', `{parents: [{conditions: ${refused('ResolvedRefs')}}]}`),
    finds: ['gateway-not-accepted', 'route-not-accepted'],
  },
  'a route without its Gateway': {
    yaml: gateway(open) + route('{parentRefs: [{name: egde, namespace: infra}]}'),
    complete: [{ kind: 'Gateway' }],
    finds: ['gateway-class-absent', 'route-gateway-absent'],
  },
  'a Gateway closed to the namespace': {
    yaml:
      gateway('{listeners: [{name: http, port: 80}]}') +
      route('{parentRefs: [{name: edge, namespace: infra}]}'),
    finds: ['route-namespace-closed'],
  },
  'backends that are not there': {
    yaml:
      service('{app: web}') +
      route('{rules: [{backendRefs: [{name: gone, port: 80}, {name: web, port: 81}]}]}'),
    finds: ['route-backend-absent', 'route-backend-port'],
  },
  'conditions that nobody knows': {
    yaml: gateway(open, `{conditions: ${refused('example.com/Shiny')}}`),
    finds: [],
  },
})
