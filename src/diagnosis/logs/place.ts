import { type Focus, focusOf } from '../analyzers/focus.ts'
import { viewOfCase } from '../analyzers/kubernetes.ts'
import { endsIn, type View, waitingIn } from '../analyzers/view.ts'
import type { Case } from '../channel.ts'
import { nameOf } from '../cluster.ts'
import type { Cause } from '../diagnosis.ts'
import { shown } from './line.ts'
import type { Question } from './question.ts'
import type { Stream } from './stream.ts'

/** Where a stream comes from. */
export interface Source {
  cause: Cause
  /** As the subject of a sentence. */
  called: string
  /** What wrote it ended with an error, or is started again and again. */
  crashed: boolean
  /** The incident names it. */
  named: boolean
  /** Services and objects whose symptoms it explains. */
  explains: string[]
}

const generic = new Set([
  'default',
  'app',
  'application',
  'main',
  'service',
  'server',
  'web',
  'api',
  'db',
  'database',
  'unknown',
  '',
])

/** Tells for a stream which object or service it belongs to, and how that does. */
export function sources(
  evidence: Case,
  question: Question,
): { sourceOf(stream: Stream): Source; view: View; focus: Focus } {
  const view = viewOfCase(evidence)
  const focus = focusOf(evidence, view)
  return { sourceOf: stream => sourceOf(stream, view, focus, question), view, focus }
}

function sourceOf(
  { service, namespace, instance, previous }: Stream,
  view: View,
  focus: Focus,
  question: Question,
): Source {
  if (instance === undefined) {
    const name = service || 'unknown'
    const named = !generic.has(name.toLowerCase()) && question.text.includes(name.toLowerCase())
    return {
      cause: { kind: 'service', name },
      called: `Service ${shown(name, 120)}`,
      crashed: false,
      named,
      explains: [name],
    }
  }
  const place = { kind: 'Pod', namespace: namespace ?? 'default', name: instance }
  const pod = view.cluster.get('Pod', place.namespace, instance)
  const owner = view.ownerOf(place) ?? ownerByName(view, place)
  const object = owner ?? (pod ? place : ownerInName(place))
  const crashed =
    previous ||
    (pod !== undefined &&
      (waitingIn(pod).some(({ reason }) => /CrashLoop|RunContainerError/.test(reason ?? '')) ||
        endsIn(pod).some(
          ({ end, now }) =>
            (end.exitCode !== undefined && end.exitCode !== 0) || (now && end.reason === 'Error'),
        ))) ||
    jobFailed(view, object)
  const base = object.name.toLowerCase()
  const inQuestion =
    !generic.has(base) && (question.text.includes(base) || question.text.includes(instance.toLowerCase()))
  const where = `${shown(object.kind, 60)} ${shown(`${object.namespace}/${object.name}`, 180)}`
  return {
    cause: { kind: 'resource', name: nameOf(object) },
    called: object.name === instance ? where : `${where} (pod ${shown(instance, 100)})`,
    crashed,
    named: focus.names(place) || focus.names(object) || inQuestion,
    explains: [...new Set([nameOf(object), object.name, nameOf(place), service].filter(Boolean))].sort(),
  }
}

interface Place {
  kind: string
  namespace: string
  name: string
}

function jobFailed({ cluster }: View, { kind, namespace, name }: Place): boolean {
  if (kind !== 'Job') return false
  const status = cluster.get('Job', namespace, name)?.status
  const failed = status?.conditions.some(
    condition => condition.type === 'Failed' && condition.status === 'True',
  )
  return failed === true || (status?.failed ?? 0) > 0
}

/** A workload whose name a pod has, where no object tells whom it belongs to. */
function ownerByName(view: View, { namespace, name }: Place): Place | undefined {
  return view
    .within(namespace)
    .filter(
      one =>
        one.kind !== 'Pod' &&
        name.startsWith(`${one.name}-`) &&
        /^(-[a-z0-9]{5,10}){1,2}$|^-\d{1,5}$/.test(name.slice(one.name.length)),
    )
    .sort((a, b) => b.name.length - a.name.length)[0]
}

/** Of a pod that a ReplicaSet made, the Deployment: both put hashes of these letters behind the name. */
function ownerInName(pod: Place): Place {
  const [, base] =
    /^(.{1,230})-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/.exec(pod.name) ?? []
  return base === undefined ? pod : { ...pod, kind: 'Deployment', name: base }
}
