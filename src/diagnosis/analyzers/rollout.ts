import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { remedy, replaced } from './remedies.ts'
import { seenOf } from './seen.ts'
import { healthOf, type View } from './view.ts'
import { called, fieldOf, plain, sentences } from './wording.ts'

/** A rollout that does not get on, or can not by its own arithmetic. */
export const rollout: Analyzer = {
  name: 'rollout',
  finds:
    'A Deployment is paused, past its deadline, or may neither add nor take away pods; fewer pods are available than wanted.',
  unless: 'All replicas are available, or the rollout began less than a minute ago.',
  rules: [
    'rollout-deadline',
    'rollout-paused',
    'rollout-arithmetic',
    'replicas-unavailable',
    'stateful-service-absent',
    'partition-holds-back',
  ],
  *look(view) {
    for (const object of view.cluster.all('Deployment')) yield* deployment(view, object)
    for (const object of view.cluster.all('StatefulSet')) yield* statefulSet(view, object)
    for (const object of view.cluster.all('DaemonSet')) {
      const { desiredNumberScheduled: wanted = 0, numberReady: ready } = object.status ?? {}
      if (ready !== undefined && ready < wanted) yield unavailable(view, object, wanted, ready)
    }
    for (const object of view.cluster.all('ReplicaSet'))
      if (!view.ownerOf(object) || view.ownerOf(object)?.kind === 'ReplicaSet') {
        const { replicas: wanted = 0 } = object.spec ?? {}
        const ready = object.status?.readyReplicas ?? (object.status?.replicas === undefined ? undefined : 0)
        if (ready !== undefined && ready < wanted) yield unavailable(view, object, wanted, ready)
      }
  },
}

/** A rollout younger than this is still at work. */
const graceMs = 60_000

function* deployment(view: View, object: ClusterObject<'Deployment'>): Generator<Suspicion> {
  const { spec, status } = object
  const common = { object, class: 'rollout' as const, explains: view.ownerOf(object)?.pods ?? [] }
  const late = status?.conditions.find(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  )
  const workload = view.ownerOf(object)
  const seen = late && workload ? seenOf(view, workload) : undefined
  if (late)
    yield {
      ...{ ...common, rule: 'rollout-deadline', strength: strengths.likely, observed: true, symptom: true },
      statement: sentences(
        `${called(object)} does not get on with its rollout (ProgressDeadlineExceeded): ${plain(late.message ?? '', 160)}`,
        seen?.text,
      ),
      evidence: [
        fieldOf(object, 'status.conditions Progressing', late.message ?? 'ProgressDeadlineExceeded'),
        ...(seen?.evidence ?? []),
      ],
    }
  if (spec?.paused)
    yield {
      ...{
        ...common,
        rule: 'rollout-paused',
        strength: strengths.possible,
        observed: status?.observedGeneration !== undefined,
      },
      statement: sentences(
        `${called(object)} is paused (spec.paused is true), so changes of its template are not rolled out`,
      ),
      evidence: [fieldOf(object, 'spec.paused', 'true')],
      ...remedy('remediate', object, replaced('/spec/paused', true, false), 'Let the rollout go on.'),
    }
  const { maxSurge, maxUnavailable } = spec?.strategy?.rollingUpdate ?? {}
  if (isZero(maxSurge) && isZero(maxUnavailable))
    yield {
      ...{ ...common, rule: 'rollout-arithmetic', strength: strengths.broken, observed: false },
      statement: sentences(
        `${called(object)} has maxSurge 0 and maxUnavailable 0, so a rolling update may neither add a pod nor take one away, and the API server refuses it`,
      ),
      evidence: [fieldOf(object, 'spec.strategy.rollingUpdate', 'maxSurge 0, maxUnavailable 0')],
    }
  const wanted = spec?.replicas ?? status?.replicas
  const available =
    status?.availableReplicas ??
    status?.readyReplicas ??
    (status?.unavailableReplicas === undefined ? undefined : (wanted ?? 0) - status.unavailableReplicas)
  if (wanted !== undefined && available !== undefined && available < wanted)
    yield unavailable(view, object, wanted, available)
}

function* statefulSet(view: View, object: ClusterObject<'StatefulSet'>): Generator<Suspicion> {
  const { spec, status } = object
  const common = { object, explains: view.ownerOf(object)?.pods ?? [] }
  const name = spec?.serviceName
  if (name && view.cluster.lacks('Service', object.namespace, name))
    yield {
      ...{
        ...common,
        rule: 'stateful-service-absent',
        class: 'reference',
        strength: strengths.possible,
        observed: false,
        outside: true,
      },
      statement: sentences(
        `${called(object)} names Service "${plain(name)}" (serviceName), which does not exist in namespace ${object.namespace} (not found), so its pods have no stable names in DNS`,
      ),
      evidence: [fieldOf(object, 'spec.serviceName', name)],
    }
  const { partition } = spec?.updateStrategy?.rollingUpdate ?? {}
  if (
    partition !== undefined &&
    partition > 0 &&
    status?.currentRevision !== undefined &&
    status.currentRevision !== status.updateRevision
  )
    yield {
      ...{
        ...common,
        rule: 'partition-holds-back',
        class: 'rollout',
        strength: strengths.possible,
        observed: true,
      },
      statement: sentences(
        `${called(object)} keeps pods below ordinal ${partition} on the old version (updateStrategy partition ${partition})`,
      ),
      evidence: [fieldOf(object, 'spec.updateStrategy.rollingUpdate.partition', String(partition))],
    }
  const wanted = spec?.replicas
  const ready = status?.readyReplicas ?? (status?.replicas === undefined ? undefined : 0)
  if (wanted !== undefined && ready !== undefined && ready < wanted)
    yield unavailable(view, object, wanted, ready)
}

function unavailable(
  view: View,
  object: ClusterObject<'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet'>,
  wanted: number,
  ready: number,
): Suspicion {
  const workload = view.ownerOf(object)
  const seen = workload && seenOf(view, workload)
  const since =
    view.cluster.at !== undefined && object.metadata.creationTimestamp !== undefined
      ? view.cluster.at - object.metadata.creationTimestamp
      : undefined
  const young = since !== undefined && since < graceMs
  const well = workload !== undefined && healthOf(workload) !== 'unhealthy' && !seen
  return {
    rule: 'replicas-unavailable',
    object,
    class: 'rollout',
    statement: sentences(
      `${called(object)} has ${ready} of ${wanted} replicas ready${young ? ', and is younger than a minute' : ''}`,
      seen?.text,
    ),
    // Containers that start take a moment, and nothing else speaks of a fault.
    strength: young || well ? 0.1 : seen ? strengths.possible : 0.32,
    observed: true,
    symptom: true,
    evidence: [fieldOf(object, 'status', `${ready} of ${wanted} ready`), ...(seen?.evidence ?? [])],
    explains: workload?.pods ?? [],
  }
}

const isZero = (value: number | string | undefined): boolean =>
  value !== undefined && /^0%?$/.test(String(value))
