import { containersOf, podLabels, podPath } from '../drafts/containers.ts'
import type { Declared } from '../drafts/declared.ts'
import { editDistance, nearest } from '../drafts/nearest.ts'
import { nameOf } from '../drafts/object-name.ts'
import { isObject, pointer, valueAt } from '../drafts/pointer.ts'
import { plain } from '../drafts/words.ts'
import type { KnownObjects } from './known-objects.ts'
import type { Misfit } from './misfit.ts'

interface Port {
  name?: string
  number: number
}

/** A Service whose selector no declared workload has, or whose target port none of its containers has. */
export function wrongService(of: Declared, known: KnownObjects): Misfit[] {
  if (of.reference.kind !== 'Service') return []
  const selector = textsOf(valueAt(of.object, '/spec/selector'))
  if (Object.keys(selector).length === 0) return []
  const workloads = known.declared.filter(
    ({ object, reference }) =>
      podPath(object) !== undefined && reference.namespace === of.reference.namespace,
  )
  const selected = workloads.filter(({ object }) => matches(selector, podLabels(object)))
  if (selected.length > 0) return wrongPorts(of, selected)
  const what = `${nameOf(of.reference)} selects ${selectorText(selector)}, which no declared pod has`
  const meant = meantWorkload(of, selector, workloads)
  if (!meant)
    return [
      {
        of,
        path: '/spec/selector',
        seen: selector,
        what,
        unclear: 'no workload of its namespace is nearly labelled so',
      },
    ]
  const labels = podLabels(meant.object)
  const wanted = Object.fromEntries(
    Object.keys(selector).flatMap(key => {
      const label = labels[key]
      return label === undefined ? [] : [[key, label]]
    }),
  )
  const aligned = Object.keys(wanted).length > 0 ? wanted : labels
  return [
    {
      of,
      path: '/spec/selector',
      seen: selector,
      what,
      remedy: {
        value: aligned,
        why: `pods of ${nameOf(meant.reference)} are labelled ${selectorText(aligned)}`,
      },
    },
  ]
}

/** The workload that is meant: of its name, else the one whose labels are nearest, when no other is as near. */
function meantWorkload(
  of: Declared,
  selector: Record<string, string>,
  workloads: readonly Declared[],
): Declared | undefined {
  const labelled = workloads.filter(({ object }) => Object.keys(podLabels(object)).length > 0)
  const named = labelled.filter(({ reference }) => reference.name === of.reference.name)
  if (named.length === 1) return named[0]
  const ranked = labelled
    .map(workload => {
      const labels = podLabels(workload.object)
      const distance = Object.entries(selector).reduce((sum, [key, value]) => {
        const label = labels[key]
        if (label === undefined) return sum + 3
        return sum + Math.min(3, label === value ? 0 : nearest(value, [label]) ? 1 : 3)
      }, 0)
      return { workload, distance, names: editDistance(of.reference.name, workload.reference.name) }
    })
    .filter(({ distance }) => distance < 3)
    .sort((a, b) => a.distance - b.distance || a.names - b.names)
  const [first, second] = ranked
  const tied = first && second && first.distance === second.distance && first.names === second.names
  return tied ? undefined : first?.workload
}

function wrongPorts(of: Declared, selected: readonly Declared[]): Misfit[] {
  const open = selected.flatMap(({ object }) => portsOf(object))
  const ports = valueAt(of.object, '/spec/ports')
  if (open.length === 0 || !Array.isArray(ports)) return []
  return ports.flatMap((port: unknown, index): Misfit[] => {
    if (!isObject(port)) return []
    const seen = port.targetPort ?? port.port
    if (isOpen(seen, open)) return []
    const path = pointer('spec', 'ports', index, 'targetPort')
    const what = `${nameOf(of.reference)} sends to port ${plain(String(seen), 40)}, which its pods do not open`
    const meant = meantPort(seen, port.name, open)
    const openText = open
      .map(({ name, number }) => (name === undefined ? number : `${name} (${number})`))
      .join(', ')
    return [
      meant
        ? {
            of,
            path,
            seen: port.targetPort,
            what,
            remedy: {
              value: typeof seen === 'string' && meant.name !== undefined ? meant.name : meant.number,
              why: `its pods open ${openText}`,
            },
          }
        : { of, path, seen: port.targetPort, what, unclear: `its pods open ${openText}` },
    ]
  })
}

const isOpen = (seen: unknown, open: readonly Port[]): boolean =>
  open.some(({ name, number }) => seen === number || seen === name)

function meantPort(seen: unknown, name: unknown, open: readonly Port[]): Port | undefined {
  const distinct = [...new Map(open.map(port => [port.number, port])).values()]
  if (distinct.length === 1) return distinct[0]
  const named = distinct.find(port => port.name !== undefined && port.name === name)
  if (named) return named
  const found =
    typeof seen === 'string'
      ? nearest(
          seen,
          distinct.flatMap(port => port.name ?? []),
        )
      : undefined
  return found && 'name' in found ? distinct.find(port => port.name === found.name) : undefined
}

function portsOf(object: Declared['object']): Port[] {
  return containersOf(object).flatMap(({ declared }) =>
    (Array.isArray(declared.ports) ? declared.ports : []).flatMap((port: unknown): Port[] =>
      isObject(port) && typeof port.containerPort === 'number'
        ? [{ number: port.containerPort, ...(typeof port.name === 'string' && { name: port.name }) }]
        : [],
    ),
  )
}

/** An Ingress whose backend port its Service does not have. */
export function wrongBackendPorts(of: Declared, known: KnownObjects): Misfit[] {
  if (of.reference.kind !== 'Ingress') return []
  const rules = valueAt(of.object, '/spec/rules')
  const backends = (Array.isArray(rules) ? rules : []).flatMap((rule: unknown, r) => {
    const paths = valueAt(rule, '/http/paths')
    return (Array.isArray(paths) ? paths : []).map((_, p) =>
      pointer('spec', 'rules', r, 'http', 'paths', p, 'backend', 'service'),
    )
  })
  return ['/spec/defaultBackend/service', ...backends].flatMap((place): Misfit[] => {
    const name = valueAt(of.object, `${place}/name`)
    const service = typeof name === 'string' ? known.find('Service', name, of.reference.namespace) : undefined
    const port = valueAt(of.object, `${place}/port`)
    const ports = service && valueAt(service.object, '/spec/ports')
    if (!isObject(port) || !Array.isArray(ports) || ports.length === 0) return []
    const fits = ports.some(
      one =>
        isObject(one) && (one.port === port.number || (port.name !== undefined && one.name === port.name)),
    )
    if (fits) return []
    const what = `${nameOf(of.reference)} sends to port ${plain(String(port.number ?? port.name), 40)} of Service ${plain(String(name), 80)}, which has no such port`
    const [only] = ports
    return [
      ports.length === 1 && isObject(only) && typeof only.port === 'number'
        ? {
            of,
            path: `${place}/port`,
            seen: port,
            what,
            remedy: { value: { number: only.port }, why: `${only.port} is its only port` },
          }
        : { of, path: `${place}/port`, seen: port, what, unclear: `it has several ports` },
    ]
  })
}

const matches = (selector: Record<string, string>, labels: Record<string, string>): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value)

const textsOf = (value: unknown): Record<string, string> =>
  isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)])) : {}

const selectorText = (selector: Record<string, string>): string =>
  Object.entries(selector)
    .slice(0, 6)
    .map(([key, value]) => `${plain(key, 60)}=${plain(value, 60)}`)
    .join(', ')
