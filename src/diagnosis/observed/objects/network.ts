import type { DescribedField } from '../../../telemetry/intake/kubernetes-snapshot/description.ts'
import {
  type Fields,
  fieldIn,
  linesIn,
  pairsIn,
  pairsOf,
  told,
  valueIn,
  wholeNumber,
  within,
} from '../described-field.ts'

type Parts = Record<string, unknown>

export const service = (fields: Fields): Parts => {
  const selector = pairsIn(fields, 'Selector')
  return {
    spec: {
      ...told({
        type: valueIn(fields, 'Type'),
        clusterIP: valueIn(fields, 'IP'),
        externalName: valueIn(fields, 'External Name'),
        ...(selector && Object.keys(selector).length > 0 && { selector }),
      }),
      ports: portsOf(fields),
    },
    status: {
      loadBalancer: {
        ingress: (valueIn(fields, 'LoadBalancer Ingress') ?? '').split(',').flatMap(text => {
          const ip = text.trim().split(' ')[0]
          return ip ? [{ ip }] : []
        }),
      },
    },
  }
}

/** What `describe service` tells of its endpoints; undefined when it does not. */
export function endpointsOf(fields: Fields): Parts | undefined {
  const told = fields.filter(({ name }) => name === 'Endpoints')
  if (told.length === 0) return undefined
  const subsets = told.flatMap(({ value }) => {
    const addresses = value.split(',').flatMap(text => {
      const [, ip, port] = /^\s{0,9}\[?([0-9a-f.:]{2,45}?)\]?:(\d{1,5})/i.exec(text) ?? []
      return ip === undefined ? [] : [{ ip, port: Number(port) }]
    })
    const [first] = addresses
    return first ? [{ addresses: addresses.map(({ ip }) => ({ ip })), ports: [{ port: first.port }] }] : []
  })
  return { subsets }
}

/** `Port:  http  80/TCP`, then `TargetPort:  8080/TCP`, and so on for each port. */
function portsOf(fields: Fields): Parts[] {
  const ports: Parts[] = []
  for (const { name, value } of fields) {
    const last = ports.at(-1)
    if (name === 'Port') {
      const [, label, port, protocol] = /^(?:(\S{1,63})\s{1,99})?(\d{1,5})\/(TCP|UDP|SCTP)/.exec(value) ?? []
      if (port !== undefined)
        ports.push({
          ...told({ name: label === '<unset>' ? undefined : label, protocol }),
          port: Number(port),
        })
    } else if (last && name === 'TargetPort') {
      const text = value.split('/')[0] ?? ''
      last.targetPort = wholeNumber(text) ?? text
    } else if (last && name === 'NodePort') {
      const port = /(\d{1,5})\//.exec(value)?.[1]
      if (port !== undefined) last.nodePort = Number(port)
    }
  }
  return ports
}

/** Addresses and ports of `describe endpoints`. */
export const endpoints = (fields: Fields): Parts => {
  const inside = within(fields, 'Subsets')
  const addresses = (name: string) =>
    valueIn(inside, name)
      ?.split(',')
      .map(ip => ({ ip: ip.trim() })) ?? []
  const [ready, notReady] = [addresses('Addresses'), addresses('NotReadyAddresses')]
  if (ready.length + notReady.length === 0) return { subsets: [] }
  const ports = linesIn(fieldIn(inside, 'Ports')).flatMap(line => {
    const [name = '', port] = line.trim().split(/\s+/)
    return port && /^\d{1,5}$/.test(port) ? [{ port: Number(port), ...(name !== '<unset>' && { name }) }] : []
  })
  return { subsets: [{ addresses: ready, notReadyAddresses: notReady, ports }] }
}

export const ingress = (fields: Fields): Parts => {
  const address = valueIn(fields, 'Address')
  const fallback = backendOf(valueIn(fields, 'Default backend') ?? '')
  return {
    spec: {
      ...told({
        ingressClassName: valueIn(fields, 'Ingress Class'),
        defaultBackend: fallback?.name === 'default-http-backend' ? undefined : fallback?.backend,
        tls: fieldIn(fields, 'TLS') && linesIn(fieldIn(fields, 'TLS')).flatMap(tlsOf),
      }),
      rules: rulesOf(fieldIn(fields, 'Rules')),
    },
    status: {
      loadBalancer: {
        ingress: address === undefined ? [] : address.split(',').map(ip => ({ ip: ip.trim() })),
      },
    },
  }
}

/** `web-tls terminates a.example.com,b.example.com` */
function tlsOf(line: string): Parts[] {
  const [, secretName, hosts = ''] = /^(\S{1,253}) terminates (.{0,4000})$/.exec(line.trim()) ?? []
  return secretName === undefined
    ? []
    : [{ ...told({ secretName: secretName === 'SNI' ? undefined : secretName }), hosts: hosts.split(',') }]
}

/** A table of hosts, below each its paths: `/api   api-service:80 (10.1.0.2:8080)`. */
function rulesOf(field: DescribedField | undefined): Parts[] {
  const rules: { host?: string; http: { paths: Parts[] } }[] = []
  for (const line of linesIn(field)) {
    const cells = line.trim().split(/\s+/)
    if (cells[0] === 'Host' || /^-+$/.test(cells[0] ?? '')) continue
    const [, path, rest] = /^(\/\S{0,2000})?\s{0,99}(\S{1,253}:\S{0,63}.{0,2000})$/.exec(line.trim()) ?? []
    const found = rest === undefined ? undefined : backendOf(rest)
    if (!found) {
      const [host = ''] = cells
      if (cells.length === 1 && host !== '')
        rules.push({ ...(host !== '*' && { host }), http: { paths: [] } })
      continue
    }
    if (rules.length === 0) rules.push({ http: { paths: [] } })
    rules.at(-1)?.http.paths.push({ ...told({ path }), backend: found.backend })
  }
  return rules
}

/** `api-service:80 (10.1.0.2:8080)` or `web:http (<error: services "web" not found>)` */
function backendOf(text: string): { name: string; backend: Parts } | undefined {
  const [, name, port] = /^([a-z0-9][a-z0-9.-]{0,252}):([\w-]{1,63})(?:\s|$)/.exec(text.trim()) ?? []
  if (name === undefined || port === undefined) return undefined
  const number = wholeNumber(port)
  return {
    name,
    backend: { service: { name, port: number === undefined ? { name: port } : { number } } },
  }
}

/** What it selects and which ways it is about; peers are told only where kubectl prints labels. */
export const networkPolicy = (fields: Fields): Parts => {
  const spec = within(fields, 'Spec')
  const selector = valueIn(spec, 'PodSelector')
  const types = valueIn(spec, 'Policy Types')
    ?.split(',')
    .map(type => type.trim())
  const [ingress, egress] = [
    fieldIn(spec, 'Allowing ingress traffic'),
    fieldIn(spec, 'Allowing egress traffic'),
  ]
  return {
    spec: {
      podSelector:
        selector === undefined || selector.startsWith('<none>')
          ? {}
          : { matchLabels: pairsOf(selector.split(',')) },
      ...told({
        policyTypes: types,
        ingress: types?.includes('Ingress') && ingress ? trafficOf(ingress, 'from') : undefined,
        egress: types?.includes('Egress') && egress ? trafficOf(egress, 'to') : undefined,
      }),
    },
  }
}

function trafficOf(field: DescribedField, way: 'from' | 'to'): Parts[] {
  const text = linesIn(field).join('\n')
  if (/Selected pods are isolated/.test(text) || text.trim() === '') return []
  const rule: { ports: Parts[]; peers: Parts[] } = { ports: [], peers: [] }
  for (const line of text.split('\n')) {
    const port = /To Port:\s{0,9}(\d{1,5})\/(TCP|UDP|SCTP)/.exec(line)
    const pods = /PodSelector:\s{0,9}(\S{1,2000})/.exec(line)?.[1]
    const spaces = /NamespaceSelector:\s{0,9}(\S{1,2000})/.exec(line)?.[1]
    const cidr = /CIDR:\s{0,9}(\S{1,50})/.exec(line)?.[1]
    if (port) rule.ports.push({ port: Number(port[1]), protocol: port[2] })
    else if (spaces) rule.peers.push({ namespaceSelector: selectorOf(spaces) })
    else if (pods) rule.peers.push({ podSelector: selectorOf(pods) })
    else if (cidr) rule.peers.push({ ipBlock: { cidr } })
  }
  return [
    {
      ...(rule.ports.length > 0 && { ports: rule.ports }),
      ...(rule.peers.length > 0 && { [way]: rule.peers }),
    },
  ]
}

const selectorOf = (text: string): Parts =>
  text === '<none>' ? {} : { matchLabels: pairsOf(text.split(',')) }
