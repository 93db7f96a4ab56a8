import { bareName } from '../changes/symptoms/words.ts'
import type { Case } from '../channel.ts'
import { observedObjects } from '../observed/observed.ts'

const most = { objects: 20_000, hosts: 20_000 } as const
const inside = /(\.|^)(cluster\.local|local|internal|intranet|corp|lan|svc|localdomain|localhost)$/

/** Whether a host is one of ours: declared by an object of ours, of a service of ours, or of an inner domain. */
export function ownHosts(
  evidence: Pick<Case, 'cluster' | 'services' | 'topology'>,
): (host: string) => boolean {
  const exact = new Set<string>()
  const under: string[] = []
  const add = (host: unknown) => {
    if (typeof host !== 'string' || exact.size >= most.hosts) return
    const name = host.trim().toLowerCase().replace(/\.$/, '')
    if (name.startsWith('*.')) under.push(name.slice(1))
    else if (name.includes('.')) exact.add(name)
  }
  for (const { object } of observedObjects(evidence).objects.slice(0, most.objects))
    for (const host of declaredBy(object as unknown as Fields)) add(host)
  const services = [...evidence.services, ...evidence.topology.services]
  for (const service of services) add(service)
  const names = new Set(services.map(bareName).filter(name => name !== ''))
  return host => {
    const name = host.toLowerCase().replace(/\.$/, '')
    return (
      inside.test(name) ||
      exact.has(name) ||
      under.some(domain => name.endsWith(domain)) ||
      names.has(bareName(name.split('.')[0] ?? ''))
    )
  }
}

type Fields = Readonly<Record<string, unknown>>

const fields = (value: unknown): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {}
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Hosts by which an object lets itself be called. An ExternalName is where others are, and not ours. */
function declaredBy(object: Fields): unknown[] {
  const spec = fields(object.spec)
  const { name, namespace, annotations } = fields(object.metadata)
  const published = fields(annotations)['external-dns.alpha.kubernetes.io/hostname']
  const told = typeof published === 'string' ? published.split(',') : []
  switch (object.kind) {
    case 'Ingress':
      return [
        ...list(spec.rules).map(rule => fields(rule).host),
        ...list(spec.tls).flatMap(tls => list(fields(tls).hosts)),
        ...told,
      ]
    case 'Gateway':
      return [
        ...list(spec.listeners).map(listener => fields(listener).hostname),
        ...list(spec.servers).flatMap(server => list(fields(server).hosts)),
        ...told,
      ]
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
      return [...list(spec.hostnames), ...told]
    case 'VirtualService':
      return [...list(spec.hosts)]
    case 'Route':
      return [spec.host]
    case 'Certificate':
      return [...list(spec.dnsNames)]
    case 'Service':
      return [`${String(name)}.${String(namespace ?? 'default')}`, ...told]
    default:
      return []
  }
}
