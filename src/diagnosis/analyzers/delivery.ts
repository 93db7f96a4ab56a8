import type { Condition } from '../cluster/pod.ts'
import type { AnyObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { called, fieldOf, plain, sentences } from './wording.ts'

/** What brings Git into the cluster does not. */
export const delivery: Analyzer = {
  name: 'delivery',
  finds:
    'An Argo CD Application, a Flux Kustomization or HelmRelease, or a Delivery failed, drifted or is held.',
  unless: 'It is synced and healthy; being suspended counts little, for it may be meant.',
  rules: [
    'application-sync-failed',
    'application-error',
    'application-out-of-sync',
    'application-unhealthy',
    'kustomization-failed',
    'helm-release-failed',
    'delivery-failed',
    'delivery-suspended',
  ],
  *look({ cluster }) {
    for (const object of cluster.all('Application')) {
      const { sync, health, operationState, conditions = [] } = object.status ?? {}
      const common = { object, class: 'delivery' as const, observed: true }
      const source = [
        object.spec?.source?.repoURL,
        object.spec?.source?.path ?? object.spec?.source?.chart,
        object.spec?.source?.targetRevision,
      ]
        .filter(Boolean)
        .join(' ')
      const error = conditions.find(({ type = '' }) => /Error$/.test(type))
      if (operationState?.phase === 'Failed' || operationState?.phase === 'Error')
        yield {
          ...common,
          rule: 'application-sync-failed',
          strength: strengths.told,
          statement: sentences(
            `${called(object)} (Argo CD) failed to sync ${plain(source)}: ${plain(operationState.message ?? '', 220)}`,
          ),
          evidence: [
            fieldOf(
              object,
              'status.operationState',
              `${operationState.phase} ${operationState.message ?? ''}`,
            ),
          ],
        }
      if (error)
        yield {
          ...common,
          rule: 'application-error',
          strength: strengths.told,
          statement: sentences(
            `${called(object)} (Argo CD) has ${plain(error.type ?? '')}: ${plain(error.message ?? '', 250)}`,
          ),
          evidence: [fieldOf(object, `status.conditions ${error.type}`, error.message ?? '')],
        }
      else if (sync?.status === 'OutOfSync' && operationState?.phase !== 'Failed')
        yield {
          ...common,
          rule: 'application-out-of-sync',
          strength: strengths.possible,
          statement: sentences(
            `${called(object)} (Argo CD) is OutOfSync: the cluster does not have what ${plain(source)} says`,
          ),
          evidence: [fieldOf(object, 'status.sync.status', sync.status)],
        }
      if (health?.status === 'Degraded' || health?.status === 'Missing')
        yield {
          ...common,
          rule: 'application-unhealthy',
          strength: strengths.possible,
          symptom: true,
          statement: sentences(
            `${called(object)} (Argo CD) is ${health.status}: ${plain(health.message ?? '', 200)}`,
          ),
          evidence: [fieldOf(object, 'status.health.status', health.status)],
        }
    }
    for (const object of cluster.all('Kustomization'))
      yield* conditioned(
        object,
        object.status?.conditions ?? [],
        'kustomization-failed',
        'Flux',
        object.spec?.suspend,
      )
    for (const object of cluster.all('HelmRelease'))
      yield* conditioned(
        object,
        object.status?.conditions ?? [],
        'helm-release-failed',
        'Flux',
        object.spec?.suspend,
      )
    for (const object of cluster.all('Delivery'))
      yield* conditioned(object, object.status?.conditions ?? [], 'delivery-failed', 'Keelway', undefined)
  },
}

function* conditioned(
  object: AnyObject,
  conditions: readonly Condition[],
  rule: string,
  by: string,
  suspend: boolean | undefined,
): Generator<Suspicion> {
  const bad =
    conditions.find(
      ({ type, status }) =>
        (type === 'Ready' || type === 'Released' || type === 'TestSuccess') && status === 'False',
    ) ?? conditions.find(({ type, status }) => type === 'Stalled' && status === 'True')
  if (bad && !/^(Progressing|DependencyNotReady|Pending|Reconciling)$/.test(bad.reason ?? ''))
    yield {
      ...{ rule, object, class: 'delivery', strength: strengths.told - 0.07, observed: true },
      statement: sentences(
        `${called(object)} (${by}) failed (${plain(bad.reason ?? bad.type ?? '')}), so the cluster does not have what Git says: ${plain(bad.message ?? '', 250)}`,
      ),
      evidence: [fieldOf(object, `status.conditions ${bad.type}`, `${bad.status} ${bad.message ?? ''}`)],
    }
  if (suspend)
    yield {
      ...{ rule: 'delivery-suspended', object, class: 'delivery', strength: strengths.hint, observed: true },
      statement: sentences(`${called(object)} (${by}) is suspended, so changes in Git do not arrive`),
      evidence: [fieldOf(object, 'spec.suspend', 'true')],
    }
}
