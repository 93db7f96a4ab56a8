import type { Resource } from '../api/kind.ts'
import { fieldRisks } from './risk-fields.ts'
import { guarded, lasting } from './risk-kinds.ts'

export const riskClasses = ['low', 'medium', 'high'] as const
export type RiskClass = (typeof riskClasses)[number]

/** One object that a change makes, changes or removes, as Git says it before and after. */
export interface ChangedObject {
  apiVersion: string
  kind: string
  name: string
  /** Absent when cluster-scoped. */
  namespace?: string
  file: string
  before?: Resource
  after?: Resource
}

export interface Blast {
  objects: readonly ChangedObject[]
  /** Changed files that hold no objects, such as the rows of a dataset. */
  otherFiles: readonly string[]
  /** Changed files that the Delivery does not apply: whatever they do, no gate of ours sees it. */
  outside: readonly string[]
  /** Every file gets back what was applied before. */
  restores: boolean
  /** Namespaces that serve users: see the label `keelway.dev/environment`. */
  production: ReadonlySet<string>
}

export interface Risk {
  class: RiskClass
  /** What makes it so, the gravest first. */
  reasons: string[]
}

export type Reason = readonly [RiskClass, string]

/** Objects and pods from which a change is more than of one thing. */
const many = { objects: [3, 10], pods: [10, 50] } as const
const systemNamespace =
  /^(kube-.+|keelway-system|istio-system|cert-manager|gatekeeper-system|flux-system|argocd)$/

/**
 * How much a change can do if it is wrong: by what kinds it touches and which of their fields, how many objects, pods and
 * namespaces, and where. What was good before is low again, except where going back may lose data or open doors.
 */
export function riskOf(blast: Blast): Risk {
  const reasons = [...objectReasons(blast), ...sizeReasons(blast), ...placeReasons(blast)]
  const kept = blast.restores ? [...reasons.filter(holdsWhenRestored(blast)), restored] : reasons
  const all = (kept.length > 0 ? kept : [['low', 'it changes nothing that runs'] as const]).toSorted(graver)
  const [first] = all
  return {
    class: first?.[0] ?? 'medium',
    reasons: [...new Set(all.map(([, reason]) => reason))].slice(0, 20),
  }
}

const restored: Reason = ['low', 'every file gets back what was applied before']

const rank = (risk: RiskClass): number => riskClasses.indexOf(risk)
const graver = ([a]: Reason, [b]: Reason): number => rank(b) - rank(a)

function objectReasons({ objects, restores }: Blast): Reason[] {
  return objects.flatMap(({ kind, name, before, after }): Reason[] => {
    const what = `${kind} ${name}`
    const why = guarded[kind]
    if (why) return [[restores ? 'medium' : 'high', `${what}: ${why}`]]
    if (!after)
      return [['high', lasting.has(kind) ? `${what} is removed, and what it holds` : `${what} is removed`]]
    if (!before) return [['medium', `${what} is new`]]
    return fieldRisks(before, after).map(([risk, reason]): Reason => [risk, `${what}: ${reason}`])
  })
}

/** What going back to does not make harmless. */
const holdsWhenRestored =
  ({ objects, outside }: Blast) =>
  ([, reason]: Reason): boolean =>
    objects.some(
      ({ kind, name, after }) =>
        reason.startsWith(`${kind} ${name}`) && (kind in guarded || (!after && lasting.has(kind))),
    ) || outside.some(file => reason.startsWith(file))

function sizeReasons({ objects }: Blast): Reason[] {
  const pods = objects.reduce((sum, object) => sum + podsOf(object), 0)
  const namespaces = new Set(objects.flatMap(({ namespace }) => namespace ?? []))
  const step = (count: number, [medium, high]: readonly [number, number], what: string): Reason[] =>
    count > high ? [['high', `${count} ${what}`]] : count > medium ? [['medium', `${count} ${what}`]] : []
  return [
    ...step(objects.length, many.objects, 'objects change'),
    ...step(pods, many.pods, 'pods are replaced'),
    ...(namespaces.size > 1
      ? [
          [
            'high',
            `it reaches ${namespaces.size} namespaces: ${[...namespaces].sort().slice(0, 5).join(', ')}`,
          ] as const,
        ]
      : []),
  ]
}

const podKinds = ['Deployment', 'StatefulSet', 'ReplicaSet', 'Job']

/** Pods that a change of the object replaces or removes; of a DaemonSet nobody knows, and it is one of every node. */
function podsOf({ kind, before, after }: ChangedObject): number {
  if (kind === 'DaemonSet') return many.pods[0] + 1
  if (!podKinds.includes(kind)) return kind === 'Pod' ? 1 : 0
  const replicas = [before, after].map(
    object => (object?.spec as { replicas?: unknown } | undefined)?.replicas ?? 1,
  )
  return Math.max(0, ...replicas.filter(count => typeof count === 'number'))
}

function placeReasons({ objects, otherFiles, outside, production }: Blast): Reason[] {
  const namespaces = [...new Set(objects.flatMap(({ namespace }) => namespace ?? []))].sort()
  return [
    ...namespaces
      .filter(namespace => systemNamespace.test(namespace))
      .map((namespace): Reason => ['high', `namespace ${namespace} is one that the cluster lives by`]),
    ...namespaces
      .filter(namespace => production.has(namespace))
      .map((namespace): Reason => ['medium', `namespace ${namespace} serves users`]),
    ...outside.map((file): Reason => ['high', `${file} is not applied from here: what it does is not known`]),
    ...otherFiles.map(
      (file): Reason => ['medium', `${file} holds no objects: what reads it changes with it`],
    ),
  ]
}
