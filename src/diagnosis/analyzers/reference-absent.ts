import type { FaultClass } from '../diagnosis.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { nearest, thereIs } from './labels.ts'
import { isBuiltIn, isMade, providerOf } from './provided.ts'
import { type Reference, referencesOf } from './references.ts'
import { replaced, templateRemedy } from './remedies.ts'
import { seenOf } from './seen.ts'
import type { View, Workload } from './view.ts'
import { called, fieldOf, listed, quoted, sentences } from './wording.ts'

const rules = {
  ConfigMap: 'config-map-absent',
  Secret: 'secret-absent',
  PersistentVolumeClaim: 'claim-absent',
  ServiceAccount: 'service-account-absent',
  PriorityClass: 'priority-class-absent',
  RuntimeClass: 'runtime-class-absent',
} as const

/** A pod template names an object that does not exist. */
export const referenceAbsent: Analyzer = {
  name: 'reference-absent',
  finds:
    'A workload names a ConfigMap, Secret, claim, ServiceAccount, PriorityClass or RuntimeClass that does not exist.',
  unless:
    'The reference is optional, the object is built in, another object makes it, or pods of the workload run well.',
  rules: [...Object.values(rules), 'pull-secret-absent'],
  *look(view) {
    for (const workload of view.workloads) {
      const missing = referencesOf(workload).filter(({ optional }) => !optional)
      for (const [, uses] of Map.groupBy(
        missing,
        ({ kind, name, use }) => `${kind}/${name}/${use === 'pull'}`,
      )) {
        const suspicion = uses[0] && absent(view, workload, uses[0], uses)
        if (suspicion) yield suspicion
      }
    }
  },
}

function absent(
  view: View,
  workload: Workload,
  reference: Reference,
  uses: readonly Reference[],
): Suspicion | undefined {
  const { cluster } = view
  const { kind, name, use } = reference
  const known = cluster.lacks(kind, workload.namespace, name)
  if (!known || isBuiltIn(kind, name) || isMade(cluster, kind, workload.namespace, name)) return undefined
  const provider = providerOf(cluster, workload.namespace, name)
  const others = cluster
    .all(kind, kind.endsWith('Class') ? undefined : workload.namespace)
    .map(other => other.name)
  const near = nearest(name, others)
  const elsewhere = cluster.all(kind).find(object => object.name === name)
  const seen = seenOf(view, workload, mentioning(name))
  const pull = use === 'pull'
  // People keep Secrets out of repositories; where there are others of them they would have been there too.
  const outside = kind === 'Secret' && known === 'declared' && others.length === 0
  const assumed = !seen && known === 'declared' && (outside || pull || kind.endsWith('Class'))
  const strength = seen
    ? strengths.told
    : assumed
      ? strengths.guess
      : known === 'listed'
        ? strengths.broken
        : strengths.likely
  const place = kind.endsWith('Class') ? '' : ` in namespace ${workload.namespace}`
  return {
    rule: pull ? 'pull-secret-absent' : rules[kind],
    object: workload,
    class: 'reference' satisfies FaultClass,
    statement: sentences(
      `${called(workload)} needs ${kind} ${quoted(name)}, which does not exist${place} (missing; not found): ${listed(
        uses.map(({ said }) => said),
        3,
      )}`,
      near === undefined && elsewhere
        ? `it is in namespace ${elsewhere.namespace} only`
        : thereIs(kind, name, others),
      consequences(reference),
      seen?.text,
    ),
    strength: provider && !seen ? strengths.hint : strength,
    observed: seen !== undefined,
    assumed,
    evidence: [
      ...uses.slice(0, 4).map(({ path }) => fieldOf(workload.object, path, `${kind} ${name}`)),
      ...(seen?.evidence ?? []),
      {
        source: workload.object.file,
        detail:
          known === 'listed'
            ? `the cluster has no ${kind} ${name}${place}`
            : `the manifests hold no ${kind} ${name}${place}`,
      },
    ],
    ...(provider && { against: [{ source: provider.file, detail: `${called(provider)} may make it` }] }),
    explains: workload.pods,
    ...(near !== undefined &&
      templateRemedy(
        'fix-reference',
        workload,
        uses.flatMap(({ path }) => replaced(path, name, near)),
        `Name ${kind} ${near}, which exists, instead of ${name}.`,
      )),
  }
}

/** The name as a word of a message, however the message quotes it. */
const mentioning = (name: string): RegExp =>
  new RegExp(`(^|[\\s"'/])${name.slice(0, 253).replace(/[^\w-]/g, '\\$&')}($|[\\s"'.,:;])`)

function consequences({ kind, use }: Reference): string {
  if (use === 'pull') return 'Images of a private registry cannot be pulled (ImagePullBackOff)'
  if (kind === 'ServiceAccount') return 'No pod can be created (FailedCreate: serviceaccount not found)'
  if (kind === 'PersistentVolumeClaim')
    return 'Its pods stay Pending: they cannot be scheduled without the claim'
  if (kind === 'PriorityClass' || kind === 'RuntimeClass') return 'The API server refuses its pods'
  return use === 'volume'
    ? 'Its pods stay in ContainerCreating (FailedMount), for the volume cannot be mounted'
    : 'Its containers cannot start (CreateContainerConfigError)'
}
