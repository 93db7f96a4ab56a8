import type { Condition } from '../cluster/pod.ts'
import type { AnyObject, ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { called, fieldOf, plain, sentences } from './wording.ts'

/** What brings Git into the cluster does not. */
export const delivery: Analyzer = {
  name: 'delivery',
  finds:
    'An Argo CD Application, a Flux Kustomization or HelmRelease, or a Delivery failed, drifted or is held.',
  unless: 'It is synced and healthy; being suspended counts little, for it may be meant.',
  rules: [
    ...['application-sync-failed', 'application-error', 'application-out-of-sync', 'application-unhealthy'],
    ...['kustomization-failed', 'helm-release-failed', 'delivery-failed', 'delivery-suspended'],
  ],
  *look({ cluster }) {
    for (const object of cluster.all('Application')) yield* application(object)
    for (const object of cluster.all('Kustomization')) {
      yield* failed(object, object.status?.conditions ?? [], 'kustomization-failed', 'Flux')
      yield* suspended(object, object.spec?.suspend)
    }
    for (const object of cluster.all('HelmRelease')) {
      yield* failed(object, object.status?.conditions ?? [], 'helm-release-failed', 'Flux')
      yield* suspended(object, object.spec?.suspend)
    }
    for (const object of cluster.all('Delivery'))
      yield* failed(object, object.status?.conditions ?? [], 'delivery-failed', 'Keelway')
  },
}

function* application(object: ClusterObject<'Application'>): Generator<Suspicion> {
  const { sync, health, operationState, conditions = [] } = object.status ?? {}
  const common = { object, class: 'delivery' as const, observed: true }
  const { repoURL, path, chart, targetRevision } = object.spec?.source ?? {}
  const source = plain([repoURL, path ?? chart, targetRevision].filter(Boolean).join(' '))
  const error = conditions.find(({ type = '' }) => /Error$/.test(type))
  const of = `${called(object)} (Argo CD)`
  const stopped = operationState?.phase === 'Failed' || operationState?.phase === 'Error'
  if (stopped)
    yield {
      ...{ ...common, rule: 'application-sync-failed', strength: strengths.told },
      statement: sentences(`${of} failed to sync ${source}: ${plain(operationState.message ?? '', 220)}`),
      evidence: [
        fieldOf(object, 'status.operationState', `${operationState.phase} ${operationState.message}`),
      ],
    }
  if (error)
    yield {
      ...{ ...common, rule: 'application-error', strength: strengths.told },
      statement: sentences(`${of} has ${plain(error.type ?? '')}: ${plain(error.message ?? '', 250)}`),
      evidence: [fieldOf(object, `status.conditions ${error.type}`, error.message ?? '')],
    }
  if (sync?.status === 'OutOfSync' && !error && !stopped)
    yield {
      ...{ ...common, rule: 'application-out-of-sync', strength: strengths.possible },
      statement: sentences(`${of} is OutOfSync: the cluster does not have what ${source} says`),
      evidence: [fieldOf(object, 'status.sync.status', sync.status)],
    }
  if (health?.status === 'Degraded' || health?.status === 'Missing')
    yield {
      ...{ ...common, rule: 'application-unhealthy', strength: strengths.possible, symptom: true },
      statement: sentences(`${of} is ${health.status}: ${plain(health.message ?? '', 200)}`),
      evidence: [fieldOf(object, 'status.health.status', health.status)],
    }
}

function* failed(
  object: AnyObject,
  conditions: readonly Condition[],
  rule: string,
  by: string,
): Generator<Suspicion> {
  const bad =
    conditions.find(
      ({ type, status }) => /^(Ready|Released|TestSuccess)$/.test(type ?? '') && status === 'False',
    ) ?? conditions.find(({ type, status }) => type === 'Stalled' && status === 'True')
  if (!bad || /^(Progressing|DependencyNotReady|Pending|Reconciling)$/.test(bad.reason ?? '')) return
  yield {
    ...{ rule, object, class: 'delivery', strength: strengths.told - 0.07, observed: true },
    statement: sentences(
      `${called(object)} (${by}) failed (${plain(bad.reason ?? bad.type ?? '')}), so the cluster does not have what Git says: ${plain(bad.message ?? '', 250)}`,
    ),
    evidence: [fieldOf(object, `status.conditions ${bad.type}`, `${bad.status} ${bad.message ?? ''}`)],
  }
}

function* suspended(object: AnyObject, suspend: boolean | undefined): Generator<Suspicion> {
  if (!suspend) return
  yield {
    ...{ rule: 'delivery-suspended', object, class: 'delivery', strength: strengths.hint, observed: true },
    statement: sentences(`${called(object)} (Flux) is suspended, so changes in Git do not arrive`),
    evidence: [fieldOf(object, 'spec.suspend', 'true')],
  }
}
